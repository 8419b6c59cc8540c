"""What is not known of a device, and which probe or which of its owner's keys would tell. Pure."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from custodes.find.identify.phrases import label
from custodes.identity import Identity
from custodes.knowledge import firmware


class _Way(NamedTuple):
    """A way to learn more: by which fields it shows that it was tried, and how it is told."""

    fields: tuple[str, ...]
    text: str


_SADP: Final = _Way(
    ("sadp.ProbeMatch",),
    "the probe `sadp`, sent from the device's own network segment, asks for it without a log-in",
)
_DHIP: Final = _Way(("dhip.client.notifyDevInfo",), "the probe `dhip` asks for it without a log-in")
_ONVIF: Final = _Way(
    ("onvif.soap.GetDeviceInformation",), "the probes `wsd` and `onvif` ask for it without a log-in"
)
_PAGES: Final = _Way(
    ("http.vapix.basicDeviceInfo",), "the probe `pages` asks for it without a log-in"
)
_ISAPI: Final = _Way(("isapi.deviceInfo",), "the owner's credentials for ISAPI would tell it")
_CGI: Final = _Way(
    ("http.cgi.magicBox.getSystemInfo",), "the owner's credentials for Dahua's CGI would tell it"
)
_VAPIX: Final = _Way(("http.vapix.param.Brand",), "the owner's credentials for VAPIX would tell it")
_KEY: Final = _Way((), "the owner's credentials for ONVIF would tell it")
_WAYS: Final = {
    "Hikvision": (_SADP, _ISAPI),
    "Dahua": (_DHIP, _CGI),
    "Axis": (_PAGES, _ONVIF, _VAPIX),
}
_ASKED: Final = ("model", "firmware", "serial")


def of(identity: Identity) -> Iterator[tuple[str, str]]:
    """(conclusion, sentence) for each thing that is not known and worth asking for."""
    if identity.is_surveillance is False:
        return
    if identity.is_surveillance is None and not (identity.vendor or identity.maker):
        yield (
            "is_surveillance",
            (
                "Whether this is surveillance equipment cannot be told. A scan with more probes "
                "(`http`, `rtsp`, `onvif`, `wsd`) may tell."
            ),
        )
        return
    yield from _who(identity)
    seen = {e.field for e in identity.evidence}
    for name in _ASKED:
        if getattr(identity, name) is None:
            yield name, f"The {label(name)} is not known: {_ways(identity, seen)}."
    yield from _build_date(identity)


def _who(identity: Identity) -> Iterator[tuple[str, str]]:
    if identity.vendor is None:
        ask = "the label on the device tells it"
        if identity.maker == "Dahua" and not _has(identity, "dhip.client.notifyDevInfo"):
            ask = f"{_DHIP.text}, or the label on the device tells it"
        yield "vendor", f"Whose badge it bears is not known: {ask}."
    if identity.maker is None:
        yield (
            "maker",
            (
                "Who built it is not known: nothing that was seen shows whose firmware it runs. "
                f"{_begun(_ways(identity, {e.field for e in identity.evidence}))}."
            ),
        )


def _begun(text: str) -> str:
    """A sentence begins with a capital; names inside it keep theirs."""
    return text[:1].upper() + text[1:]


def _has(identity: Identity, field: str) -> bool:
    return any(e.field == field for e in identity.evidence)


def _ways(identity: Identity, seen: set[str]) -> str:
    ways = _WAYS.get(identity.maker or identity.vendor or "", (_ONVIF, _KEY))
    left = [way.text for way in ways if not seen.intersection(way.fields)]
    return "; ".join(left) if left else "it has told what it tells without a log-in"


def _build_date(identity: Identity) -> Iterator[tuple[str, str]]:
    """Dahua's advisories go by build date, which its devices keep for their owner."""
    if identity.maker != "Dahua" or not identity.firmware:
        return
    read = firmware.parse(identity.maker, identity.firmware)
    if read is None or read.build_date is None:
        yield (
            "firmware",
            (
                "The build date, which decides most of Dahua's advisories, is not known: devices "
                f"tell it only after a log-in, so {_CGI.text}."
            ),
        )
