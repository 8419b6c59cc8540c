"""The database behind the register: migrations, damage, strangers, servers that are not there."""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from custodes.errors import Missing, RegisterError, UsageError
from custodes.estate import engine, schema
from custodes.estate.register import open_register

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_an_empty_database_is_brought_to_exactly_the_schema_that_the_code_uses(
    register_url: str,
) -> None:
    from alembic.autogenerate import compare_metadata

    with open_register(register_url):
        pass
    engines = engine.connect(register_url)
    try:
        with engines.reader.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []
            assert context.get_current_revision() == schema.HEAD
    finally:
        engines.dispose()


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", "custodes.estate:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_a_register_of_a_newer_custodes_is_not_touched(register_url: str) -> None:
    with open_register(register_url):
        pass
    engines = engine.connect(register_url)
    with engines.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engines.dispose()
    with pytest.raises(RegisterError, match="9999") as caught, open_register(register_url):
        pass
    assert "newer" in caught.value.hint


def test_a_database_of_something_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE invoices (id)")
    other.close()
    with pytest.raises(RegisterError, match="not a register's"), open_register(f"sqlite:///{path}"):
        pass


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_not_a_register_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(content)
    with pytest.raises(RegisterError) as caught, open_register(f"sqlite:///{path}"):
        pass
    assert "broken.sqlite" in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_register_is_found_by_its_check(tmp_path: Path) -> None:
    path = tmp_path / "register.sqlite"
    with open_register(f"sqlite:///{path}") as register:
        for i in range(200):
            register.add_site(f"Site {i}")
        assert register.check() == []
    data = bytearray(path.read_bytes())
    data[-6000:-100] = b"\xff" * 5900
    path.write_bytes(bytes(data))
    with open_register(f"sqlite:///{path}") as register:
        try:
            found = register.check()
        except RegisterError as error:
            found = [str(error)]
    assert found


def test_only_its_owner_can_read_a_new_register(tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r #1?%.sqlite'}"):
        made = tmp_path / "r #1?%.sqlite"
        assert made.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'missing' / 'register.sqlite'}"
    with pytest.raises(RegisterError, match="missing"), open_register(url):
        pass


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite:/x:y:z", "http://[::1"])
def test_a_url_that_cannot_be_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError), open_register(url):
        pass


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    url = f"postgres://custodes:s3cret@/register?host={tmp_path}"
    with pytest.raises(RegisterError) as caught, open_register(url):
        pass
    assert "s3cret" not in str(caught.value) + caught.value.hint
    assert "server" in caught.value.hint


def test_without_the_driver_postgresql_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(Missing) as caught, open_register("postgresql://localhost/register"):
        pass
    assert "custodes[postgres]" in caught.value.hint


def test_two_programs_may_have_one_register_open(register_url: str) -> None:
    with open_register(register_url) as one, open_register(register_url) as other:
        one.add_site("Depot")
        other.add_site("Library")
        assert [s.name for s in one.sites()] == ["Depot", "Library"]


def test_a_writer_killed_in_the_middle_leaves_what_was_done_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    with open_register(url) as register:
        register.add_site("Depot")
    child = os.fork()
    if child == 0:  # dies without closing anything
        with open_register(url) as register, register.transaction():
            register.add_site("Library")
            os._exit(9)
    os.waitpid(child, 0)
    with open_register(url) as register:
        assert [s.name for s in register.sites()] == ["Depot"]
        assert register.check() == []
