"""Whether any parser can be crashed, held up or made to fill memory, in so many CPU-minutes.

usage: python benchmarks/bench_fuzz.py [--cpu-minutes 24] [--only TEXT] [--seed N] [--quick]

Mutates what each parser starts from: bits, runs, copies, cuts, numbers at their limits, pieces of
other formats. An exception that is not ours, an input that takes longer than a second, or 64 MB
more memory than before is a fault; the input is kept in --faults DIR. Ends with status 1 then.
"""

import argparse
import contextlib
import json
import multiprocessing
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from custodes.errors import CustodesError
from fuzz_targets import Target, targets

SLOW_S = 1.0  # an input of at most MAX_BYTES that takes longer is a fault
HANG_S = 5.0
MORE_BYTES = 64 * 1024**2
MAX_BYTES = 256 * 1024
BATCH = 200
PROCESSES = 2
PIECES = (
    *(
        b"\0",
        b"\xff" * 4,
        b"\r\n\r\n",
        b"\n",
        b"<",
        b"<![CDATA[",
        b"&amp;",
        b'"',
        b"\\",
        b"{",
        b"[",
    ),
    *(b"99999999999999999999", b"-1", b"1e999", b"%00", b"\xc0\x80", b"\xed\xa0\x80", b"../"),
    *(b"Content-Length: 4294967296\r\n", b"Transfer-Encoding: chunked\r\n", b"\xef\xbb\xbf"),
    *(b"\x30\x84\xff\xff\xff\xff", b"\xc0\x0c", b"<a>" * 60, b'{"a":' * 60, b"[" * 200),
    *(b"A" * 3000, b" " * 3000, b"\x80" * 200, b"IP Camera", b"Login to ", b"Hikvision"),
    *(b"root.Brand.Brand=", b'realm="'),
)


class TooSlowError(Exception):
    """An input took too long."""


def main() -> int:
    options = _options()
    every = [t for t in targets() if options.only in t.name]
    cpu_s = 20.0 if options.quick else options.cpu_minutes * 60
    print(
        f"{len(every)} parsers, {cpu_s / 60:.1f} CPU-minutes, seed {options.seed}", file=sys.stderr
    )
    each_s = cpu_s / len(every)
    slow_s = HANG_S if options.quick else SLOW_S  # a short run on any machine judges no timing
    where = str(options.faults)
    jobs = [(t.name, each_s, options.seed + n, where, slow_s) for n, t in enumerate(every)]
    with multiprocessing.get_context("fork").Pool(PROCESSES, maxtasksperchild=1) as pool:
        rows = list(_shown(pool.imap_unordered(_fuzz, jobs), len(jobs)))
    return _tell(rows, as_json=options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu-minutes", type=float, default=24.0)
    parser.add_argument("--only", default="", help="parsers whose name holds this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=Path, default=Path("fuzz-faults"))
    parser.add_argument("--quick", action="store_true", help="20 s: only shows that it runs")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _shown(results: Iterator[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(results, 1):
        if row["faults"] or number % 20 == 0:
            print(f"{number} of {total}: {row['name']} {row['faults'] or ''}", file=sys.stderr)
        yield row


def _fuzz(job: tuple[str, float, int, str, float]) -> dict[str, Any]:
    """Fuzz one parser in a process of its own for so many seconds of CPU time."""
    name, cpu_s, seed, folder, slow_s = job
    target = next(t for t in targets() if t.name == name)
    rng = random.Random(seed)
    signal.signal(signal.SIGALRM, _alarm)
    row: dict[str, Any] = {"name": name, "inputs": 0, "slowest_ms": 0.0, "more_mib": 0.0}
    row |= {"faults": [], "slow_s": slow_s}
    for seed_bytes in target.seeds[:3]:
        _one(target, seed_bytes, row, folder)  # loads whatever is loaded once
    row["inputs"] = 0
    corpus = [s for s in target.seeds if s] or [b""]
    end = time.process_time() + cpu_s
    before = _peak(reset=True)
    while time.process_time() < end and len(row["faults"]) < 5:
        for _ in range(BATCH):
            _one(target, mutated(rng, corpus), row, folder)
            if time.process_time() >= end:
                break
        row["more_mib"] = max(row["more_mib"], (_peak() - before) / 1024**2)
    if row["more_mib"] * 1024**2 > MORE_BYTES:
        row["faults"].append(f"{row['more_mib']:.0f} MiB more memory than before")
    row["cpu_s"] = cpu_s
    return row


def _alarm(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def _one(target: Target, data: bytes, row: dict[str, Any], folder: str) -> None:
    row["inputs"] += 1
    started = time.process_time()
    signal.setitimer(signal.ITIMER_REAL, 4 * HANG_S)
    try:
        target.run(data)
    except CustodesError:
        pass
    except TooSlowError:
        _keep(row, folder, data, f"no end in {4 * HANG_S:.0f} s")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        _keep(row, folder, data, f"{type(error).__name__}: {error}"[:200])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    took_s = time.process_time() - started
    row["slowest_ms"] = max(row["slowest_ms"], took_s * 1000)
    if took_s > row["slow_s"]:
        _keep(row, folder, data, f"took {took_s:.1f} s for {len(data):,} bytes")


def _keep(row: dict[str, Any], folder: str, data: bytes, what: str) -> None:
    if what in row["faults"]:
        return
    row["faults"].append(what)
    Path(folder).mkdir(exist_ok=True)
    name = "".join(c if c.isalnum() else "-" for c in row["name"])
    (Path(folder) / f"{name}-{len(row['faults'])}").write_bytes(data)


def mutated(rng: random.Random, corpus: Sequence[bytes]) -> bytes:
    """A text of the corpus with a few changes."""
    data = bytearray(rng.choice(corpus))
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        _change(rng, data, corpus)
    return bytes(data[:MAX_BYTES])


def _change(rng: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    kind = rng.randrange(8)
    if kind == 0 and data:
        data[at % len(data)] ^= 1 << rng.randrange(8)
    elif kind == 1:
        data[at : at + rng.choice((1, 2, 4))] = rng.randbytes(rng.choice((1, 2, 4)))
    elif kind == 2:
        del data[at : at + rng.choice((1, 4, 40))]
    elif kind == 3:
        del data[at:]
    elif kind == 4:
        data[at:at] = rng.choice(PIECES)
    elif kind == 5:
        data[at:at] = data[at : at + rng.choice((4, 40, 400))] * rng.choice((1, 2, 60))
    elif kind == 6:
        other = rng.choice(corpus)
        cut = rng.randrange(len(other) + 1)
        data[at:] = other[cut:]
    elif len(data) < MAX_BYTES // 8:
        data[:] = data * rng.choice((2, 4, 50))


def _peak(*, reset: bool = False) -> int:
    """The peak of resident memory in bytes, of this process alone; set back first if asked."""
    if reset:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _tell(rows: list[dict[str, Any]], *, as_json: bool) -> int:
    faulty = [row for row in rows if row["faults"]]
    total = {
        "parsers": len(rows),
        "inputs": sum(row["inputs"] for row in rows),
        "cpu_minutes": round(sum(row["cpu_s"] for row in rows) / 60, 1),
        "slowest_ms": round(max(row["slowest_ms"] for row in rows), 1),
        "slowest": max(rows, key=lambda row: row["slowest_ms"])["name"],
        "more_mib": round(max(row["more_mib"] for row in rows), 1),
        "faulty": len(faulty),
    }
    if as_json:
        print(json.dumps({**total, "rows": rows}))
    else:
        for row in faulty:
            print(f"{row['name']}: {'; '.join(row['faults'])}")
        print(", ".join(f"{key} {value}" for key, value in total.items()))
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
