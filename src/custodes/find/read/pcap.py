"""Captures of packets, pcap and pcapng: what devices said, and who they talked to."""

from collections.abc import Iterable, Iterator

from custodes.errors import InputError
from custodes.find.listen import ear
from custodes.find.listen.listener import Listener
from custodes.find.listen.who import Network
from custodes.find.read.lines import Readable
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import MIB, counted

NAME = "pcap"
ABOUT = "packets (pcap, pcapng, also .gz)"
BLOCK = MIB
REASONS = 5  # why packets were not understood, told; the rest is summed up


def recognise(head: bytes) -> bool:
    """Whether the file begins like a capture of either kind."""
    return ear.recognise(head)


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every observation of the capture; devices are those with private addresses."""
    return read_in((), stream, name, tally)


def read_in(
    networks: Iterable[Network], stream: Readable, name: str, tally: Tally
) -> Iterator[Observation]:
    """The same; addresses in these networks are devices too.

    Raises:
        InputError: the capture is damaged or cut short; what was heard before that is given first.
    """
    tally.unit, tally.winds_down = "packet", True
    listener = Listener(networks)
    hearing = ear.Ear(listener)
    source = f"import:{name}"
    failure: InputError | None = None
    try:
        while not tally.halted() and (data := stream.read(BLOCK)):
            before = listener.packets
            hearing.feed(data)
            tally.offset += len(data)
            tally.items = listener.packets
            if listener.packets > before:
                tally.useful()
            if listener.crowded:
                yield from listener.take(source)
        if not tally.halted():
            hearing.close()
    except InputError as error:
        failure = error
    tally.items = listener.packets
    yield from listener.finish(source)
    tally.notes += told(listener)
    if failure is not None:
        raise failure


def told(listener: Listener) -> list[str]:
    """What was not understood, and what there was no room for, in words."""
    notes = []
    unread = sorted(listener.unread.items(), key=lambda item: -item[1])
    if unread:
        shown = [f"{reason} ({number:,})" for reason, number in unread[:REASONS]]
        if (more := sum(number for _, number in unread[REASONS:])) > 0:
            shown.append(f"others ({more:,})")
        total = counted(sum(n for _, n in unread), "packet was", "packets were")
        notes.append(f"{total} not understood: {', '.join(shown)}.")
    if listener.let_go:
        gone = counted(listener.let_go, "flow, name or fragment", "flows, names and fragments")
        notes.append(f"There was no room for {gone}; bytes are counted all the same.")
    return notes
