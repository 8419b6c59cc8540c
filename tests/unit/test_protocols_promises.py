"""What the wire formats promise as a whole: they only ask, and their examples are true."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

from custodes import protocols

MODULES = sorted(
    module.name.removeprefix("custodes.protocols.")
    for module in pkgutil.walk_packages(protocols.__path__, "custodes.protocols.")
    if not module.ispkg
)


# What proves the owner's key, and nothing else does: custodes.find.inspect alone uses them.
LOG_INS = {"digest", "ws_security", "dahua_rpc2"}
CHANGING = (
    "setConfig",
    "<Types>activate",
    "<Types>update",
    "SystemReboot",
    "SetSystem",
    '"PUT"',
)


def source(name: str) -> str:
    folder = Path(protocols.__path__[0])
    return (folder / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    module = importlib.import_module(f"custodes.protocols.{name}")
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_no_module_holds_a_message_that_changes_a_device(name: str) -> None:
    for forbidden in CHANGING:
        assert forbidden not in source(name)


@pytest.mark.parametrize("name", sorted(set(MODULES) - LOG_INS))
def test_no_module_but_those_for_the_owners_key_holds_a_log_in(name: str) -> None:
    for forbidden in ("Authorization:", '"Authorization"', "UsernameToken", "global.login"):
        assert forbidden not in source(name)


def test_what_a_scan_sends_knows_no_log_in() -> None:
    folder = Path(protocols.__path__[0]).parent / "find" / "observe"
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for module in LOG_INS:
            assert f"protocols.{module}" not in text, path
            assert f"import {module}" not in text, path
