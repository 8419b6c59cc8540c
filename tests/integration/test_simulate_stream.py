"""The stream of a simulated camera plays in a real player, and keeps to RTSP."""

import socket
from collections.abc import Iterator
from itertools import pairwise

import av
import pytest

from custodes.protocols import rtp, rtsp
from custodes.simulate import pattern
from custodes.simulate.background import running_estate
from custodes.simulate.estate import Running
from custodes.simulate.plan import plan
from custodes.simulate.profile import chosen

PROFILES = ["generic-ip-camera", "hikvision-bullet-5.2", "dahua-ipc", "axis-p3245", "reolink"]


@pytest.fixture(scope="module")
def cameras() -> Iterator[dict[str, Running]]:
    with running_estate(plan(5, 3, only=chosen(PROFILES)), base=None, where="thread") as estate:
        yield {device.profile: device for device in estate.devices}


def url(device: Running, path: str, login: bool = True) -> str:
    who = f"{device.username}:{device.password}@" if login else ""
    return f"rtsp://{who}{device.address}:{device.ports['rtsp']}{path}"


def frames(address: str, over: str, count: int) -> list[av.VideoFrame]:
    options = {"rtsp_transport": over, "fpsprobesize": "0"}  # starts at once
    got = []
    with av.open(address, options=options, timeout=10) as stream:
        for frame in stream.decode(video=0):
            got.append(frame)
            if len(got) == count:
                break
    return got


@pytest.mark.parametrize("over", ["tcp", "udp"])
def test_an_open_stream_plays_and_its_picture_moves(cameras: dict[str, Running], over: str) -> None:
    got = frames(url(cameras["generic-ip-camera"], "/", login=False), over, 12)
    assert {(f.width, f.height) for f in got} == {(pattern.WIDTH, pattern.HEIGHT)}
    assert len({bytes(f.planes[0]) for f in got}) == 12


def test_what_plays_is_the_pattern_sample_for_sample(cameras: dict[str, Running]) -> None:
    frame = frames(url(cameras["generic-ip-camera"], "/", login=False), "tcp", 1)[0]
    data, stride = bytes(frame.planes[0]), frame.planes[0].line_size
    luma = b"".join(data[y * stride :][: pattern.WIDTH] for y in range(pattern.HEIGHT))
    assert luma in {pattern.picture(n).luma for n in range(pattern.FRAMES)}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("hikvision-bullet-5.2", "/Streaming/Channels/101"),
        ("dahua-ipc", "/cam/realmonitor?channel=1&subtype=0"),
        ("axis-p3245", "/axis-media/media.amp"),
        ("reolink", "/h264Preview_01_main"),
    ],
)
def test_a_guarded_stream_plays_with_the_owners_login(
    cameras: dict[str, Running], name: str, path: str
) -> None:
    assert len(frames(url(cameras[name], path), "tcp", 3)) == 3


def test_a_guarded_stream_does_not_play_without_a_login(cameras: dict[str, Running]) -> None:
    with pytest.raises(av.error.HTTPUnauthorizedError):
        frames(url(cameras["hikvision-bullet-5.2"], "/", login=False), "tcp", 1)


class Client:
    """A player that does one thing at a time."""

    def __init__(self, device: Running) -> None:
        self.base = url(device, "/live", login=False)
        self.packets: list[tuple[int, bytes]] = []
        self._sock = socket.create_connection((device.address, device.ports["rtsp"]), timeout=5)
        self._reader = rtsp.ResponseReader(on_packet=lambda c, p: self.packets.append((c, p)))
        self._cseq = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self._sock.close()

    def ask(self, method: str, *lines: str) -> rtsp.Response:
        self._cseq += 1
        head = [f"{method} {self.base} RTSP/1.0", f"CSeq: {self._cseq}", *lines, "", ""]
        self._sock.sendall("\r\n".join(head).encode())
        reply = self._reader.feed(b"")
        while reply is None:
            reply = self._reader.feed(self._more())
        return reply

    def receive(self, packets: int) -> None:
        while len(self.packets) < packets:
            self._reader.feed(self._more())

    def ended(self) -> bool:
        return self._sock.recv(65536) == b""

    def _more(self) -> bytes:
        data = self._sock.recv(65536)
        assert data, "the device hung up"
        return data


@pytest.fixture
def client(cameras: dict[str, Running]) -> Iterator[Client]:
    with Client(cameras["generic-ip-camera"]) as opened:
        yield opened


def test_packets_come_on_the_channel_that_was_asked_for_and_in_order(client: Client) -> None:
    setup = client.ask("SETUP", "Transport: RTP/AVP/TCP;unicast;interleaved=4-5")
    assert "interleaved=4-5" in (setup.header("transport") or "")
    assert client.ask("PLAY").status == 200
    client.receive(18)
    got = [rtp.parse(packet) for channel, packet in client.packets if channel == 4]
    assert len(got) == len(client.packets)
    assert [p.sequence for p in got] == list(range(got[0].sequence, got[0].sequence + len(got)))
    assert len({p.ssrc for p in got}) == 1


def test_a_pause_stops_the_packets_and_play_goes_on_once(client: Client) -> None:
    client.ask("SETUP", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    client.ask("PLAY")
    client.ask("PAUSE")
    client.ask("PLAY")
    client.packets.clear()
    client.receive(20)
    stamps = [rtp.parse(packet).timestamp_90k for _, packet in client.packets]
    steps = {later - earlier for earlier, later in pairwise(stamps)}
    assert steps <= {0, 90_000 // pattern.FRAMES_PER_SECOND}


def test_teardown_ends_the_connection(client: Client) -> None:
    client.ask("SETUP", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    assert client.ask("GET_PARAMETER").status == 200
    assert client.ask("TEARDOWN").status == 200
    assert client.ended()


@pytest.mark.parametrize(
    ("method", "lines", "status"),
    [
        ("PLAY", [], 455),
        ("SETUP", ["Transport: RTP/AVP;multicast"], 461),
        ("SETUP", ["Transport: RTP/AVP/TCP;interleaved=900-901"], 461),
        ("SETUP", [], 461),
        ("RECORD", [], 405),
    ],
)
def test_what_cannot_be_done_is_refused(
    client: Client, method: str, lines: list[str], status: int
) -> None:
    assert client.ask(method, *lines).status == status


def test_nonsense_is_hung_up_on(cameras: dict[str, Running]) -> None:
    device = cameras["generic-ip-camera"]
    with socket.create_connection((device.address, device.ports["rtsp"]), timeout=5) as sock:
        sock.sendall(b"EHLO camera\r\n\r\n")
        assert sock.recv(100) == b""


def test_a_stream_of_another_path_is_not_found(cameras: dict[str, Running]) -> None:
    device = cameras["axis-p3245"]
    with pytest.raises(av.error.HTTPNotFoundError):
        frames(url(device, "/elsewhere"), "tcp", 1)
