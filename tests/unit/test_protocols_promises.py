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


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    module = importlib.import_module(f"custodes.protocols.{name}")
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_no_module_holds_a_message_that_changes_or_logs_in_to_a_device(name: str) -> None:
    source = (Path(protocols.__path__[0]) / f"{name.replace('.', '/')}.py").read_text(
        encoding="utf-8"
    )
    for forbidden in (
        "setConfig",
        "<Types>activate",
        "<Types>update",
        "Authorization:",
        '"Authorization"',
        "UsernameToken",
        "SystemReboot",
        "SetSystem",
        '"PUT"',
    ):
        assert forbidden not in source
