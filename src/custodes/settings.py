"""Every setting, where it may come from, and which one won.

Pure: callers pass the file and the environment.

Order: flag > environment (CUSTODES_<NAME>) > custodes.toml in the data folder > default.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custodes.errors import UsageError

MOST_PACKETS_PER_SECOND = 5_000  # of the setting and of the option of a scan

# Variables of the environment that are not settings.
OTHER_VARIABLES = frozenset({"CUSTODES_DATA", "CUSTODES_DEBUG", "CUSTODES_NO_SKIP"})


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise ValueError(f"a whole number from {low:,} to {high:,} is needed")
        return value

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A reader of lengths of time from `low` to `high` seconds."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:  # also refuses "nan"
            raise ValueError(f"a number of seconds from {low:g} to {high:g} is needed")
        return value

    return read


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the file (`section.key`), its default, what it does."""

    name: str
    default: Any
    about: str
    read: Callable[[str], Any] = str

    @property
    def variable(self) -> str:
        return "CUSTODES_" + self.name.upper().replace(".", "_")


SETTINGS: tuple[Setting, ...] = (
    Setting("database", "", "URL of the register; empty: SQLite in the data folder"),
    Setting("web.host", "127.0.0.1", "address that the console listens on; loopback only"),
    Setting("web.port", 8765, "port that the console listens on; 0: any free one", whole(0, 65535)),
    Setting(
        "scan.packets_per_second",
        50,
        "new connections and datagrams a second, in all",
        whole(1, MOST_PACKETS_PER_SECOND),
    ),
    Setting("scan.connections_per_device", 2, "connections to one device at a time", whole(1, 64)),
    Setting(
        "scan.connect_timeout_s", 3.0, "how long a device may take to accept", seconds(0.05, 600)
    ),
    Setting(
        "scan.reply_timeout_s",
        5.0,
        "how long a device may take to answer in all",
        seconds(0.05, 600),
    ),
    Setting(
        "scan.answer_limit_bytes",
        262_144,
        "bytes read of one answer at most",
        whole(1024, 64 * 1024 * 1024),
    ),
    Setting(
        "credentials.key_file",
        "",
        "file with the key that seals log-ins; empty: credentials.key in the data folder",
    ),
    Setting("scan.probes_off", "", "probes that are never sent, by name, with commas"),
    Setting("scan.probes_on", "", "probes that are sent only where asked for: dvrip, sofia"),
)


@dataclass(frozen=True, slots=True)
class Value:
    setting: Setting
    value: Any
    origin: str  # "flag", "environment CUSTODES_…", a file's path, or "default"


class Settings(Mapping[str, Any]):
    """The settings in force, by name; `explain()` tells where each came from."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def explain(self) -> list[Value]:
        return list(self._values.values())


def resolve(
    *,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file_text: str = "",
    file_name: str = "custodes.toml",
) -> Settings:
    """Decide every setting from the sources given.

    Raises:
        UsageError: the file is not TOML, names an unknown setting, or a value has the wrong kind.
    """
    in_file = _flatten(_parse(file_text, file_name))
    unknown = sorted(set(in_file) - {s.name for s in SETTINGS})
    if unknown:
        raise UsageError(
            f"{file_name} has a setting that does not exist: {unknown[0]}",
            hint=_nearest(unknown[0]) + "`custodes config` lists every setting.",
        )
    return Settings({s.name: _decide(s, flags, environment, in_file, file_name) for s in SETTINGS})


def _decide(
    setting: Setting,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    in_file: Mapping[str, Any],
    file_name: str,
) -> Value:
    if flags.get(setting.name) is not None:
        return Value(setting, flags[setting.name], "flag")
    for origin, raw in (
        (f"environment {setting.variable}", environment.get(setting.variable)),
        (file_name, in_file.get(setting.name)),
    ):
        if raw is None:
            continue
        try:
            return Value(setting, setting.read(_as_text(raw)), origin)
        except ValueError as error:
            raise UsageError(f"{setting.name} cannot be {raw!r} ({origin}): {error}") from error
    return Value(setting, setting.default, "default")


def _parse(text: str, file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file_name} is not TOML: {error}") from error


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _as_text(raw: Any) -> str:
    """A value of the file as the environment would have given it; a list is joined with commas."""
    return ",".join(str(item) for item in raw) if isinstance(raw, list) else str(raw)


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, [s.name for s in SETTINGS], n=1)
    return f"Did you mean {near[0]}? " if near else ""


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like settings of custodes and are none: most likely misspelt."""
    known = {s.variable for s in SETTINGS} | OTHER_VARIABLES
    return sorted(v for v in environment if v.startswith("CUSTODES_") and v not in known)


def masked(url: str) -> str:
    """A database URL that may be shown: the password, and every parameter, become asterisks.

    >>> masked("postgresql://council:secret@db:5432/custodes?sslpassword=x")
    'postgresql://council:***@db:5432/custodes?***'
    """
    without_password = re.sub(r"^(\w[\w+.-]*://[^:/@]*):.*@", r"\1:***@", url, flags=re.DOTALL)
    return re.sub(r"\?.+", "?***", without_password, flags=re.DOTALL)


def data_folder(flag: str | None, environment: Mapping[str, str], home: Path) -> Path:
    """Where the register and everything else of this installation lies."""
    if flag or environment.get("CUSTODES_DATA"):
        return Path(flag or environment["CUSTODES_DATA"]).expanduser().absolute()
    base = environment.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    return Path(base) / "custodes"


def key_file(settings: Settings, folder: Path) -> Path:
    """Where the key lies that seals log-ins: the file that is set, or one in the data folder."""
    said = str(settings["credentials.key_file"])
    return Path(said).expanduser().absolute() if said else folder / "credentials.key"


def database_url(settings: Settings, folder: Path) -> str:
    """The register's URL: the one that is set, or SQLite in the data folder."""
    return str(settings["database"]) or f"sqlite:///{folder / 'custodes.sqlite'}"
