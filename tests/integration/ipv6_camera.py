"""A small camera that speaks IPv6 only, for the namespaces that tests make.

usage: ipv6_camera.py INTERFACE    (prints "answers" once it listens, ends with its standard input)

A web page on port 80; WS-Discovery (ff02::c) and multicast DNS (ff02::fb) only to the group, so
that an answer shows that the group was asked.
"""

import http.server
import socket
import struct
import sys
import threading

from custodes.protocols import mdns, ws_discovery

PAGE = b"<html><head><title>Network Camera</title></head></html>"
GUID = "0D2B1C5A-0000-4000-8000-0123456789AB"


class Web(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        return


def group(name: str, port: int, interface: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    index = socket.if_nametoindex(interface)
    sock.bind((name, port, 0, index))
    member = socket.inet_pton(socket.AF_INET6, name) + struct.pack("@I", index)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
    return sock


def answer(sock: socket.socket, datagram: bytes) -> None:
    while True:
        data, peer = sock.recvfrom(65_536)
        if data:
            sock.sendto(datagram, peer)


def main() -> None:
    interface = sys.argv[1]
    match = ws_discovery.build_probe_match(
        message_id=f"urn:uuid:{GUID}",
        relates_to=f"urn:uuid:{GUID}",
        endpoint=f"urn:uuid:{GUID}",
        types=["dn:NetworkVideoTransmitter"],
        scopes=["onvif://www.onvif.org/hardware/DS-2CD2143G0-I"],
        xaddrs=["http://[fe80::1]/onvif/device_service"],
    )
    told = mdns.build_answer([mdns.Service("Gate", "_http._tcp", "gate.local", 80)])
    for name, port, datagram in (
        (ws_discovery.GROUP_V6, ws_discovery.PORT, match),
        (mdns.GROUP_V6, mdns.PORT, told),
    ):
        sock = group(name, port, interface)
        threading.Thread(target=answer, args=(sock, datagram), daemon=True).start()
    web = Web(("::", 80), Page)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print("answers", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
