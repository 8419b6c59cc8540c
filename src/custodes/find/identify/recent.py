"""Remember what was worked out lately, in bounded memory. Pure."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Answers by key; those not asked for lately are dropped, at most twice `size` are held.

    Cheaper than an exact order of use: what is asked for moves to the young half; when that is
    full, it becomes the old half and the former old half is dropped.
    """

    __slots__ = ("old", "size", "young")

    def __init__(self, size: int) -> None:
        self.size = size
        self.young: dict[Key, Value] = {}
        self.old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """The answer, None where it is not remembered."""
        found = self.young.get(key)
        if found is None and (found := self.old.get(key)) is not None:
            self.keep(key, found)
        return found

    def keep(self, key: Key, value: Value) -> None:
        """Remember an answer."""
        if len(self.young) >= self.size:
            self.old, self.young = self.young, {}
        self.young[key] = value

    def cache_clear(self) -> None:
        """Forget everything."""
        self.young, self.old = {}, {}
