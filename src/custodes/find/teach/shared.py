"""What a text must name to tell one maker's devices, and texts that everybody's devices show. Pure.

Web servers, SSH servers and protocols write most texts of a device. A rule made from one of those
would call every device of the world by one brand.
"""

import re
from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 3  # letters of a word of a brand that can tell it
# Texts that devices of many makers show, of programs and protocols, not of makers.
SHARED: Final = (
    "nginx/1.24.0",
    "Apache/2.4.57 (Debian)",
    "lighttpd/1.4.35",
    "mini_httpd/1.30 26Oct2018",
    "Boa/0.94.14rc21",
    "thttpd/2.27 19Oct2015",
    "GoAhead-Webs",
    "gSOAP/2.8",
    "Microsoft-IIS/10.0",
    "Login",
    "Sign in",
    "Web Service",
    "Index page",
    "IP Camera",
    "Network Camera",
    "Secure Area",
    "Protected",
    "RTSP Session",
    "Media Presentation",
    "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER",
    "control:*",
    "http://www.w3.org/2003/05/soap-envelope",
    "http://www.onvif.org/ver10/schema",
    "onvif://www.onvif.org/hardware/IPCAM",
    "SSH-2.0-dropbear_2019.78",
    "SSH-2.0-OpenSSH_8.4p1 Debian-5",
    "CN=localhost",
    "CN=R3,O=Let's Encrypt,C=US",
)
# Words that stand in the names of many makers and in texts of everybody.
_COMMON: Final = frozenset(
    """
    and the inc ltd llc gmbh company group limited international technology technologies tech
    electronics systems system solutions networks network digital security secure safe safety
    surveillance cctv camera cameras cam ipcam ipc dvr nvr recorder video vision visual view
    viewer watch guard home smart data media stream streaming service server web page index
    login device embedded access control link linux onvif rtsp http www org
    """.split()
)


def names(text: str, brand: str, maker: str | None, model: str | None) -> bool:
    """Whether the text holds the brand, the maker or the model by more than a common word.

    >>> names("AcmeCam-httpd/2.1", "ACME Vision", None, None)
    True
    >>> names("nginx/1.24.0", "ACME Vision", None, "AC-200")
    False
    """
    told = text.casefold()
    if model and model.casefold() in told:
        return True
    return any(word in told for word in _telling(filter(None, (brand, maker))))


def _telling(called: Iterable[str]) -> Iterable[str]:
    """The words of names that are not everybody's; a name of common words counts as a whole."""
    for name in called:
        whole = name.casefold()
        yield from (
            word
            for word in re.findall(r"[^\W_]+", whole)
            if len(word) >= SHORTEST and word not in _COMMON
        )
        if whole not in _COMMON:
            yield whole
