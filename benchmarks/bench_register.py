"""How fast the register keeps observations, files devices and lists them.

    bench_register.py                     10,000 devices, on SQLite in a temporary folder
    bench_register.py --quick             2,000 devices
    bench_register.py --devices 50000     as many as a large body may have
    bench_register.py --url postgresql://USER@HOST/DATABASE      an EMPTY database, filled and left

Each device has five observations and is filed in batches, as a scan and an import do. Prints one
JSON object. Exit status 0 unless something is broken: a figure is not a verdict.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custodes.estate.model import Identified
from custodes.estate.register import Register, open_register
from custodes.identity import Evidence, Identity
from custodes.observation import Observation, observe

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BATCH = 500
PAGE = 50
MAKERS = ("Hikvision", "Dahua", "Axis", "Hanwha Vision", "Bosch")


def seen_of(number: int, day: int) -> list[Observation]:
    """Five answers of one device; each day brings other nonces and dates."""
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    head = (
        f"HTTP/1.1 401 Unauthorized\r\nDate: day {day}\r\nServer: App-webs/\r\n"
        f'WWW-Authenticate: Digest realm="IP Camera(C{number:06})", nonce="{number}{day:032x}"'
    )
    texts = {
        "http.response": f"{head}\r\n\r\n" + "<p>log in</p>" * 40,
        "rtsp.response": f"RTSP/1.0 401\r\nCSeq: {day}\r\nServer: {number}\r\n\r\n",
        "tcp.open": "open",
        "http.title": f"camera {number}",
        "mac.address": f"44:47:cc:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
    }
    at = NOW + timedelta(days=day)
    return [
        observe(field, text, address=address, device=address, port=80, seen_at=at)
        for field, text in texts.items()
    ]


def identity_of(number: int, seen: list[Observation]) -> Identity:
    maker, mac = MAKERS[number % len(MAKERS)], seen[-1].payload
    facts = {"vendor": maker, "maker": maker, "model": f"M{number % 97}", "mac": mac}
    evidence = [
        Evidence(
            conclusion=name, value=value, fingerprint=f"bench-{name}", field=seen[0].field,
            matched=seen[0].payload[:120], source="invented", weight=0.9,
            observation=seen[0].digest, seen_at="2026-11-22T00:00:00Z",
        )
        for name, value in facts.items()
    ]  # fmt: skip
    return Identity(
        vendor=maker, maker=maker, model=facts["model"], mac=mac, device_type="camera",
        confidence=0.9, evidence=evidence,
    )  # fmt: skip


def batches(count: int, day: int) -> Iterator[tuple[list[Observation], list[Identified]]]:
    for start in range(0, count, BATCH):
        every = {n: seen_of(n, day) for n in range(start, min(start + BATCH, count))}
        flat = [one for seen in every.values() for one in seen]
        yield flat, [Identified(identity_of(n, seen), seen) for n, seen in every.items()]


def one_day(register: Register, count: int, day: int) -> tuple[float, float]:
    """Seconds to keep the observations of a day, and to file its devices."""
    kept_s = filed_s = 0.0
    for observations, identities in batches(count, day):
        start = time.perf_counter()
        kept = iter(register.keep(observations, NOW))
        kept_s += time.perf_counter() - start
        known = [
            Identified(one.identity, one.observations, None, [next(kept).id for _ in range(5)])
            for one in identities
        ]
        start = time.perf_counter()
        register.file_identities(known, NOW)
        filed_s += time.perf_counter() - start
    return kept_s, filed_s


def best_ms(action: Callable[[], object], runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return round(min(times) * 1000, 1)


def measure(register: Register, count: int) -> dict[str, object]:
    if register.counts().devices:
        raise SystemExit("the register is not empty; this benchmark needs one of its own")
    kept_s, filed_s = one_day(register, count, 0)
    again_kept_s, again_filed_s = one_day(register, count, 1)
    few = min(count, 200)
    start = time.perf_counter()
    for number in range(few):
        seen = seen_of(count + number, 0)
        register.file_identity(identity_of(count + number, seen), seen, None, NOW)
    singly_s = time.perf_counter() - start
    return {
        "devices": count,
        "observations_per_second_new": round(5 * count / kept_s),
        "observations_per_second_repeated": round(5 * count / again_kept_s),
        "observations_kept": register.counts().observations,
        "devices_filed_per_second_new": round(count / filed_s),
        "devices_filed_per_second_known": round(count / again_filed_s),
        "devices_filed_per_second_one_by_one": round(few / singly_s),
        **listing(register, count),
    }


def listing(register: Register, count: int) -> dict[str, object]:
    return {
        "devices_with_evidence_ms": best_ms(register.devices, 1),
        "first_page_ms": best_ms(lambda: register.summaries(sort="name", limit=PAGE)),
        "last_page_ms": best_ms(
            lambda: register.summaries(sort="-address", limit=PAGE, offset=count - PAGE)
        ),
        "page_of_a_search_ms": best_ms(lambda: register.summaries(words="axis m1", limit=PAGE)),
        "count_of_a_filter_ms": best_ms(lambda: register.count(maker="Axis", removed=False)),
        "choices_ms": best_ms(register.choices),
        "counts_ms": best_ms(register.counts),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="2,000 devices")
    parser.add_argument("--url", help="an empty PostgreSQL database to measure instead")
    chosen = parser.parse_args()
    count = 2_000 if chosen.quick else chosen.devices
    with tempfile.TemporaryDirectory(prefix="custodes-bench-") as folder:
        url = chosen.url or f"sqlite:///{Path(folder) / 'custodes.sqlite'}"
        with open_register(url) as register:
            figures = measure(register, count)
    print(
        json.dumps({"benchmark": "register", "engine": url.partition(":")[0], **figures}, indent=2)
    )


if __name__ == "__main__":
    main()
