"""RTSP of a simulated device."""

from datetime import UTC, datetime

from custodes.protocols.messages import Body, Head, Message, MessageReader, Sized, length
from custodes.simulate.device import Device
from custodes.simulate.services.conversation import Conversation


class Streaming(Conversation):
    """One RTSP connection."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        assert device.profile.rtsp is not None
        self._rtsp = device.profile.rtsp
        self._requests = MessageReader(_frame, 16384)

    def received(self, data: bytes) -> None:
        message = self._requests.feed(data)
        while message is not None and not self.transport.is_closing():
            self._answer(message)
            message = self._requests.feed(b"")

    def _answer(self, message: Message) -> None:
        self.device.seen.requests += 1
        method = message.head.start.split(" ")[0]
        if method == "OPTIONS":
            self._reply(message, "200 OK", [f"Public: {self._rtsp.public}"])
        elif method == "DESCRIBE":
            lines = [f"WWW-Authenticate: {c}" for c in self._rtsp.challenges]
            self._reply(message, "401 Unauthorized", lines)
        else:
            self._reply(message, "455 Method Not Valid in This State", [])

    def _reply(self, message: Message, status: str, lines: list[str]) -> None:
        now = datetime.now(UTC)
        fixed = [
            self.device.fill(
                line,
                cseq=message.head.header("cseq") or "0",
                rtsp_date=now.strftime("%a, %b %d %Y %H:%M:%S GMT"),
                nonce="0" * 32,
            )
            for line in (*self._rtsp.headers, *lines)
        ]
        self.send("\r\n".join([f"RTSP/1.0 {status}", *fixed, "", ""]).encode())


def _frame(head: Head) -> Body:
    return Sized(length(head) or 0, 65536)
