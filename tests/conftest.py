"""What every test may use: where ../shared lies, and the mode in which nothing may be skipped."""

import importlib.util
import os
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# In CI every program is installed, so a skip is a fault. What no package can give may be lacking:
# the third-party data beside the project, and what the kernel under a container refuses.
STRICT = bool(os.environ.get("CUSTODES_NO_SKIP"))
HONEST = ("../shared", "no IPv6 on loopback", "namespaces cannot be made here")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with third-party data to measure with; never part of the project."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here (third-party data, not part of the project)")
    return SHARED


@pytest.fixture(scope="session")
def console_sample() -> ModuleType:
    """The module that fills a sample register."""
    place = Path(__file__).with_name("console_sample.py")
    spec = importlib.util.spec_from_file_location("console_sample", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def capture() -> ModuleType:
    """The module that makes packets and captures."""
    place = Path(__file__).with_name("capture.py")
    spec = importlib.util.spec_from_file_location("capture", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    report = yield
    if STRICT and report.skipped and not any(why in str(report.longrepr) for why in HONEST):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report
