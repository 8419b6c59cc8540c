"""File what was identified under the right device: made once, found again, never doubled."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from custodes.errors import InputError
from custodes.estate import conclusions
from custodes.estate.assets import Assets
from custodes.estate.candidates import link
from custodes.estate.desk import Case, Desk
from custodes.estate.keys import keys_of
from custodes.estate.model import Identified
from custodes.estate.schema import device_merges
from custodes.estate.settling import chunks
from custodes.identity import Identity
from custodes.observation import Observation


class Filing(Assets):
    """The part of the register that keeps devices apart and together."""

    def file_identity(
        self,
        identity: Identity,
        observations: Sequence[Observation],
        site_id: int | None,
        now: datetime,
    ) -> int:
        """File one device's identity with its observations; returns the device's number.

        A device is found again by MAC, then by serial with maker, then by where it was seen.
        Observations that are not kept yet are kept.

        Raises:
            InputError: there is nothing to tell this device from any other by.
        """
        return self.file_identities([Identified(identity, observations, site_id)], now)[0]

    def file_identities(self, batch: Sequence[Identified], now: datetime) -> list[int]:
        """File several identities in one transaction, as if one after another; the numbers of
        their devices, in the same order.

        Raises:
            InputError: there is nothing to tell one of these devices from any other by; then
                none is filed.
        """
        filed: list[int] = []
        with self._write():
            for listed, run in groupby(batch, _is_listed):
                if listed:
                    filed += [self._file_listed(one, now) for one in run]
                else:
                    filed += self._file_seen(list(run), now)
            return self._merged(filed)

    def _merged(self, ids: Sequence[int]) -> list[int]:
        """The same devices by the numbers that they have now."""
        merges = device_merges.c
        now: dict[int, int] = {}
        with self._read() as connection:
            for part in chunks(set(ids)):
                query = sa.select(merges.old_id, merges.device_id).where(merges.old_id.in_(part))
                now |= {row.old_id: row.device_id for row in connection.execute(query)}
        return [now.get(one, one) for one in ids]

    def _file_seen(self, batch: Sequence[Identified], now: datetime) -> list[int]:
        kept = iter(self._ensure([o for one in batch for o in _unkept(one)], now))
        cases = []
        for one in batch:
            numbers = one.kept if one.kept is not None else [next(kept) for _ in one.observations]
            seen = [o for o in one.observations if o.field != conclusions.ASSET]
            cases.append(_case(one, seen, numbers))
        with self._write() as connection:
            return Desk(connection, now).file(cases)

    def _file_listed(self, one: Identified, now: datetime) -> int:
        """File a device of which an asset list speaks, alone or beside what was seen."""
        listed = [o for o in one.observations if o.field == conclusions.ASSET]
        seen = [o for o in one.observations if o.field != conclusions.ASSET]
        if not seen:
            rows = [self.file_row_of(o, site_id=one.site_id, now=now) for o in listed]
            return rows[-1].device_id
        with self._write() as connection:
            case = _case(one, seen, self._ensure(seen, now))
            (device_id,) = Desk(connection, now).file([case])
            for row in listed:
                self.state_listed(device_id, row, now)
            link(connection, device_id, self._ensure(listed, now))
        return device_id


def _is_listed(one: Identified) -> bool:
    return any(o.field == conclusions.ASSET for o in one.observations)


def _unkept(one: Identified) -> Sequence[Observation]:
    return one.observations if one.kept is None else ()


def _case(one: Identified, seen: Sequence[Observation], kept: Sequence[int]) -> Case:
    device = keys_of(one.identity, seen)
    if not (device.strong or device.place):
        raise InputError(
            "an identity names no MAC, no serial with maker and no address",
            hint="Give its observations a `device` or an `address`.",
        )
    return Case(conclusions.observed(one.identity), device, seen, kept, one.site_id)
