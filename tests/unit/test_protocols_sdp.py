import pytest

from custodes.errors import PeerError
from custodes.protocols import sdp

TEXT = """v=0\r
o=- 1 1 IN IP4 192.168.1.110\r
s=Session streamed by "H264Server"\r
e=NONE\r
t=0 0\r
a=packetization-supported:DH\r
a=recvonly\r
m=video 0 RTP/AVP 96\r
b=AS:500\r
a=rtpmap:96 H264/90000\r
m=audio 0/2 RTP/AVP 8\t \r
a=rtpmap:8 PCMU/8000/1\r
"""


def test_a_description_is_read() -> None:
    got = sdp.parse(TEXT)
    assert got.name == 'Session streamed by "H264Server"'
    assert (got.attribute("packetization-supported"), got.attribute("recvonly")) == ("DH", "")
    assert got.attribute("none") is None
    video, audio = got.media
    assert (video.kind, video.port, video.protocol, video.formats) == (
        "video",
        0,
        "RTP/AVP",
        ("96",),
    )
    assert (video.attribute("rtpmap"), video.lines) == ("96 H264/90000", (("b", "AS:500"),))
    assert audio.formats == ("8",)
    assert sdp.parse(sdp.build(got)) == got


@pytest.mark.parametrize(
    "text", ["m=", "m=video", "s=\n", "a=:", "a=\x00\n", "s=x\nnonsense\n=\nzz=1"]
)
def test_thin_descriptions_are_read(text: str) -> None:
    sdp.parse(text)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK", b"\x00" * 99, b"a=b\n" * 100_000])
def test_what_is_no_description_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        sdp.parse(data)


def test_lines_and_sections_are_limited() -> None:
    assert len(sdp.parse("m=video 0 x 1\n" * 10_000).media) == sdp.MAX_LINES
