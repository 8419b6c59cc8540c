import pytest

from custodes.errors import PeerError
from custodes.protocols import rtsp

REFUSAL = (
    b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n"
    b'WWW-Authenticate: Digest realm="IP Camera(C1214)", nonce="1"\r\n'
    b'WWW-Authenticate: Basic realm="IP Camera(C1214)"\r\nDate:  Sun, Nov 22 2026\r\n\r\n'
)


def test_only_two_questions_can_be_asked_and_neither_logs_in() -> None:
    assert rtsp.options("rtsp://10.0.0.1:554/", 1).startswith(
        b"OPTIONS rtsp://10.0.0.1:554/ RTSP/1.0\r\nCSeq: 1\r\n"
    )
    wire = rtsp.describe("rtsp://10.0.0.1/", 2)
    assert b"\r\nAccept: application/sdp\r\n" in wire
    assert b"Authorization" not in wire
    assert wire.endswith(b"\r\n\r\n")
    with pytest.raises(PeerError):
        rtsp.describe("rtsp://x/\r\nX: 1", 1)


@pytest.mark.parametrize("step", [1, 3, 4096])
def test_replies_follow_each_other_with_packets_between_them(step: int) -> None:
    packets: list[tuple[int, bytes]] = []
    reader = rtsp.ResponseReader(on_packet=lambda channel, data: packets.append((channel, data)))
    sdp = b"v=0\r\ns=Media Server\r\n"
    second = b"RTSP/1.0 200 OK\r\nCseq: 3\r\nContent-Length: %d\r\n\r\n" % len(sdp) + sdp
    wire = b"\r\n" + REFUSAL + rtsp.pack(1, b"$$$RTSP") + b"\r\n" + rtsp.pack(0, b"") + second
    replies = []
    for at in range(0, len(wire), step):
        reply = reader.feed(wire[at : at + step])
        while reply is not None:
            replies.append(reply)
            reply = reader.feed(b"")
    assert [(r.status, r.cseq, r.body) for r in replies] == [(401, 2, b""), (200, 3, sdp)]
    assert packets == [(1, b"$$$RTSP"), (0, b"")]
    assert [v.split()[0] for v in replies[0].all("www-authenticate")] == ["Digest", "Basic"]
    assert b"Date:  Sun" in replies[0].raw_head
    assert reader.close() is None


def test_a_description_that_is_shorter_than_announced_is_kept_and_marked() -> None:
    reply = rtsp.parse(b"RTSP/1.0 200 OK\r\nContent-Length: 900\r\n\r\nv=0\r\n")
    assert (reply.text, reply.truncated) == ("v=0\r\n", True)


def test_a_description_of_unannounced_length_ends_with_the_connection() -> None:
    reply = rtsp.parse(b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n")
    assert (reply.text, reply.truncated) == ("v=0\r\n", False)


def test_a_web_server_on_this_port_is_read_as_what_it_is() -> None:
    reply = rtsp.parse(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")
    assert (reply.version, reply.status, reply.header("server")) == ("HTTP/1.1", 400, "nginx")


@pytest.mark.parametrize(
    "data", [b"SSH-2.0-dropbear\r\n\r\n", b"\x00" * 40 + b"\n\n", b"", b"$\x00\x00"]
)
def test_what_is_not_a_reply_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        rtsp.parse(data)


def test_a_server_reads_requests_with_feedback_packets_between_them() -> None:
    reader = rtsp.RequestReader()
    request = reader.feed(
        rtsp.options("*", 1) + rtsp.pack(1, b"feedback") + rtsp.describe("rtsp://h/s", 2)
    )
    assert request is not None
    assert (request.method, request.url, request.cseq) == ("OPTIONS", "*", 1)
    request = reader.feed(b"")
    assert request is not None
    assert (request.method, request.url, request.header("accept")) == (
        "DESCRIBE",
        "rtsp://h/s",
        "application/sdp",
    )
    with pytest.raises(PeerError):
        reader.feed(b"GET / HTTP/1.1\r\n\r\n")


def test_a_head_without_end_is_refused() -> None:
    reader = rtsp.ResponseReader(head_limit=4096)
    endless = (b"X: y\r\n" for _ in range(1 << 20))
    with pytest.raises(PeerError):
        any(reader.feed(line) for line in endless)
