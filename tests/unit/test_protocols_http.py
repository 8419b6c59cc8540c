import gzip
import time
import zlib

import pytest

from custodes.errors import PeerError
from custodes.protocols import http


def read(data: bytes, step: int | None = None, **limits: int) -> http.Response | None:
    reader = http.ResponseReader(**limits)
    for at in range(0, len(data), step or max(1, len(data))):
        answer = reader.feed(data[at : at + (step or len(data))])
        if answer is not None:
            return answer
    return reader.close()


def test_an_answer_keeps_order_and_case_of_its_headers() -> None:
    answer = read(b"HTTP/1.1 200 OK\r\nCONNECTION: close\r\nCONTENT-LENGTH: 2\r\n\r\nhi")
    assert answer is not None
    assert answer.headers == (("CONNECTION", "close"), ("CONTENT-LENGTH", "2"))
    assert (answer.status, answer.reason, answer.body, answer.truncated) == (
        200,
        "OK",
        b"hi",
        False,
    )
    assert answer.header("content-length") == "2"


@pytest.mark.parametrize(
    ("wire", "status", "body", "truncated"),
    [
        (b"HTTP/1.0 200\n\nhello", 200, b"hello", False),
        (b"HTTP/1.0 401 \nServer: x\n\n", 401, b"", False),
        (b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, b"x", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", 200, b"short", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nall", 200, b"all", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", False),
        (b"<html>no head at all</html>", 0, b"<html>no head at all</html>", False),
        (b"HT", 0, b"", True),
        (b"HTTP/1.1 abc\r\n\r\nx", 0, b"x", False),
        (b"HTTP/1.1 200 OK\r\nServer: web", 200, b"", True),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny",
            200,
            b"y",
            False,
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\n", 100, b"", True),
    ],
)
def test_odd_answers_are_read(wire: bytes, status: int, body: bytes, truncated: bool) -> None:
    for step in (None, 1):
        answer = read(wire, step)
        assert answer is not None
        assert (answer.status, answer.body, answer.truncated) == (status, body, truncated)


@pytest.mark.parametrize(
    ("coded", "body", "truncated"),
    [
        (b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde", False),
        (b"3\nabc\n0\n\n", b"abc", False),
        (b"3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", b"abc", False),
        (b"3\r\nabc\r\nzz\r\n", b"abc", True),
        (b"3\r\nabcdef\r\n", b"abc", True),
        (b"fffffff\r\nabc", b"abc", True),
        (b"<html>not chunked</html>", b"<html>not chunked</html>", True),
        (b"", b"", True),
    ],
)
def test_chunks_are_joined_and_broken_ones_keep_what_was_read(
    coded: bytes, body: bytes, truncated: bool
) -> None:
    wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + coded
    for step in (None, 1):
        answer = read(wire, step)
        assert answer is not None
        assert (answer.body, answer.truncated) == (body, truncated)


def test_folded_and_repeated_headers_are_kept() -> None:
    answer = read(
        b"HTTP/1.1 401 x\r\nA: 1\r\n 2\r\n"
        b"WWW-Authenticate: Basic\r\nwww-authenticate: Digest\r\n\r\n"
    )
    assert answer is not None
    assert answer.header("a") == "1 2"
    assert answer.all("WWW-Authenticate") == ["Basic", "Digest"]


def test_a_head_without_end_stops_at_its_limit_and_says_how_it_began() -> None:
    reader = http.ResponseReader(head_limit=65536)
    reader.feed(b"HTTP/1.1 200 OK\r\n")
    gibibyte = (b"X-Filler: " + b"a" * 1012 + b"\r\n" for _ in range(1 << 20))
    with pytest.raises(PeerError) as caught:
        any(reader.feed(line) for line in gibibyte)
    assert caught.value.facts["limit_bytes"] == 65536
    assert str(caught.value.facts["beginning"]).startswith("HTTP/1.1 200 OK")


def test_a_long_head_in_single_bytes_is_read_in_linear_time() -> None:
    wire = b"HTTP/1.1 200 OK\r\nX: " + b"a" * (256 * 1024) + b"\r\n\r\n"
    started = time.process_time()
    answer = read(wire, 1, head_limit=len(wire), limit_bytes=10)
    assert answer is not None
    assert answer.status == 200
    assert time.process_time() - started < 5


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw"])
def test_compressed_bodies_are_opened(coding: str) -> None:
    page = b"<title>WEB SERVICE</title>" * 10
    packed = {
        "gzip": gzip.compress(page),
        "deflate": zlib.compress(page),
        "raw": zlib.compress(page)[2:-4],
    }
    name = "gzip" if coding == "gzip" else "deflate"
    answer = read(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: " + name.encode() + b"\r\n\r\n" + packed[coding]
    )
    assert answer is not None
    assert (answer.body, answer.truncated) == (page, False)


def test_a_decompression_bomb_is_opened_only_to_the_limit() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    answer = read(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb)
    assert answer is not None
    assert (len(answer.body), answer.truncated) == (http.LIMIT_BYTES, True)


def test_half_a_gzip_gives_its_first_half() -> None:
    packed = gzip.compress(bytes(range(256)) * 400)
    answer = read(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed[:-40])
    assert answer is not None
    assert answer.truncated
    assert answer.body.startswith(bytes(range(256)))


def test_a_body_stops_at_its_limit() -> None:
    answer = read(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(100), limit_bytes=10)
    assert answer is not None
    assert (len(answer.body), answer.truncated) == (10, True)


def test_a_request_names_us_and_asks_to_close() -> None:
    wire = http.request("GET", "fe80::1", "/")
    assert wire.startswith(b"GET / HTTP/1.1\r\nHost: [fe80::1]\r\nUser-Agent: custodes/")
    assert wire.endswith(b"Connection: close\r\n\r\n")


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "", "/é", "/\x00"])
def test_a_request_cannot_carry_a_second_one(path: str) -> None:
    with pytest.raises(PeerError):
        http.request("GET", "10.0.0.1", path)
    with pytest.raises(PeerError):
        http.request("GET", "10.0.0.1", "/", headers=[("X", "y\r\nZ: 1")])


def test_a_request_reads_back() -> None:
    wire = http.request("POST", "10.0.0.1:8000", "/onvif/device_service", body=b"<a/>")
    reader = http.RequestReader()
    got = reader.feed(wire + wire)
    assert got is not None
    assert (got.method, got.target, got.body) == ("POST", "/onvif/device_service", b"<a/>")
    assert got.header("host") == "10.0.0.1:8000"
    assert reader.feed(b"") == got
    assert reader.feed(b"") is None


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html><TITLE>\n WEB  SERVICE </TITLE>", "WEB SERVICE"),
        (b"<title lang=en>Hanwha &amp; Techwin</title>", "Hanwha & Techwin"),
        (b"<title>cut off", "cut off"),
        (b"<title", None),
        (b"<title\n>x", "x"),
        (b"<titlebar>no</titlebar><title>yes</title>", "yes"),
        (b"<title></title>", None),
        ("<meta charset=gb2312><title>网络摄像机</title>".encode("gb2312"), "网络摄像机"),
        (b"<title>\xe9</title>", "é"),
        (b"no title", None),
    ],
)
def test_titles(page: bytes, expected: str | None) -> None:
    assert http.title(page) == expected


def test_icons_are_found_in_page_order() -> None:
    page = b"""<link rel="stylesheet" href="a.css"><LINK REL='shortcut icon' HREF='/favicon.ico'>
    <link href=/i.png rel=apple-touch-icon><link rel="icon"><link rel=icon href="""
    assert http.icon_links(page) == ["/favicon.ico", "/i.png"]


def test_hostile_pages_are_searched_in_linear_time() -> None:
    started = time.process_time()
    for page in (
        b"<title" * 40_000,
        b"<link" * 50_000,
        b"<link " + b'a="' * 80_000,
        b"<title>" + b"<" * 250_000,
    ):
        http.title(page)
        http.icon_links(page)
    assert time.process_time() - started < 2
