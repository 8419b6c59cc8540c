"""Fixtures of the unit tests: a register that holds everything the console must show."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SAMPLE = Path(__file__).resolve().parents[1] / "console_sample.py"


@pytest.fixture(scope="session")
def console_sample() -> ModuleType:
    """The module that fills a sample register."""
    spec = importlib.util.spec_from_file_location("console_sample", SAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample_url(console_sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a sample register; tests only read it."""
    url: str = console_sample.fill(tmp_path_factory.mktemp("register"))
    return url
