"""Fixtures of the unit tests: a register that holds everything the console must show."""

from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def sample_url(console_sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a sample register; tests only read it."""
    url: str = console_sample.fill(tmp_path_factory.mktemp("register"))
    return url
