r"""Nmap's raw service fingerprints: the answers that Nmap could not name, as it received them.

A fingerprint is text like `SF-Port80-TCP:V=7.93…%r(GetRequest,1B4,"HTTP/1\.0\x20401…")%r(…);`:
one answer for each probe, with the characters that a pattern would take specially escaped. Cameras
with newer firmware hide here, because Nmap's own patterns do not name them.
"""

import re
from collections.abc import Iterator

ANSWER_LIMIT = 65_536  # bytes of one decoded answer
ANSWERS = 64  # probes in one fingerprint; Nmap sends about a dozen

_WRAP = re.compile(r"[\r\n ]+SF:")  # the text form is cut into lines; the XML form is not
_ANSWER = re.compile(
    r'%r\(([A-Za-z0-9_-]{1,64}),([0-9A-Fa-f]{1,8}),"((?:[^"\\]|\\.)*)"\)', re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def answers(fingerprint: str) -> Iterator[tuple[str, bytes]]:
    """Every answer in the fingerprint as (probe, bytes), in order; nothing where there is none."""
    text = _WRAP.sub("", fingerprint)
    for number, found in enumerate(_ANSWER.finditer(text)):
        if number >= ANSWERS:
            return
        if data := unescape(found[3])[:ANSWER_LIMIT]:
            yield found[1], data


def unescape(text: str) -> bytes:
    r"""The bytes that Nmap escaped.

    >>> unescape(r"HTTP/1\.0\x20401\r\n\(\xff\0")
    b'HTTP/1.0 401\r\n(\xff\x00'
    """
    plain = _ESCAPE.sub(_character, text)
    return plain.encode("latin-1", "replace")


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _NAMED.get(found[2], found[2])
