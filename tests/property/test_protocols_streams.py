"""How the network cuts a stream does not matter, and what is built reads back."""

from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custodes.errors import PeerError
from custodes.protocols import dhip, http, mac, onvif, rtp, rtsp, sadp, sdp, ws_discovery, xml

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Cs")), max_size=20
).map(str.strip)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,10}", fullmatch=True)
LINES = st.sampled_from([b"\r\n", b"\n"])
HEADERS = st.sampled_from(
    [
        b"Server: web",
        b"X:",
        b" folded",
        b"no colon",
        b"Content-Length: 7",
        b"Content-Length: 0",
        b"Content-Length: x",
        b"Transfer-Encoding: chunked",
        b"Content-Encoding: gzip",
        b"Content-Type: application/sdp",
    ]
)
BODY = st.sampled_from(
    [b"", b"3\r\nabc\r\n0\r\n\r\n", b"3\nab", b"0\n\n", b"hello world", b"\n\n", b"$\0\0\1x"]
)
STATUS = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 100 Continue", b"HTTP/1.0 304", b"html", b"HTT"]
)


@st.composite
def answers(draw: st.DrawFn, starts: st.SearchStrategy[bytes]) -> bytes:
    out = b""
    for _ in range(draw(st.integers(1, 3))):
        end = draw(LINES)
        out += draw(starts) + end
        out += b"".join(line + end for line in draw(st.lists(HEADERS, max_size=4)))
        out += end + draw(BODY)
    return out


CUTS = st.lists(st.integers(0, 400), max_size=12)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(c for c in cuts if c < len(data)), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def http_answer(parts: list[bytes]) -> object:
    reader = http.ResponseReader(limit_bytes=12, head_limit=90)
    try:
        for part in parts:
            answer = reader.feed(part)
            if answer is not None:
                return answer
        return reader.close()
    except PeerError as error:
        return str(error)


@settings(max_examples=500, deadline=None)
@given(answers(STATUS), CUTS)
def test_how_tcp_splits_an_answer_does_not_matter(wire: bytes, cuts: list[int]) -> None:
    whole = http_answer([wire])
    assert http_answer(pieces(wire, cuts)) == whole
    assert http_answer([wire[at : at + 1] for at in range(len(wire))]) == whole


def rtsp_replies(parts: list[bytes]) -> list[object]:
    packets: list[object] = []
    reader = rtsp.ResponseReader(
        limit_bytes=12, head_limit=90, on_packet=lambda *p: packets.append(p)
    )
    replies: list[object] = []
    try:
        for part in parts:
            reply = reader.feed(part)
            while reply is not None:
                replies.append(reply)
                reply = reader.feed(b"")
        replies.append(reader.close())
    except PeerError as error:
        replies.append(str(error))
    return [*replies, *packets]


RTSP_STARTS = st.sampled_from(
    [
        b"RTSP/1.0 200 OK",
        b"RTSP/1.0 401",
        b"$\0\0\3abcRTSP/1.0 200 OK",
        b"\r\nRTSP/1.0 x",
        b"HTTP/1.0 400",
    ]
)


@settings(max_examples=500, deadline=None)
@given(answers(RTSP_STARTS), CUTS)
def test_how_tcp_splits_replies_and_packets_does_not_matter(wire: bytes, cuts: list[int]) -> None:
    whole = rtsp_replies([wire])
    assert rtsp_replies(pieces(wire, cuts)) == whole
    assert rtsp_replies([wire[at : at + 1] for at in range(len(wire))]) == whole


def requests_of(parts: list[bytes]) -> list[object]:
    reader = http.RequestReader(limit_bytes=12, head_limit=90)
    got: list[object] = []
    try:
        for part in parts:
            request = reader.feed(part)
            while request is not None:
                got.append(request)
                request = reader.feed(b"")
    except PeerError as error:
        got.append(str(error))
    return got


@settings(max_examples=300, deadline=None)
@given(
    answers(st.sampled_from([b"GET / HTTP/1.1", b"POST /x", b"\r\nGET / HTTP/1.0", b"nonsense"])),
    CUTS,
)
def test_how_tcp_splits_requests_does_not_matter(wire: bytes, cuts: list[int]) -> None:
    whole = requests_of([wire])
    assert requests_of(pieces(wire, cuts)) == whole
    assert requests_of([wire[at : at + 1] for at in range(len(wire))]) == whole


@given(
    st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=50)), max_size=8), st.integers(1, 7)
)
def test_packets_between_replies_come_out_as_they_went_in(
    sent: list[tuple[int, bytes]], chunk: int
) -> None:
    got: list[tuple[int, bytes]] = []
    reader = rtsp.ResponseReader(on_packet=lambda channel, data: got.append((channel, data)))
    wire = b"".join(rtsp.pack(channel, data) for channel, data in sent)
    for at in range(0, len(wire), chunk):
        assert reader.feed(wire[at : at + chunk]) is None
    assert got == sent


@given(st.dictionaries(NAME, TEXT, min_size=1))
def test_sadp_answers_read_back(fields: dict[str, str]) -> None:
    assume("Types" not in fields)
    wire = sadp.build_answer(fields)
    assert dict(sadp.parse(wire)) == fields
    cut = sadp.parse(wire[: wire.index(b"</ProbeMatch>")])
    assert cut.cut
    assert dict(cut) == fields


@given(st.dictionaries(NAME, TEXT, min_size=1), st.integers(1, 400))
def test_a_cut_sadp_answer_never_gives_half_a_value(fields: dict[str, str], end: int) -> None:
    assume("Types" not in fields)
    try:
        answer = sadp.parse(sadp.build_answer(fields)[:end])
    except PeerError:
        return
    assert dict(answer).items() <= fields.items()


@given(st.dictionaries(NAME, st.one_of(TEXT, st.integers(-(2**63), 2**63 - 1))))
def test_dhip_notices_read_back(device: dict[str, object]) -> None:
    message = dhip.parse(dhip.build_answer(dhip.notice(device, "e0:50:8b:01:02:03")))
    assert (message.device, message.mac, message.cut) == (device, "e0:50:8b:01:02:03", "")


@given(st.dictionaries(NAME, TEXT, min_size=1), st.integers(32, 400))
def test_a_cut_dhip_notice_never_gives_half_a_value(device: dict[str, str], end: int) -> None:
    try:
        message = dhip.parse(dhip.build_answer(dhip.notice(device, "e0:50:8b:01:02:03"))[:end])
    except PeerError:
        return
    for name, value in device.items():
        if message.cut and name not in {"mac", "method"} and name in message.device:
            assert message.device[name] == value


SCOPE = st.from_regex(
    r"onvif://www\.onvif\.org/[a-z]{1,8}/[A-Za-z0-9 _.:-]{0,12}[A-Za-z0-9]", fullmatch=True
)


@given(
    st.lists(SCOPE, max_size=5),
    st.lists(st.from_regex(r"http://[a-z0-9.]{1,9}/o", fullmatch=True), max_size=3),
)
def test_discovery_answers_read_back(scopes: list[str], xaddrs: list[str]) -> None:
    wire = ws_discovery.build_probe_match(
        message_id="1",
        relates_to="2",
        endpoint="urn:uuid:3",
        types=["tds:Device"],
        scopes=scopes,
        xaddrs=xaddrs,
    )
    (match,) = ws_discovery.parse(wire)
    assert (match.scopes, match.xaddrs) == (tuple(scopes), tuple(xaddrs))
    assert onvif.scopes(onvif.build_scopes(scopes)) == scopes


@given(st.dictionaries(st.sampled_from(onvif.INFORMATION), TEXT.filter(bool)))
def test_device_information_reads_back(information: dict[str, str]) -> None:
    assert onvif.device_information(onvif.build_device_information(information)) == information


@given(TEXT)
def test_text_survives_xml(text: str) -> None:
    wire = f'<a k="{xml.escape(text)}">{xml.escape(text)}</a>'
    root = xml.parse(wire)
    assert root.text == text
    assert xml.fields(wire) == {"a": text}


@given(st.lists(st.binary(min_size=1, max_size=900), min_size=1, max_size=6), st.integers(20, 300))
def test_nal_units_survive_the_network(bodies: list[bytes], mtu: int) -> None:
    units = [bytes([0x65, *body]) for body in bodies]
    wire = rtp.Packetiser(mtu=mtu, sequence=65530).packets(units, 2**32 - 1)
    assert max(map(len, wire)) <= mtu
    assert rtp.nal_units(rtp.parse(packet).payload for packet in wire) == units


ATTRIBUTE = st.tuples(NAME, st.none() | NAME)


@given(
    st.builds(
        sdp.Sdp,
        name=NAME,
        origin=NAME,
        attributes=st.lists(ATTRIBUTE, max_size=3).map(tuple),
        lines=st.just((("t", "0 0"),)),
        media=st.lists(
            st.builds(
                sdp.Media,
                kind=NAME,
                port=st.integers(0, 65535),
                protocol=NAME,
                formats=st.lists(NAME, max_size=3).map(tuple),
                attributes=st.lists(ATTRIBUTE, max_size=3).map(tuple),
            ),
            max_size=3,
        ).map(tuple),
    )
)
def test_descriptions_read_back(description: sdp.Sdp) -> None:
    assert sdp.parse(sdp.build(description)) == description


@given(st.binary(min_size=6, max_size=6), st.sampled_from([":", "-", ".", " ", ""]))
def test_addresses_read_back_in_any_notation(octets: bytes, separator: str) -> None:
    written = octets.hex(separator) if separator else octets.hex()
    assert mac.normalise(written.upper()) == octets.hex(":")
