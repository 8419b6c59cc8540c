"""How many observations `custodes identify` reads and concludes a second, on one core.

    python benchmarks/bench_identify.py [--quick] [--observations N] [--cases FILE]

The observations are made here, always the same for one seed: a mix as an estate's scan gives it,
with serials, nonces, dates and addresses that differ from line to line, so that remembering
answers is of no more help than in real life. `uncached` empties every cache before each
observation. Times are CPU seconds of one process (user and system), so that what else runs on the
machine counts little; each is the best of three runs; wall-clock is given too, and how long this
Python takes for ten million turns of an empty loop, to compare machines. Prints one JSON document.
Fails only when broken.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from custodes.find.identify import core
from custodes.observation import Observation, observe, read_line, write_line

HIKVISION = ("DS-2CD2185FWD-I", "DS-2CD2386G2-IU", "DS-7608NXI-I2/8P/S", "DS-2DE4425IW-DE")
DAHUA = ("IPC-HDW2431T-AS-S2", "IPC-HFW1431S", "NVR5232-4KS2", "SD49225XA-HNR", "VTO2000A")
AXIS = ("P3343", "M3106-L Mk II", "Q6075-E", "P7701", "C3003-E")
RUNS = 3
BRANDS = ("Dahua", "General", "Private", "Lorex", "Intelbras", "CPPLUS")


def _hex(rng: random.Random, size: int) -> str:
    return f"{rng.getrandbits(4 * size):0{size}x}"


def _mac(rng: random.Random) -> str:
    prefix = rng.choice(("44:47:cc", "3c:ef:8c", "ac:cc:8e", "00:07:5f", "94:10:3e", "02:00:5e"))
    return prefix + "".join(f":{rng.randrange(256):02x}" for _ in range(3))


def _sadp(rng: random.Random) -> Observation:
    model, mac = rng.choice(HIKVISION), _mac(rng).replace(":", "-")
    return observe(
        "sadp.ProbeMatch",
        '<?xml version="1.0" encoding="UTF-8"?>\n<ProbeMatch>\n'
        f"<Uuid>{_hex(rng, 32).upper()}</Uuid>\n<Types>inquiry</Types>\n"
        f"<DeviceType>{rng.randrange(99999)}</DeviceType>\n"
        f"<DeviceDescription>{model}</DeviceDescription>\n"
        f"<DeviceSN>{model}0420190822CCCH{rng.randrange(10**9):09d}WCVU</DeviceSN>\n"
        f"<CommandPort>8000</CommandPort>\n<HttpPort>80</HttpPort>\n<MAC>{mac}</MAC>\n"
        f"<IPv4Address>10.{rng.randrange(256)}.{rng.randrange(256)}.7</IPv4Address>\n"
        f"<SoftwareVersion>V5.5.{rng.randrange(99)}build {rng.randrange(140101, 251231)}"
        "</SoftwareVersion>\n<DSPVersion>V5.0, build 191213</DSPVersion>\n"
        "<Activated>true</Activated>\n</ProbeMatch>",
    )


def _dhip(rng: random.Random) -> Observation:
    brand, serial = rng.choice(BRANDS), f"{_hex(rng, 7).upper()}PAJ{_hex(rng, 5).upper()}"
    info = {
        "AlarmInputChannels": 0,
        "DeviceClass": rng.choice(("IPC", "NVR", "SD", "VTO")),
        "DeviceType": rng.choice(DAHUA),
        "HttpPort": 80,
        "IPv4Address": {"IPAddress": f"10.1.{rng.randrange(256)}.9", "DhcpEnable": True},
        "MachineName": serial,
        "Manufacturer": brand,
        "Port": 37777,
        "SerialNo": serial,
        "Vendor": brand,
        "Version": f"2.800.0000000.{rng.randrange(99)}.R",
    }
    body = {"mac": _mac(rng), "method": "client.notifyDevInfo", "params": {"deviceInfo": info}}
    return observe("dhip.client.notifyDevInfo", json.dumps(body))


def _rtsp(rng: random.Random) -> Observation:
    realm = rng.choice((f"Login to {_hex(rng, 15).upper()}", "IP Camera(C1214)", "AXIS_ACCC8E00"))
    return observe(
        "rtsp.response",
        f'RTSP/1.0 401 Unauthorized\r\nCSeq: {rng.randrange(9)}\r\nWWW-Authenticate: Digest realm="'
        f'{realm}", nonce="{_hex(rng, 32)}", stale="FALSE"\r\n'
        f"Date:  Sun, Nov {rng.randrange(1, 30)} 2026 12:00:{rng.randrange(60):02d} GMT\r\n\r\n",
    )


def _http(rng: random.Random) -> Observation:
    server = rng.choice(
        ("App-webs/", "DNVRS-Webs", "Boa/0.94.13", "nginx/1.18.0", "uc-httpd 1.0.0")
    )
    title = rng.choice(("WEB SERVICE", "index", "Network Camera", "NETSurveillance WEB", "Login"))
    page = random.Random(rng.randrange(40))  # devices of one model send one page …
    filler = "".join(f"<li>{_hex(page, 24)}</li>\n" for _ in range(page.randrange(4, 40)))
    if rng.random() < 0.5:  # … half of them with a number in it that is used once
        filler += f'<script>var nonce = "{_hex(rng, 16)}"</script>'
    return observe(
        "http.response",
        f"HTTP/1.1 200 OK\r\nDate: Sun, {rng.randrange(1, 30)} Nov 2026 12:00:00 GMT\r\n"
        f'Server: {server}\r\nETag: "{_hex(rng, 12)}"\r\nContent-Type: text/html\r\n'
        f"Set-Cookie: session={_hex(rng, 32)}; path=/\r\nConnection: close\r\n\r\n"
        f"<!doctype html><html><head><title>{title}</title></head><body><ul>{filler}</ul></body>",
    )


def _probe_match(rng: random.Random) -> Observation:
    model, brand = rng.choice(HIKVISION + DAHUA), rng.choice(BRANDS)
    scopes = " ".join(
        f"onvif://www.onvif.org/{scope}"
        for scope in (
            "type/Network_Video_Transmitter",
            "Profile/Streaming",
            f"hardware/{model}",
            f"name/{brand}",
            "location/country/china",
            f"MAC/{_mac(rng)}",
            *(["extension/unique_identifier/1"] if rng.random() < 0.5 else []),
        )
    )
    return observe(
        "onvif.ProbeMatch",
        "<d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:"
        f"{_hex(rng, 32)}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter"
        f"</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>http://10.0.{rng.randrange(256)}.3/onvif/"
        "device_service</d:XAddrs></d:ProbeMatch>",
    )


def _device_information(rng: random.Random) -> Observation:
    return observe(
        "onvif.soap.GetDeviceInformation",
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>'
        "<tds:GetDeviceInformationResponse>"
        f"<tds:Manufacturer>{rng.choice(('Bosch', 'AXIS', 'H264', 'Hanwha'))}</tds:Manufacturer>"
        f"<tds:Model>{rng.choice(AXIS)}</tds:Model><tds:FirmwareVersion>9.{rng.randrange(99)}.0"
        f"{rng.randrange(999)}</tds:FirmwareVersion><tds:SerialNumber>{_hex(rng, 12)}"
        "</tds:SerialNumber><tds:HardwareId>7A2</tds:HardwareId>"
        "</tds:GetDeviceInformationResponse></s:Body></s:Envelope>",
    )


def _tls(rng: random.Random) -> Observation:
    name = rng.choice(("axis-accc8e", "AVIGILON-CAMERA-", "router-", "camera-"))
    owner = rng.choice(("Axis Communications AB", "HIKVISION", "Ubiquiti Inc.", "Some Council"))
    return observe("tls.subject", f"CN={name}{_hex(rng, 6)},O={owner},C=SE")


def _short(rng: random.Random) -> Observation:
    made: dict[str, Callable[[], str]] = {
        "mac.address": lambda: _mac(rng),
        "http.header.server": lambda: f"lighttpd/1.4.{rng.randrange(70)}",
        "http.title": lambda: f"Camera {rng.randrange(5000)} - Live view",
        "http.header.www-authenticate": lambda: (
            f'Digest realm="Login to {_hex(rng, 15).upper()}", nonce="{_hex(rng, 32)}"'
        ),
        "snmp.sysDescr": lambda: (
            f"; AXIS {rng.choice(AXIS)}; Network Camera; 10.{rng.randrange(20)}.2; "
            f"Jun {rng.randrange(1, 30)} 2024 14:13; 9{_hex(rng, 2)}; 1"
        ),
        "sip.user_agent": lambda: (
            f"Grandstream HT8{rng.randrange(99):02d} 1.0.{rng.randrange(9)}.2"
        ),
        "http.favicon.md5": lambda: _hex(rng, 32),
        "ssh.banner": lambda: f"SSH-2.0-OpenSSH_8.{rng.randrange(9)}p1 Debian-{rng.randrange(9)}",
        "dhcp.vendor_class": lambda: f"AXIS,Network Camera,P33{rng.randrange(99):02d},5.20.3",
    }
    field = rng.choice(list(made))
    return observe(field, made[field]())


def _soap(rng: random.Random) -> Observation:
    """ONVIF answers that need no log-in; only times, addresses and names differ."""
    host = f"http://10.2.{rng.randrange(256)}.{rng.randrange(256)}/onvif/"
    kind = rng.choice(("GetSystemDateAndTime", "GetServices", "GetCapabilities", "GetHostname"))
    inner = {
        "GetSystemDateAndTime": f"<tt:Hour>{rng.randrange(24)}</tt:Hour>"
        f"<tt:Minute>{rng.randrange(60)}</tt:Minute><tt:Second>{rng.randrange(60)}</tt:Second>",
        "GetServices": "".join(
            f"<tds:Service><tds:Namespace>http://www.onvif.org/ver10/{name}/wsdl</tds:Namespace>"
            f"<tds:XAddr>{host}{name}</tds:XAddr></tds:Service>"
            for name in ("device", "media", "events", "deviceIO", "recording")
        ),
        "GetCapabilities": f"<tt:Media><tt:XAddr>{host}media</tt:XAddr></tt:Media>"
        f"<tt:PTZ><tt:XAddr>{host}ptz</tt:XAddr></tt:PTZ>",
        "GetHostname": f"<tt:Name>{_mac(rng).replace(':', '')}</tt:Name>",
    }[kind]
    return observe(
        f"onvif.soap.{kind}",
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
        'xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>'
        f"<tds:{kind}Response>{inner}</tds:{kind}Response></s:Body></s:Envelope>",
    )


# As often as a scan of the virtual estate gives them, with a fifth from passive listening.
MIX = (
    *([_rtsp] * 30 + [_http] * 18 + [_soap] * 15),
    *([_sadp] * 5 + [_dhip] * 4 + [_probe_match] * 4 + [_device_information] * 2 + [_tls] * 4),
    *([_short] * 18),
)


def lines(count: int, seed: int = 2, cases: Path | None = None) -> Iterator[bytes]:
    """JSON lines; every tenth from the labelled answers, where these are given."""
    rng = random.Random(seed)
    real = cases.read_bytes().splitlines(keepends=True) if cases else []
    for number in range(count):
        if real and number % 10 == 9:
            yield real[number // 10 % len(real)]
        else:
            seen = rng.choice(MIX)(rng)
            device = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
            yield write_line(Observation(field=seen.field, payload=seen.payload, device=device))


def _cpu(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def in_process(rows: list[bytes], *, cached: bool) -> float:
    """CPU seconds from lines to identities, in this process."""
    core.forget()
    start = _cpu(resource.RUSAGE_SELF)
    for row in rows:
        if not cached:
            core.forget()
        core.identify((read_line(row),))
    return _cpu(resource.RUSAGE_SELF) - start


def empty_loop_s() -> float:
    """CPU seconds for ten million turns of an empty loop: how fast this machine is just now."""
    start = _cpu(resource.RUSAGE_SELF)
    for _ in range(10_000_000):
        pass
    return _cpu(resource.RUSAGE_SELF) - start


def command(path: str, *arguments: str) -> tuple[float, float]:
    """CPU and wall-clock seconds of one run of `custodes identify`."""
    cpu, wall = _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "custodes", "identify", *arguments, path],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=600,
    )
    return _cpu(resource.RUSAGE_CHILDREN) - cpu, time.perf_counter() - wall


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--observations", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="5,000 observations, for CI")
    parser.add_argument("--cases", type=Path, help="labelled answers to mix in")
    options = parser.parse_args()
    count = 5_000 if options.quick else options.observations
    with tempfile.TemporaryDirectory() as folder:
        path, one = os.path.join(folder, "mix.jsonl"), os.path.join(folder, "one.jsonl")
        with open(path, "wb") as mix:
            mix.writelines(lines(count, cases=options.cases))
        Path(one).write_bytes(next(lines(1)))
        starts = [command(one) for _ in range(5)]
        whole = min(command(path) for _ in range(RUNS))
        by_device = min(command(path, "--by", "device") for _ in range(RUNS))
        # before this program grows: a child's peak starts from what its parent had
        peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        size = os.path.getsize(path)
        sample = list(islice(lines(count, cases=options.cases), 20_000))
    startup = statistics.median(cpu for cpu, _ in starts)
    cached, uncached = (
        min(in_process(sample, cached=kept) for _ in range(RUNS)) for kept in (True, False)
    )
    figures = {
        "observations": count,
        "input_mib": round(size / 2**20, 1),
        "command": {
            "observations_per_s": round(count / whole[0]),
            "observations_per_s_wall_clock": round(count / whole[1]),
            "by_device_observations_per_s": round(count / by_device[0]),
            "startup_s": round(startup, 3),
            "startup_wall_clock_s": round(statistics.median(wall for _, wall in starts), 3),
            "peak_rss_mib": round(peak_kib / 1024, 1),
        },
        "empty_loop_s": round(empty_loop_s(), 3),
        "in_process": {
            "cached_observations_per_s": round(len(sample) / cached),
            "uncached_observations_per_s": round(len(sample) / uncached),
        },
    }
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
