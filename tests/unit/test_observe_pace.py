"""The queue that every packet goes through, on a clock of its own."""

import asyncio

import pytest

from custodes.errors import UsageError
from custodes.find.observe.pace import CEILING_PER_S, Pace, Spacing, Window


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self, late_s: float = 0.0) -> None:
        self.now_s = 1000.0
        self.late_s = late_s

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        for _ in range(4):
            await asyncio.sleep(0)  # whoever got a turn notes the time first
        self.now_s += seconds + self.late_s
        self.late_s = 0.0


def sent_at(count: int, per_second: float, late_s: float = 0.0) -> list[float]:
    clock = Time(late_s)
    pace = Pace(per_second, clock=clock, sleep=clock.sleep)
    times: list[float] = []

    async def one() -> None:
        await pace.take()
        times.append(clock.now_s)

    async def run() -> None:
        await asyncio.gather(*(one() for _ in range(count)))

    asyncio.run(run())
    assert pace.sent == count
    return times


def most_in_a_second(times: list[float]) -> int:
    return max(sum(start <= t < start + 1.0 - 1e-9 for t in times) for start in times)


def test_packets_leave_evenly() -> None:
    times = sent_at(101, 50)
    assert times[-1] - times[0] == pytest.approx(2.0)
    assert most_in_a_second(times) <= 50


def test_after_a_stumble_no_second_holds_more_than_agreed() -> None:
    times = sent_at(200, 50, late_s=0.7)
    assert most_in_a_second(times) <= 50


def test_less_than_one_packet_a_second_is_possible() -> None:
    times = sent_at(3, 0.5)
    assert times[-1] - times[0] == pytest.approx(4.0)


def test_the_most_urgent_leaves_first_and_equals_in_turn() -> None:
    clock = Time()
    pace = Pace(10, clock=clock, sleep=clock.sleep)
    order: list[str] = []

    async def one(name: str, urgency: float) -> None:
        await pace.take(urgency)
        order.append(name)

    async def run() -> None:
        await asyncio.gather(one("a", 0), one("b", 0), one("c", 5), one("d", 5))

    asyncio.run(run())
    assert order == ["c", "d", "a", "b"]


def test_who_was_stopped_while_waiting_costs_no_packet() -> None:
    clock = Time()
    pace = Pace(10, clock=clock, sleep=clock.sleep)

    async def run() -> None:
        stopped = asyncio.create_task(pace.take())
        await asyncio.sleep(0)
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)
        await pace.take()

    asyncio.run(run())
    assert pace.sent == 1


def test_after_closing_nothing_leaves() -> None:
    pace = Pace(1)

    async def run() -> None:
        await pace.take()
        waiting = asyncio.create_task(pace.take())
        await asyncio.sleep(0)
        await pace.close()
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(run())
    assert pace.sent == 1


@pytest.mark.parametrize("per_second", [0, -1, CEILING_PER_S + 1, float("nan")])
def test_a_rate_outside_the_ceiling_is_refused(per_second: float) -> None:
    with pytest.raises(UsageError):
        Pace(per_second)


def test_a_long_pause_is_not_made_up_for() -> None:
    spacing = Spacing(0.1)
    spacing.add(0.0)
    spacing.add(100.0)
    burst = 0
    while spacing.free_in(100.0) <= 0:
        spacing.add(100.0)
        burst += 1
    assert burst <= 5


def test_a_window_frees_a_place_one_second_after_its_oldest() -> None:
    window = Window(2)
    window.add(0.0)
    assert window.free_in(0.0) == 0.0
    window.add(0.5)
    assert window.free_in(0.6) == pytest.approx(0.4)
