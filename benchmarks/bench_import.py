"""How fast a Shodan export is read, and whether memory stays flat meanwhile.

    bench_import.py               1 GiB of invented lines, the reader alone
    bench_import.py --quick       20 MiB
    bench_import.py --gz          the same, packed
    bench_import.py --register    through the whole command, into a new register

Prints one JSON object. Exit status 0 unless something is broken: a figure is not a verdict.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from custodes.find.read.formats import open_file
from custodes.units import MIB

SEED = 20261122
SERVICES = 4  # lines in a row about one address
MARK, SERIAL = "@@", "##"  # stand for the address and for a serial of its device


def templates(chance: random.Random) -> list[bytes]:
    """Lines as an export of cameras and their neighbours holds them, without addresses."""
    makers = [_http, _https, _rtsp, _http, _dhip, _http, _telnet, _rtsp, _http, _page, _picture]
    return [json.dumps(makers[i % len(makers)](chance)).encode() for i in range(242)]


def _base(chance: random.Random, port: int, module: str, data: str) -> dict[str, object]:
    return {
        "hash": chance.randrange(-(2**31), 2**31),
        "asn": f"AS{chance.randrange(64496, 64512)}",
        "os": None,
        "org": "Example Telecom " + _word(chance, 12),
        "isp": "Example Telecom",
        "timestamp": f"2026-11-{chance.randrange(1, 29):02}T{chance.randrange(24):02}:10:00.123456",
        "transport": "tcp",
        "cpe23": ["cpe:2.3:o:linux:linux_kernel"],
        "location": {
            "city": "Exampleton",
            "country_code": "GB",
            "latitude": 51.5,
            "longitude": 0.1,
        },
        "hostnames": [f"host-{MARK}.example.net"],
        "domains": ["example.net"],
        "opts": {"vulns": [], "raw": _word(chance, 300)},
        "_shodan": {"id": _word(chance, 36), "module": module, "crawler": _word(chance, 40)},
        "data": data,
        "port": port,
        "ip_str": MARK,
    }


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))


def _html(chance: random.Random, size: int) -> str:
    lines = [f'<p class="{_word(chance, 8)}">{_word(chance, 60)}</p>\n' for _ in range(size // 90)]
    return "<html><head><title>index</title></head><body>\n" + "".join(lines) + "</body></html>"


def _http(chance: random.Random, port: int = 80, size: int = 1500) -> dict[str, object]:
    head = (
        "HTTP/1.1 401 Unauthorized\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nServer: webserver\r\n"
        f'WWW-Authenticate: Digest qop="auth", realm="IP Camera({SERIAL})", '
        f'nonce="{_word(chance, 32)}"'
        f"\r\nContent-Type: text/html\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    )
    page = _html(chance, size)
    favicon = {"hash": chance.randrange(-(2**31), 2**31), "data": _word(chance, 1500)}
    http = {
        "status": 401,
        "title": "index",
        "server": "webserver",
        "html": page,
        "favicon": favicon,
    }
    return _base(chance, port, "http", head) | {"http": http, "product": "Example IP camera"}


def _https(chance: random.Random) -> dict[str, object]:
    subject = {"C": "GB", "O": "Example", "CN": f"cam-{_word(chance, 6)}"}
    cert = {"subject": subject, "issuer": subject, "serial": 17, "extensions": [_word(chance, 400)]}
    chain = [
        "-----BEGIN CERTIFICATE-----\n" + _word(chance, 1400) + "\n-----END CERTIFICATE-----\n"
    ]
    tls = {"cert": cert, "chain": chain, "jarm": _word(chance, 62), "versions": ["TLSv1.2"]}
    return _http(chance, 443) | {"ssl": tls}


def _rtsp(chance: random.Random) -> dict[str, object]:
    data = (
        "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n"
        f'WWW-Authenticate: Digest realm="Login to {SERIAL}", '
        f'nonce="{_word(chance, 32)}"\r\n\r\n'
    )
    return _base(chance, 554, "rtsp-tcp", data)


def _page(chance: random.Random) -> dict[str, object]:
    return _http(chance, 8080, size=chance.randrange(2000, 30_000))


def _telnet(chance: random.Random) -> dict[str, object]:
    return _base(chance, 23, "telnet", f"\r\n{_word(chance, 8)} login: ")


def _dhip(chance: random.Random) -> dict[str, object]:
    info = {"DeviceType": "IPC-EXAMPLE", "SerialNo": SERIAL, "Version": "2.8"}
    body = json.dumps({"method": "client.notifyDevInfo", "params": {"deviceInfo": info}})
    return _base(chance, 37_810, "dahua-dhip", body) | {"transport": "udp"}


def _picture(chance: random.Random) -> dict[str, object]:
    picture = {"data": _word(chance, 20_000), "mime": "image/jpeg", "labels": []}
    return _rtsp(chance) | {"opts": {"screenshot": picture}}


def lines(size_bytes: int) -> Iterator[bytes]:
    """Lines until `size_bytes` are full, each with an address of its own; the same every time."""
    stock = templates(random.Random(SEED))
    mark, serial = MARK.encode(), SERIAL.encode()
    made = number = 0
    while made < size_bytes:
        host = number // SERVICES
        address = f"198.{18 + (host >> 16) % 2}.{host >> 8 & 255}.{host & 255}".encode()
        line = stock[number * 7 % len(stock)].replace(mark, address)
        line = line.replace(serial, b"4K0%09d" % host) + b"\n"
        yield line
        made, number = made + len(line), number + 1


def write(path: Path, size_bytes: int, *, packed: bool) -> None:
    """Write the export; packing is not part of any figure."""
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as file:
        file.writelines(lines(size_bytes))


def resident_mib(process: int | None = None) -> float:
    """Memory of a process now (Linux only; 0 elsewhere)."""
    try:
        text = Path(f"/proc/{process or os.getpid()}/statm").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return round(int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB, 1)


def parse(path: Path, size_bytes: int) -> dict[str, object]:
    """The reader alone: every observation made and thrown away."""
    memory: list[float] = [resident_mib()]
    start = time.perf_counter()
    with open_file(path) as reader:
        step = max((reader.size_bytes or 0) // 20, 1)
        for _ in reader:
            if reader.position >= step * len(memory):
                memory.append(resident_mib())
        memory.append(resident_mib())
        tally = reader.tally
    elapsed_s = time.perf_counter() - start
    return {
        "format": reader.format.NAME,
        "lines": tally.items,
        "rejected": tally.rejected,
        "observations": tally.observations,
        "seconds": round(elapsed_s, 2),
        "mb_per_second": round(size_bytes / 1e6 / elapsed_s, 1),
        "observations_per_second": round(tally.observations / elapsed_s),
        **_flatness(memory),
    }


def _flatness(memory: list[float]) -> dict[str, object]:
    return {
        "resident_mib_start": memory[0],
        "resident_mib_early": memory[min(2, len(memory) - 1)],
        "resident_mib_middle": memory[len(memory) // 2],
        "resident_mib_end": memory[-1],
        "resident_mib_most": max(memory),
    }


def through_register(path: Path, size_bytes: int, folder: Path) -> dict[str, object]:
    """The whole command in a process of its own: read, store, identify, file."""
    command = [sys.executable, "-m", "custodes", "--data", str(folder / "data"), "import", "--json"]
    memory: list[float] = []
    start = time.perf_counter()
    with subprocess.Popen([*command, str(path)], stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None and len(memory) < 100_000:
            memory.append(resident_mib(process.pid))
            time.sleep(0.05)
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
    if process.returncode != 0:
        raise SystemExit(f"the command ended with {process.returncode}")
    elapsed_s = time.perf_counter() - start
    figure: dict[str, object] = {
        "seconds": round(elapsed_s, 2),
        "mb_per_second": round(size_bytes / 1e6 / elapsed_s, 1),
    }
    return figure | _flatness([m for m in memory if m]) | {"report": report}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mb", type=int, default=1024, help="size of the export, MiB")
    parser.add_argument("--quick", action="store_true", help="20 MiB")
    parser.add_argument("--gz", action="store_true", help="packed with gzip")
    parser.add_argument("--register", action="store_true", help="through the command, end to end")
    chosen = parser.parse_args()
    size_bytes = (20 if chosen.quick else chosen.mb) * MIB
    with tempfile.TemporaryDirectory(prefix="custodes-bench-") as name:
        path = Path(name) / ("export.json.gz" if chosen.gz else "export.json")
        write(path, size_bytes, packed=chosen.gz)
        figure: dict[str, object] = {"benchmark": "import", "mib": size_bytes // MIB}
        figure["file_mib"] = round(path.stat().st_size / MIB, 1)
        figure["read"] = parse(path, size_bytes)
        if chosen.register:
            figure["register"] = through_register(path, size_bytes, Path(name))
    print(json.dumps(figure, indent=2))


if __name__ == "__main__":
    main()
