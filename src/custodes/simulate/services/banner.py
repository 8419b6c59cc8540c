"""TCP services that are known by what they say first, or by saying nothing."""

from custodes.simulate import profile
from custodes.simulate.device import Device
from custodes.simulate.services.conversation import Conversation


class Banner(Conversation):
    def __init__(self, device: Device, banner: profile.Banner) -> None:
        super().__init__(device)
        self._banner = banner

    def greet(self) -> None:
        if self._banner.greeting:
            self.send(self._bytes(self._banner.greeting))

    def received(self, data: bytes) -> None:
        if self._banner.reply:
            self.send(self._bytes(self._banner.reply))

    def _bytes(self, text: str) -> bytes:
        if self._banner.hexadecimal:
            return bytes.fromhex(text)
        return self.device.fill(text).encode("latin-1", "replace")
