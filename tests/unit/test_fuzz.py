"""The fuzzer leaves no parser out, and finds what it is there to find."""

import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bench_fuzz
import fuzz_targets
from custodes.find.read.formats import formats
from custodes.observation import FIELDS

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {target.name: target for target in fuzz_targets.targets()}


def test_every_wire_format_is_fuzzed() -> None:
    folder = ROOT / "src" / "custodes" / "protocols"
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    modules -= {"__init__", "__pycache__", *fuzz_targets.WRITE_ONLY}
    fuzzed = {name.partition(".")[0] for name in TARGETS}
    assert modules <= fuzzed


def test_every_file_format_and_every_field_is_fuzzed() -> None:
    assert {f"file {form.NAME}" for form in formats()} <= TARGETS.keys()
    assert {f"field {name}" for name in FIELDS} <= TARGETS.keys()


def row() -> dict[str, object]:
    return {"name": "x", "inputs": 0, "slowest_ms": 0.0, "faults": [], "slow_s": 1.0}


@pytest.mark.parametrize("fault", [ValueError("no"), KeyError("k"), MemoryError()])
def test_an_exception_that_is_not_ours_is_a_fault_and_its_input_is_kept(
    fault: Exception, tmp_path: Path
) -> None:
    def run(_data: bytes) -> None:
        raise fault

    found = row()
    bench_fuzz._one(SimpleNamespace(run=run), b"input", found, str(tmp_path / "faults"))  # type: ignore[arg-type]
    assert found["faults"]
    assert [p.read_bytes() for p in (tmp_path / "faults").iterdir()] == [b"input"]


def test_changes_are_the_same_for_the_same_seed_and_bounded() -> None:
    corpus = [b"seed one", b"seed two" * 9000]
    first = [bench_fuzz.mutated(random.Random(7), corpus) for _ in range(3)]
    assert first == [bench_fuzz.mutated(random.Random(7), corpus) for _ in range(3)]
    sizes = [len(bench_fuzz.mutated(random.Random(n), corpus)) for n in range(300)]
    assert max(sizes) <= bench_fuzz.MAX_BYTES


def test_the_command_finds_no_fault_in_a_second_of_one_parser(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "bench_fuzz.py")]
    done = subprocess.run(
        [*command, "--only", "auth_challenge", "--cpu-minutes", "0.02"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "faulty 0" in done.stdout
