"""The other tools of the comparison are read fairly: Nmap's file as Nmap reads it."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from custodes.observation import observe

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"

FILE = (
    "# $Id: nmap-service-probes 1 2022-08-30 22:35:10Z x $\n"
    "Probe TCP NULL q||\n"
    r"match ftp m|^220 Zenith ([\w.-]+) Network Camera ftpd (\d\S+)\r\n|i"
    " p/Zenith $1 Network Camera ftpd/ v/$2/ d/webcam/ cpe:/h:zenith_x:$1/\n"
    "softmatch ftp m|^220 |\n"
    "Probe TCP GetRequest q|GET / HTTP/1.0|\n"
    r"match http m=^HTTP/1\.[01] \d\d\d .*\r\nServer: Router ([\d.]+)\r\n=s"
    ' p/Axis router/ v/$SUBST(1,".","_")/ d/broadband router/\n'
    r"match http m|^HTTP/1\.[01] 200 OK\r\nServer: (broken| p/never/"
    "\nProbe TCP RTSPRequest q|OPTIONS / RTSP/1.0|\n"
    "fallback GetRequest\n"
    "Probe TCP Other q|x|\n"
    "match other m|.*| p/never/\n"
)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def nmap() -> ModuleType:
    return load("nmap_probes")


def test_match_lines_are_read_with_their_probe_flags_and_words(
    nmap: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "probes"
    path.write_text(FILE, "latin-1")
    probes = nmap.read(path)
    assert (probes.revision, probes.count, probes.untranslated) == ("1 2022-08-30", 3, 1)
    assert probes.fallbacks == {"TCP RTSPRequest": ("TCP GetRequest",)}
    greeting = nmap.identify(probes, observe("ftp.banner", "Zenith X-200 Network Camera ftpd 1.2"))
    assert (greeting.device_type, greeting.is_surveillance) == ("camera", True)
    assert (greeting.vendor, greeting.model, greeting.firmware) == ("zenith x", "X-200", "1.2")


def test_a_header_is_asked_for_inside_an_answer(nmap: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "probes"
    path.write_text(FILE, "latin-1")
    probes = nmap.read(path)
    found = nmap.identify(probes, observe("http.header.server", "Router 1.2"))
    assert (found.vendor, found.is_surveillance) == ("Axis", False)
    assert "1_2" in found.product_family
    unknown = nmap.identify(probes, observe("sadp.ProbeMatch", "<ProbeMatch/>"))
    assert (unknown.vendor, unknown.is_surveillance) == (None, None)


def test_the_plain_words_are_thirty_five_and_find_what_they_name() -> None:
    words = load("plain_words")
    assert len(words.BRANDS) + len(words.KINDS) == 35
    found = words.identify(observe("http.title", "HIKVISION network camera"))
    assert (found.vendor, found.device_type, found.is_surveillance) == (
        "Hikvision",
        "camera",
        True,
    )
    assert words.identify(observe("http.title", "router")).is_surveillance is None
