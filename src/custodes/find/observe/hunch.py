"""Which question to ask first: a hunch from what was seen so far. Pure.

A hunch decides the order of questions and nothing else; it is never a conclusion and never stored.
Each sign is one of the platform's own answers: docs/reference/probes.md.
"""

import re
from collections.abc import Iterable

from custodes.observation import Observation

LOOKED_AT = 8 * 1024  # characters of one answer

# In HTTP and RTSP answers: a sign, and the question that its platform answers.
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/doc/(?:page/login\.asp|index\.html)|App-webs/|(?:DNVRS|DVRDVS)-Webs"), "sadp"),
    (re.compile(r'realm="(?:IP Camera\(|DVRNVRDVS|DS-)|494D4B48'), "sadp"),
    (re.compile(r"\ARTSP/1\.0 .*^Date:  \S", re.DOTALL | re.MULTILINE), "sadp"),
    (re.compile(r'realm="Login to |/RPC2_Login|CP=CAO PSA OUR|<title>WEB SERVICE'), "dhip"),
    (re.compile(r"Dahua|packetization-supported:DH"), "dhip"),
)


def question(observations: Iterable[Observation]) -> str | None:
    """The discovery question that the device most likely answers; None without a sign."""
    for seen in observations:
        if seen.field in {"http.response", "rtsp.response", "rtsp.sdp"}:
            text = seen.text[:LOOKED_AT]
            for sign, service in _SIGNS:
                if sign.search(text):
                    return service
    return None
