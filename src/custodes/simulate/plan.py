"""Decide which devices a virtual estate has.

Pure: the same count, seed, sites and profiles give the same estate.
"""

import ipaddress
import random
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from custodes.errors import UsageError
from custodes.simulate.profile import Profile, Variant, profiles
from custodes.simulate.template import fill

DEFAULT_BASE = "127.42.0.0"
DEFAULT_SITES = ("Town Hall",)
HOSTS_IN_A_SUBNET = 254
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class DeviceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One device to run: its profile and everything that tells it from its siblings.

    `host` is the distance of its address from the base of the estate.
    """

    profile: Profile
    index: int
    site: str
    host: int
    values: dict[str, str]

    @property
    def truth(self) -> dict[str, str | bool | None]:
        """The identity that a perfect look without a login concludes; None where it cannot tell."""
        stated: Mapping[str, str | bool] = self.profile.truth
        truth: dict[str, str | bool | None] = {
            key: fill(value, self.values) if isinstance(value, str) else value
            for key, value in stated.items()
        }
        truth |= dict.fromkeys(self.profile.unknown)
        return truth


def plan(
    count: int,
    seed: int = 1,
    *,
    sites: Sequence[str] = DEFAULT_SITES,
    only: Iterable[Profile] | None = None,
) -> list[DeviceSpec]:
    """A realistic mix of `count` devices, spread over the sites; each site has its own /24s.

    Every profile occurs when there are as many devices as profiles. `only` limits the mix to
    these profiles; hostile ones come only this way.

    Raises:
        UsageError: no device, no site, or more than an address range of 127.0.0.0/8 holds.
    """
    if not 1 <= count <= 20_000 or not sites:
        raise UsageError("a virtual estate has 1 to 20,000 devices on at least one site")
    pool = list(only) if only is not None else [p for p in profiles().values() if not p.hostile]
    if not pool:
        raise UsageError("no device profile is left to choose from")
    chance = random.Random(f"{seed} mix")  # noqa: S311 - reproducible, not secret
    mix = _mix(count, pool, chance)
    return [
        _device(profile, index, seed, *place)
        for index, (profile, place) in enumerate(zip(mix, _places(count, sites), strict=True))
    ]


def _mix(count: int, pool: Sequence[Profile], chance: random.Random) -> list[Profile]:
    """Whole devices by weight: one of each profile first where the count allows it."""
    chosen = list(pool) if count >= len(pool) else []
    rest = count - len(chosen)
    weights = [max(p.weight, 1) for p in pool]
    if chosen:
        exact = [rest * weight / sum(weights) for weight in weights]
        for profile, share in zip(pool, exact, strict=True):
            chosen += [profile] * int(share)
        by_remainder = sorted(range(len(pool)), key=lambda i: int(exact[i]) - exact[i])
        chosen += [pool[i] for i in by_remainder[: count - len(chosen)]]
    else:
        ranked = sorted(pool, key=lambda p: -(chance.random() ** (1 / max(p.weight, 1))))
        chosen = ranked[:count]
    chance.shuffle(chosen)
    return chosen


def _places(count: int, sites: Sequence[str]) -> list[tuple[str, int]]:
    """Site and host number for each device: sites get equal shares, each in its own /24s."""
    places = []
    subnet = 0
    for number, site in enumerate(sites):
        share = count // len(sites) + (number < count % len(sites))
        for n in range(share):
            row, column = divmod(n, HOSTS_IN_A_SUBNET)
            places.append((site, (subnet + row) * 256 + column + 1))
        subnet += max(1, -(-share // HOSTS_IN_A_SUBNET))
    return places


def address(spec: DeviceSpec, base: str) -> str:
    """The address of a device in an estate that starts at `base`."""
    return str(ipaddress.IPv4Address(base) + spec.host)


def _device(profile: Profile, index: int, seed: int, site: str, host: int) -> DeviceSpec:
    chance = random.Random(f"{seed} device {index} {profile.name}")  # noqa: S311
    variant = chance.choice(profile.device.variants)
    values = _names(variant) | _numbers(profile, chance)
    values |= {"site": site, "name": f"{site} {index + 1:03d}"}
    values["serial"] = _pattern(fill(profile.device.serial, values), chance)
    values["uuid"] = fill(profile.device.uuid, values)
    values["username"] = profile.device.username
    values["password"] = fill(profile.device.password, values)
    values["host_name"] = fill(profile.host_name, values)
    return DeviceSpec(profile=profile, index=index, site=site, host=host, values=values)


def _names(variant: Variant) -> dict[str, str]:
    version, _, build = variant.firmware.partition(" build ")
    return {
        "model": variant.model,
        "model_in_scope": variant.model.replace(" ", "%20"),
        "model_underscored": variant.model.replace(" ", "_"),
        "firmware": variant.firmware,
        "version": version,
        "build": build,
        "build_date": f"20{build[:2]}-{build[2:4]}-{build[4:]}" if len(build) == 6 else "",
    }


def _numbers(profile: Profile, chance: random.Random) -> dict[str, str]:
    prefix = re.sub(r"[^0-9a-f]", "", chance.choice(profile.device.mac_prefixes).lower())
    plain = prefix + "".join(chance.choice("0123456789abcdef") for _ in range(12 - len(prefix)))
    first, last = profile.device.made
    made = (chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28))
    pairs = [plain[i : i + 2] for i in range(0, 12, 2)]
    return {
        "mac": ":".join(pairs),
        "mac_dashes": "-".join(pairs),
        "mac_plain": plain,
        "mac_plain_upper": plain.upper(),
        "mac_first8": plain[:8],
        "mac_last4": plain[8:],
        "uuid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "hex32": f"{chance.getrandbits(128):032x}",
        "code": _pattern("@####", chance),
        "digits": f"{chance.randint(0, 999_999_999):09d}",
        "hardware": f"{chance.randint(0x10000, 0xFFFFF):x}",
        "made": "{:04d}{:02d}{:02d}".format(*made),
        "boot_time": f"2026-{chance.randint(1, 9):02d}-{chance.randint(1, 28):02d} 06:12:31",
    }


def _pattern(text: str, chance: random.Random) -> str:
    """Fill the wild cards of a serial number's pattern."""
    kinds = {"#": "0123456789", "@": _LETTERS, "%": "0123456789ABCDEF"}
    return "".join(chance.choice(kinds[c]) if c in kinds else c for c in text)
