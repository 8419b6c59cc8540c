"""Registers for tests, on SQLite and on a private PostgreSQL that lives as long as the test run."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from custodes.estate.register import Register, open_register

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
_numbers = count(1)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        user=_user(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server that listens on a socket in a temporary folder, and nowhere else."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL's programs are not installed (/usr/lib/postgresql/*/bin)")
    programs, folder = PROGRAMS[-1], Path(tempfile.mkdtemp(prefix="custodes-pg-", dir="/tmp"))
    if (user := _user()) is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    _run(programs / "initdb", "-D", data, "-U", "custodes", "-A", "trust", "-N", cwd=folder)
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control = (programs / "pg_ctl", "-D", data, "-w", "-s")
    try:
        _run(*control, "-l", folder / "log", "-o", settings, "start", cwd=folder)
        try:
            yield str(folder)
        finally:
            _run(*control, "-m", "immediate", "stop", cwd=folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Callable[[], str]:
    """Make an empty database and give its URL."""

    def make() -> str:
        name = f"register_{next(_numbers)}"
        programs, folder = PROGRAMS[-1], Path(postgres_server)
        _run(programs / "createdb", "-h", folder, "-U", "custodes", name, cwd=folder)
        return f"postgresql://custodes@/{name}?host={folder}"

    return make


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on each engine that custodes keeps a register in."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.sqlite'}"
    made: str = request.getfixturevalue("postgres_database")()
    return made


@pytest.fixture
def register(register_url: str) -> Iterator[Register]:
    """An empty register, on each engine."""
    with open_register(register_url) as opened:
        yield opened
