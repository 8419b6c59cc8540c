"""What is asked of a device with its owner's key, and the list of what may be asked. Pure.

A request that is not on the list cannot be sent, wherever it comes from: the session asks
`check` before every one, also before those that were made of an answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from custodes.errors import PeerError, UsageError
from custodes.protocols import xml

MAX_FOLLOWING = 64  # requests that one answer may lead to


class Family(StrEnum):
    """A maker's way of asking; the session of each knows how its requests are wrapped."""

    ISAPI = "isapi"
    ONVIF = "onvif"
    DAHUA = "dahua"
    VAPIX = "vapix"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. A device's answer to it becomes an observation of `field`.

    `body` is JSON for Dahua and VAPIX, and for ONVIF the one element inside the SOAP body (the
    session adds the envelope and the token). `proof` is what a true answer holds: one without it
    is not kept. `channel` says whose answer it is where the answer itself does not: it stands in
    the observation's `source`, as `about` writes it. `follow` makes further questions of a true
    answer; a device that lists a thousand channels is asked MAX_FOLLOWING of them.
    """

    family: Family
    field: str
    path: str
    method: str = "GET"
    body: bytes = b""
    proof: bytes = b""
    channel: str = ""
    follow: "Callable[[bytes], Sequence[Ask]] | None" = None

    @property
    def about(self) -> str:
        """The question in one line, as the dry run and the observation's source show it."""
        called = called_by(self)
        said = f"{self.method} {self.path}" + (f" {called}" if called else "")
        return said + (f" channel={self.channel}" if self.channel else "")


# Reads that give away a secret, a picture or everything at once, or that look like an attack.
_NEVER = re.compile(
    r"(?i)configurationData|configurationFile|exportConfig|webLanguage|sessionLogin|/picture"
    r"|snap|/log|systemLog|diagnos|userCheck|backup|certificate|supportInformation|serverreport|\.\."
)
_QUERY = r"(?:&(?!action=)[\w.\[\]*-]+=[\w.\[\]*,:-]*)*"
_GET = {
    Family.ISAPI: re.compile(r"/(?:ISAPI|PSIA|pramaAPI)/(?:[\w-]+/)*[\w-]+"),
    Family.DAHUA: re.compile(rf"/cgi-bin/(?:\w+/)*\w+\.cgi\?action=get[A-Za-z]*{_QUERY}"),
    Family.VAPIX: re.compile(
        r"/axis-cgi/(?:param\.cgi\?action=list|pwdgrp\.cgi\?action=get|date\.cgi\?action=get"
        rf"|disks/list\.cgi\?diskid=\w+|applications/list\.cgi){_QUERY}"
    ),
}
_POST = {
    Family.ONVIF: re.compile(r"/[\x21-\x7e]*"),
    Family.DAHUA: re.compile(r"/RPC2"),
    Family.VAPIX: re.compile(r"/axis-cgi/(?:[\w-]+/)*[\w-]+\.cgi"),
}
_CALLED = {
    Family.ONVIF: re.compile(r"Get[A-Z][A-Za-z0-9]*"),
    Family.DAHUA: re.compile(r"\w+\.get[A-Z]\w*"),
    Family.VAPIX: re.compile(r"(?:get|list)(?:[A-Z]\w*)?"),
}
MAX_PATH = 400


def called_by(ask: Ask) -> str:
    """What is called by the body of a request: an ONVIF operation or a JSON method; "" for none."""
    if not ask.body:
        return ""
    if ask.family is Family.ONVIF:
        return _operation(ask.body)
    try:
        row = msgspec.json.decode(ask.body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    method = row.get("method") if isinstance(row, dict) else None
    return method if isinstance(method, str) else ""


def _operation(body: bytes) -> str:
    try:
        found = xml.parse(b"<Body>" + body + b"</Body>").children
    except PeerError:
        return ""
    return found[0].tag if len(found) == 1 else ""


def may_be_asked(ask: Ask) -> bool:
    """Whether this only reads, by the list of what reads."""
    called = called_by(ask)
    if len(ask.path) > MAX_PATH or _NEVER.search(ask.path) or _NEVER.search(called):
        return False
    if ask.method == "GET":
        path = _GET.get(ask.family)
        return not ask.body and path is not None and path.fullmatch(ask.path) is not None
    path = _POST.get(ask.family)
    if ask.method != "POST" or path is None or path.fullmatch(ask.path) is None:
        return False
    return _CALLED[ask.family].fullmatch(called) is not None


def check(ask: Ask) -> None:
    """Refuse a request that is not on the list of what only reads.

    Raises:
        UsageError: it is not; nothing was sent.
    """
    if not may_be_asked(ask):
        raise UsageError("this request is not on the list of what only reads", request=ask.about)
