"""How far a file was read, and what in it could not be understood."""

from collections.abc import Callable
from dataclasses import dataclass, field

LISTED = 20  # rejected items that are listed with their reason; the rest are only counted


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line, host or row that was left out, and why; `where` is what a person looks for."""

    where: str
    reason: str


@dataclass(slots=True)
class Tally:
    """Counts of one file while it is read.

    `unit` names what `items` counts (line, host, row); `offset` is the byte of the unpacked text
    up to which every item is complete; `last` says which item was read last. `notes` is what a
    person should know of the file although nothing is wrong with it; `useful` is called where what
    was unpacked made sense before it gives an observation. A format that holds things back looks at
    `halted`, gives what it holds when somebody wants to stop, and says so in `winds_down`.
    """

    unit: str = "line"
    items: int = 0
    offset: int = 0
    observations: int = 0
    rejected: int = 0
    last: str = ""
    reasons: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    useful: Callable[[], object] = lambda: None
    halted: Callable[[], bool] = lambda: False
    winds_down: bool = False

    def reject(self, where: str, reason: str) -> None:
        """Count an item that was left out, and keep the reason of the first few."""
        self.rejected += 1
        if len(self.reasons) < LISTED:
            self.reasons.append(Rejected(where, reason))
