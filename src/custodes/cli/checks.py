"""What `custodes doctor` decides about each thing that it looked at. Pure: facts in, checks out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from custodes.units import GIB, MIB, human_size, iso

OK, WARN, FAIL = "ok", "warn", "fail"
PYTHONS = ((3, 11), (3, 13))
FREE_NEEDED, FREE_WANTED = 100 * MIB, GIB
FILES_WANTED = 1024
NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)  # this program is no older
AHEAD_ALLOWED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, ok/warn/fail, what was found, and what to do about it."""

    name: str
    state: str
    found: str
    advice: str = ""


def python(version: tuple[int, int, int]) -> Check:
    """Whether this Python is one that custodes is tested with."""
    found = ".".join(map(str, version))
    if PYTHONS[0] <= version[:2] <= PYTHONS[1]:
        return Check("Python", OK, found)
    return Check("Python", FAIL, found, "Use Python 3.11, 3.12 or 3.13.")


def data_folder(path: str, *, exists: bool, writable: bool, mode: int) -> Check:
    """Whether the data folder is there, may be written to, and is closed to others."""
    if not exists:
        return Check("data folder", WARN, f"{path} is not there yet", "It is made on first use.")
    if not writable:
        advice = f"chown {path} to the user who runs custodes, or use --data DIR."
        return Check("data folder", FAIL, f"{path} cannot be written to", advice)
    if mode & 0o077:
        advice = f"chmod 700 {path}: the register says where every camera is."
        return Check("data folder", WARN, f"{path} can be read by others", advice)
    return Check("data folder", OK, path)


def free_space(free_bytes: int) -> Check:
    """Whether the disk of the data folder has room."""
    found = f"{human_size(free_bytes)} free"
    if free_bytes < FREE_NEEDED:
        return Check(
            "disk", FAIL, found, "Free at least 100 MiB, or move the data folder (--data)."
        )
    if free_bytes < FREE_WANTED:
        return Check("disk", WARN, found, "Less than 1 GiB is left.")
    return Check("disk", OK, found)


def settings(problem: str, unknown: Sequence[str]) -> Check:
    """Whether the settings can be read, and no variable is misspelt."""
    if problem:
        return Check("settings", FAIL, problem, "`custodes config` lists every setting.")
    if unknown:
        found = f"no such setting: {', '.join(unknown[:5])}"
        return Check("settings", WARN, found, "Misspelt? `custodes config` lists every variable.")
    return Check("settings", OK, "readable")


def sqlite(version: str, *, sound: bool, used: bool) -> Check:
    """Whether SQLite has the repair of the fault in resetting its write-ahead log."""
    if not used:
        return Check("SQLite", OK, f"{version}, not used")
    if sound:
        return Check("SQLite", OK, version)
    return Check(
        "SQLite",
        WARN,
        f"{version} has a fault that two writers at once can set off (repaired in 3.51.3)",
        "custodes writes over one connection; do not run two writing commands (scan, import) at"
        " once, or use a Python with a newer SQLite, or PostgreSQL.",
    )


def knowledge(rules: int, makers: int, prefixes: int) -> Check:
    """Whether there is any knowledge to identify with."""
    found = f"{rules:,} fingerprints, {makers:,} makers, {prefixes:,} address prefixes"
    if not (rules and makers and prefixes):
        return Check("knowledge", FAIL, found, "The installation is incomplete; install it again.")
    return Check("knowledge", OK, found)


def loopback(available: bool) -> Check:
    """Whether a virtual estate can have an address for each device."""
    if available:
        return Check("loopback", OK, "127.0.0.0/8 can be used by the virtual estate")
    return Check(
        "loopback",
        WARN,
        "only 127.0.0.1 can be used here",
        "The virtual estate works with: custodes simulate --one-address",
    )


def open_files(soft: int) -> Check:
    """Whether enough files and connections may be open at once."""
    if soft < 0 or soft >= FILES_WANTED:
        return Check("open files", OK, "unlimited" if soft < 0 else f"{soft:,} allowed")
    advice = f"ulimit -n {FILES_WANTED} before a large scan or a large virtual estate."
    return Check("open files", WARN, f"{soft:,} allowed", advice)


def clock(now: datetime, last_seen: datetime | None) -> Check:
    """Whether the clock can be right: not older than this program, not behind what was seen."""
    if now < NOT_BEFORE:
        return Check("clock", FAIL, f"{iso(now)} is in the past", "Set the clock (NTP).")
    if last_seen is not None and last_seen > now + AHEAD_ALLOWED:
        found = f"{iso(now)} is before the newest sighting, {iso(last_seen)}"
        return Check("clock", WARN, found, "Set the clock (NTP), or another machine's was wrong.")
    return Check("clock", OK, iso(now))
