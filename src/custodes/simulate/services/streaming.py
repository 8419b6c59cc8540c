"""RTSP of a simulated device, with a stream that plays (RFC 2326, RTP over TCP and over UDP)."""

import secrets
from datetime import UTC, datetime
from email.utils import format_datetime

from custodes.protocols import h264
from custodes.protocols.rtsp import Request, RequestReader
from custodes.simulate import pattern
from custodes.simulate.device import Device
from custodes.simulate.services.conversation import Conversation
from custodes.simulate.services.hostile import misbehave
from custodes.simulate.services.login import admits
from custodes.simulate.services.playing import Player, Track, transport_of
from custodes.units import MIB

SESSION_TIMEOUT_S = 60
MOST_UNSENT = MIB  # a peer that does not read is hung up on
START = b"RTSP/1.0 200 OK\r\n"


class Streaming(Conversation):
    """One RTSP connection: at most one session with one track."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        assert device.profile.rtsp is not None
        self._rtsp = device.profile.rtsp
        self._requests = RequestReader()
        self._session = secrets.token_hex(4)
        self._player: Player | None = None
        self._answers = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._teardown,
            "GET_PARAMETER": self._keep_alive,
            "SET_PARAMETER": self._keep_alive,
        }

    def received(self, data: bytes) -> None:
        request = self._requests.feed(data)
        while request is not None and not self.transport.is_closing():
            self._answer(request)
            request = self._requests.feed(b"")

    def connection_lost(self, error: Exception | None) -> None:
        self._stop()
        super().connection_lost(error)

    def _answer(self, request: Request) -> None:
        seen = self.device.seen
        seen.requests += 1
        seen.logins += request.header("authorization") is not None
        if self._rtsp.behaviour != "normal":
            self.transport.pause_reading()
            self.device.spawn(misbehave(self._rtsp.behaviour, self, START))
            return
        answer = self._answers.get(request.method)
        if answer is None:
            self._reply(request, "405 Method Not Allowed")
        elif request.method == "OPTIONS" or self._is_admitted(request):
            answer(request)
        else:
            refusals = [f"WWW-Authenticate: {text}" for text in self._rtsp.challenges]
            self._reply(request, "401 Unauthorized", *refusals)

    def _is_admitted(self, request: Request) -> bool:
        values = self.device.values
        given = request.header("authorization")
        if self._rtsp.open or given is None:
            return self._rtsp.open
        right = admits(
            given,
            method=request.method,
            offered=[self.device.fill(text) for text in self._rtsp.challenges],
            username=values["username"],
            password=values["password"],
        )
        return self.device.judge(right)

    def _options(self, request: Request) -> None:
        self._reply(request, "200 OK", f"Public: {self._rtsp.public}")

    def _describe(self, request: Request) -> None:
        if self._rtsp.path and self._rtsp.path not in request.url:
            self._reply(request, "404 Not Found")
            return
        body = description(self.device)
        base = request.url if request.url.endswith("/") else request.url + "/"
        lines = (
            f"Content-Base: {base}",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        )
        self._reply(request, "200 OK", *lines, body=body)

    def _setup(self, request: Request) -> None:
        wish = transport_of(request.header("transport") or "")
        if wish is None:
            self._reply(request, "461 Unsupported Transport")
            return
        self._stop()
        peer = self.transport.get_extra_info("peername")[0]
        track = Track.open(wish, self.device.address, peer, self._interleave)
        self._player = Player(track, pattern.clip())
        lines = (
            f"Transport: {track.reply};ssrc={self._player.ssrc:08X}",
            f"Session: {self._session};timeout={SESSION_TIMEOUT_S}",
        )
        self._reply(request, "200 OK", *lines)

    def _play(self, request: Request) -> None:
        if self._player is None:
            self._reply(request, "455 Method Not Valid in This State")
            return
        url = request.url.rstrip("/")
        lines = (
            f"Session: {self._session}",
            "Range: npt=0.000-",
            f"RTP-Info: url={url}/trackID=1;seq={self._player.sequence};rtptime=0",
        )
        self._reply(request, "200 OK", *lines)
        if not self._player.playing:
            self._player.playing = True
            self.device.spawn(self._player.run())

    def _pause(self, request: Request) -> None:
        if self._player is not None:
            self._player.playing = False
        self._reply(request, "200 OK", f"Session: {self._session}")

    def _teardown(self, request: Request) -> None:
        self._stop()
        self._reply(request, "200 OK", f"Session: {self._session}")
        self.transport.close()

    def _keep_alive(self, request: Request) -> None:
        self._reply(request, "200 OK", f"Session: {self._session}")

    def _stop(self) -> None:
        if self._player is not None:
            self._player.close()
            self._player = None

    def _interleave(self, framed: bytes) -> bool:
        """Send a packet between the messages; False where the peer cannot keep up or is gone."""
        if self.transport.is_closing():
            return False
        if self.transport.get_write_buffer_size() > MOST_UNSENT:
            self.transport.abort()
            return False
        self.touch()
        self.send(framed)
        return True

    def _reply(self, request: Request, status: str, *lines: str, body: bytes = b"") -> None:
        now = datetime.now(UTC)
        moment = {
            "cseq": str(request.cseq or 0),
            "rtsp_date": now.strftime("%a, %b %d %Y %H:%M:%S GMT"),
            "date": format_datetime(now, usegmt=True),
            "nonce": secrets.token_hex(16),
        }
        filled = (self.device.fill(line, **moment) for line in (*self._rtsp.headers, *lines))
        head = "\r\n".join([f"RTSP/1.0 {status}", *filled, "", ""])
        self.send(head.encode() + body)


def description(device: Device) -> bytes:
    """The SDP of the device's stream."""
    rtsp = device.profile.rtsp
    assert rtsp is not None
    media = (
        "m=video 0 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
        f"a=fmtp:96 {h264.fmtp(pattern.clip().parameter_sets)}",
        "a=control:trackID=1",
    )
    lines = ("v=0", *map(device.fill, rtsp.session_lines), *media, *rtsp.media_lines, "")
    return "\r\n".join(lines).encode()
