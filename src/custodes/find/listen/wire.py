"""The packets that pass an interface of this machine (Linux). Nothing here can send.

A packet socket could; this one is behind a class that only receives, and nothing else of it is
given to anybody. Without the promiscuous mode only what the card hears anyway is read: packets to
this machine, to everybody and to groups.
"""

import errno
import select
import socket
import struct
import sys
import time
from types import TracebackType

from custodes.errors import CustodesError, Missing, UsageError
from custodes.protocols import ethernet
from custodes.protocols.pcap import MAX_PACKET

# The numbers of the Linux kernel (linux/if_packet.h, linux/if_arp.h); Python names few of them.
SOL_PACKET, ADD_MEMBERSHIP, STATISTICS, PROMISCUOUS = 263, 1, 6, 1
ALL_PROTOCOLS = 0x0003
OUTGOING = 4
TIMESTAMP_NS, FORCED_BUFFER = 35, 33  # SO_TIMESTAMPNS, SO_RCVBUFFORCE
BUFFER_BYTES = 16 * 1024 * 1024
HARDWARE = {1: ethernet.ETHERNET, 772: ethernet.ETHERNET, 65534: ethernet.RAW, 512: ethernet.RAW}
LOOPBACK = 772
BATCH = 512
_TIME = struct.Struct("@qq")

Heard = tuple[int, bytes, int]  # microseconds since 1970, the packet, its size on the wire


class Wire:
    """An open ear on one interface; `read` gives what passed since the last time.

    Raises:
        Missing: this system is not Linux, or this user may not read raw packets.
        UsageError: there is no such interface, or its kind of link is not read.
    """

    def __init__(self, interface: str, *, promiscuous: bool = False) -> None:
        if not sys.platform.startswith("linux"):
            raise Missing("listening needs Linux", hint=_instead(interface))
        self.interface = interface
        self.dropped = 0
        self._loopback = False
        try:
            number = socket.if_nametoindex(interface)
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except OSError as error:
            raise _refusal(interface, error) from error
        try:
            self._prepare(interface, number, promiscuous)
        except OSError as error:
            self._socket.close()
            raise _refusal(interface, error) from error
        except CustodesError:
            self._socket.close()
            raise
        self._buffer = bytearray(MAX_PACKET)

    def _prepare(self, interface: str, number: int, promiscuous: bool) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, TIMESTAMP_NS, 1)
        try:  # beyond the system's limit, where this user may
            self._socket.setsockopt(socket.SOL_SOCKET, FORCED_BUFFER, BUFFER_BYTES)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.bind((interface, ALL_PROTOCOLS))
        kind = int(self._socket.getsockname()[3])
        if kind not in HARDWARE:
            raise UsageError(
                f"packets of {interface} cannot be read: its link is of kind {kind}",
                hint=_instead(interface),
            )
        self.link = HARDWARE[kind]
        self._loopback = kind == LOOPBACK
        if promiscuous:
            wish = struct.pack("iHH8s", number, PROMISCUOUS, 0, b"")
            self._socket.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, wish)
        self._socket.setblocking(False)

    def read(self, wait_s: float) -> list[Heard]:
        """What passed, up to a number of packets; waits so long for the first.

        Raises:
            UsageError: the interface went down or away.
        """
        ready, _, _ = select.select([self._socket], [], [], wait_s)
        heard: list[Heard] = []
        while ready and len(heard) < BATCH:
            try:
                one = self._one()
            except BlockingIOError:
                break
            except OSError as error:
                why = error.strerror or error
                raise UsageError(f"{self.interface} cannot be heard further: {why}") from error
            if one is not None:
                heard.append(one)
        return heard

    def _one(self) -> Heard | None:
        size, extra, _, address = self._socket.recvmsg_into([self._buffer], 64, socket.MSG_TRUNC)
        if self._loopback and address[2] == OUTGOING:
            return None  # on loopback everything passes twice
        moment = next((data for _, kind, data in extra if kind == TIMESTAMP_NS), b"")
        if len(moment) == _TIME.size:
            seconds, nanoseconds = _TIME.unpack(moment)
            micros = seconds * 1_000_000 + nanoseconds // 1_000
        else:
            micros = time.time_ns() // 1_000
        return micros, bytes(self._buffer[: min(size, MAX_PACKET)]), size

    def count_dropped(self) -> int:
        """How many packets the system had no room for, so far."""
        try:
            numbers = self._socket.getsockopt(SOL_PACKET, STATISTICS, 8)
        except OSError:
            return self.dropped
        self.dropped += struct.unpack("II", numbers[:8])[1]
        return self.dropped

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _refusal(interface: str, error: OSError) -> CustodesError:
    if error.errno in (errno.EPERM, errno.EACCES):
        return Missing(
            "listening needs the right to read raw packets (CAP_NET_RAW)",
            hint=f"Run it as root, or: {_pipe(interface)}",
        )
    if error.errno in (errno.ENODEV, errno.ENXIO) or not _exists(interface):
        names = ", ".join(name for _, name in socket.if_nameindex())
        return UsageError(f"there is no interface {interface!r}", hint=f"There are: {names}.")
    if error.errno == errno.ENETDOWN:
        return UsageError(f"the interface {interface} is down", hint="Bring it up first.")
    return UsageError(f"{interface} cannot be listened to: {error.strerror}")


def _exists(interface: str) -> bool:
    return any(name == interface for _, name in socket.if_nameindex())


def _instead(interface: str) -> str:
    return f"Capture with another program and read its file: {_pipe(interface)}"


def _pipe(interface: str) -> str:
    return f"sudo tcpdump -i {interface} -w - | custodes import -"
