"""Whether the answers of one address are one device's: who answers at which port. Pure.

A router may pass each of its ports on to another device; a honeypot answers as whatever is asked
for. Neither is a device of the makers that it names, so neither may be told as one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from custodes.find.identify import names
from custodes.find.identify.claims import DEFAULT, LOOKS, Claim
from custodes.knowledge.devices import DEVICE_TYPES

# claim, the observation that it was read from (id or digest), and when that was seen
Sighted = tuple[Claim, str, str | None]
Readings = Mapping[str, Sequence[Sighted]]
Ports = Mapping[str, int | None]  # by observation

MAKERS_OF_A_HONEYPOT: Final = 3  # unrelated makers of cameras that nothing tells apart
MAKERS_BEHIND_ONE_ADDRESS: Final = 5  # more than anybody hangs behind one router
SOFTWARE: Final = "condition.management_software"
PROXY: Final = "condition.proxy"
_NAMING: Final = ("vendor", "maker", DEFAULT)


_SPEAKING: Final = (*_NAMING, SOFTWARE)


class Answer(NamedTuple):
    """One maker, or one program, heard at one place."""

    name: str
    service: str  # the protocol
    port: int | None
    entry: Sighted

    def told(self, kind: str) -> str:
        """The name, and the port where that is what tells the devices apart."""
        return f"{self.name} (port {self.port})" if kind == "several_devices" else self.name


class Finding(NamedTuple):
    """A kind of condition, and who was heard where."""

    kind: str
    answers: tuple[Answer, ...]


def several(readings: Readings, ports: Ports) -> Finding | None:
    """What speaks against one device behind this address, as far as makers tell; None if nothing.

    Makers are apart where each builds devices of its own and nothing connects them: a badge and
    its maker, or two badges of one maker, are one voice. So is a program and its own maker.
    """
    if _names_one(readings):
        return None
    heard = _answers(readings, ports)
    programs = {str(claim.value) for claim, _, _ in readings.get(SOFTWARE, ())}
    makers = _apart(sorted({a.name for a in heard if a.name not in programs}))
    apart = [*makers, *(p for p in sorted(programs) if not _of_these(p, makers))]
    if len(apart) < 2:
        return None
    voices = [(_voice(answer.name, apart), answer) for answer in heard]
    shown = tuple(answer for voice, answer in voices if voice is not None)
    clean = len(apart) <= MAKERS_BEHIND_ONE_ADDRESS and _each_at_ports_of_its_own(voices)
    if clean and _rival_services(voices):
        return Finding("several_devices", shown)
    if len(makers) >= MAKERS_OF_A_HONEYPOT:
        return Finding("honeypot", shown)
    return None


def _names_one(readings: Readings) -> bool:
    """Whether no two different names are well supported; asked of every device, so it is quick."""
    first: object = None
    for kind in _SPEAKING:
        for entry in readings.get(kind, ()):
            if entry[0].weight >= LOOKS and entry[0].value != first:
                if first is not None:
                    return False
                first = entry[0].value
    return True


def _answers(readings: Readings, ports: Ports) -> list[Answer]:
    """Everything that names a maker or a program well enough, and where."""
    return [
        Answer(str(claim.value), claim.field.partition(".")[0], ports.get(where), entry)
        for name in _SPEAKING
        for entry in readings.get(name, ())
        for claim, where, _ in (entry,)
        if claim.weight >= LOOKS and claim.fingerprint != "maker-graph"
    ]


def _apart(heard: Iterable[str]) -> list[str]:
    """Of all makers one for each voice: those of cameras, that nothing connects."""
    apart: list[str] = []
    for name in heard:
        counts = names.makes_cameras(name) and names.builds_its_own(name)
        if counts and not any(names.related(name, other) for other in apart):
            apart.append(name)
    return apart


def _of_these(program: str, makers: Sequence[str]) -> bool:
    """Whether a program is one of these makers' own: its name begins with theirs."""
    return any(program.startswith(maker) for maker in makers)


def _voice(name: str, apart: Sequence[str]) -> str | None:
    """The one of the unrelated names that a name speaks for; None where it speaks for several."""
    of = [other for other in apart if names.related(name, other)]
    return of[0] if len(of) == 1 else None


Voices = Sequence[tuple[str | None, Answer]]


def _each_at_ports_of_its_own(voices: Voices) -> bool:
    """Whether every port that names a maker names only that one, and ports are known at all."""
    by_port: dict[int, set[str]] = {}
    for voice, answer in voices:
        if voice is None:
            continue
        if answer.port is None:
            return False
        by_port.setdefault(answer.port, set()).add(voice)
    return all(len(heard) == 1 for heard in by_port.values())


def _rival_services(voices: Voices) -> bool:
    """Whether one protocol is spoken by two makers at two ports, which no single device does."""
    by_service: dict[str, set[str]] = {}
    for voice, answer in voices:
        if voice is not None:
            by_service.setdefault(answer.service, set()).add(voice)
    return any(len(heard) > 1 for heard in by_service.values())


def twins(readings: Readings, ports: Ports) -> tuple[Answer, ...]:
    """Two devices of one maker behind one address: one question, two ports, two serial numbers."""
    if not ports:
        return ()
    for name in ("serial", "mac"):
        entries = readings.get(name, ())
        if len(entries) < 2:
            continue
        by_field: dict[str, dict[int, Answer]] = {}
        for entry in entries:
            claim, where, _ = entry
            port = ports.get(where)
            if port is not None and claim.weight >= LOOKS:
                answer = Answer(str(claim.value), claim.field, port, entry)
                by_field.setdefault(claim.field, {}).setdefault(port, answer)
        for answers in by_field.values():
            if len({answer.name for answer in answers.values()}) > 1:
                return tuple(answers[port] for port in sorted(answers))
    return ()


_BEHIND: Final = ("rtsp.sdp",)  # what a program passes on of the camera behind it
_TELLING: Final = ("vendor", "maker", DEFAULT, "model", "device_type", "is_surveillance")
Split = tuple[dict[str, list[Sighted]], dict[str, list[Sighted]]]


def without_go_betweens(readings: dict[str, list[Sighted]]) -> Split:
    """The readings that are the device's own, and those of what stands before or behind it.

    A proxy's own name does not deny the camera behind it; a camera's stream that a program passes
    on is not that program's.
    """
    aside: dict[str, list[Sighted]] = {}
    if SOFTWARE in readings:
        readings = _split(readings, aside, _is_passed_on)
    if PROXY in readings and _sees_cameras(readings):
        fronts = {where for _, where, _ in readings[PROXY]}
        readings = _split(readings, aside, lambda e: e[1] in fronts and _is_no_camera(e[0]))
    return readings, aside


def _split(
    readings: dict[str, list[Sighted]],
    aside: dict[str, list[Sighted]],
    foreign: Callable[[Sighted], bool],
) -> dict[str, list[Sighted]]:
    kept = dict(readings)
    for name in _TELLING:
        away = [entry for entry in readings.get(name, ()) if foreign(entry)]
        if not away:
            continue
        aside.setdefault("vendor" if name == DEFAULT else name, []).extend(away)
        own = [entry for entry in readings[name] if not foreign(entry)]
        if own:
            kept[name] = own
        else:
            del kept[name]
    return kept


def _is_passed_on(entry: Sighted) -> bool:
    claim = entry[0]
    return claim.field.startswith(_BEHIND) and claim.fingerprint != "camera-software"


def _sees_cameras(readings: Readings) -> bool:
    return any(
        claim.weight >= LOOKS and names.makes_cameras(str(claim.value))
        for name in _NAMING
        for claim, _, _ in readings.get(name, ())
    )


def _is_no_camera(claim: Claim) -> bool:
    if claim.conclusion in _NAMING:
        return names.makes_no_cameras(str(claim.value)) is not None
    if claim.conclusion == "device_type":
        return DEVICE_TYPES.get(str(claim.value)) is False
    return claim.conclusion == "is_surveillance" and claim.value is False
