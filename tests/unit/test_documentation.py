"""Documentation is tested: what is not documented, or documented and gone, fails the build."""

import importlib
import importlib.util
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import custodes
from custodes import errors, observation, settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "benchmarks" / "README.md"]


def load_tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def test_the_command_reference_is_what_the_commands_say_today() -> None:
    tool = load_tool("cli_reference")
    assert text_of("cli.md") == tool.render(), "run: .venv/bin/python tools/cli_reference.py"


@pytest.mark.parametrize("setting", settings.SETTINGS, ids=lambda s: s.name)
def test_every_setting_is_documented(setting: settings.Setting) -> None:
    page = text_of("settings.md")
    assert f"`{setting.name}`" in page
    assert f"`{setting.variable}`" in page


def all_errors(kind: type[errors.CustodesError]) -> set[type[errors.CustodesError]]:
    return {kind}.union(*(all_errors(child) for child in kind.__subclasses__()))


def test_every_error_code_is_documented_with_its_exit_status() -> None:
    for module in pkgutil.walk_packages(custodes.__path__, "custodes."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    page = text_of("errors.md")
    pairs = {(kind.code, kind.exit_status) for kind in all_errors(errors.CustodesError)}
    missing = [pair for pair in sorted(pairs) if "| `{}` | {} |".format(*pair) not in page]
    assert not missing


@pytest.mark.parametrize("field", sorted(observation.FIELDS))
def test_every_observation_field_is_documented(field: str) -> None:
    assert f"`{field}`" in text_of("observations.md")


def test_every_route_is_documented() -> None:
    from custodes.console.app import create_app

    page = text_of("routes.md")
    app = create_app("sqlite://")
    paths = {route.path for route in app.routes if hasattr(route, "path")}
    assert paths
    missing = sorted(path for path in paths if f"`{path}`" not in page)
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_benchmark_is_described() -> None:
    page = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for bench in (ROOT / "benchmarks").glob("*.py"):
        assert f"`{bench.name}`" in page


def test_locks_pin_hashes_and_carry_no_address_or_banned_name() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
        names = set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))
        assert not names & {"scapy", "urllib3-future", "opencv-python", "ortools", "httpx"}


def test_help_starts_without_loading_anything_heavy() -> None:
    script = (
        "import sys; from custodes.cli.main import invoke; invoke(['--help']);"
        "heavy = {'sqlalchemy', 'fastapi', 'lxml', 'rich', 'cryptography', 'asyncio', 'msgspec'};"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Commands:" in done.stdout


def test_what_is_committed_names_no_machine_and_no_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout.split("\0")
    banned = re.compile(
        r"/(?:root|home/\w+)/\.\w|pypi\.org|registry\.npmjs|deb\.debian\.org|/work/main"
    )
    for name in filter(None, listed):
        path = ROOT / name
        if name == "tests/unit/test_documentation.py" or not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" not in data[:1024]:
            assert not banned.search(data.decode("utf-8", "replace")), name
