"""What a device says about itself beyond who made it: abilities, settings, attached cameras.

Every fact keeps the words that it was read from. `None` is an answer: the device did not say.
What a device *can* do and what is *switched on* are two answers, never one.
"""

import msgspec


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a fact comes from: the observation's field, the words, and who documents them."""

    field: str
    matched: str
    source: str
    observation: str | None = None  # the observation's id or digest
    seen_at: str | None = None


class Capability(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that a device can do to people, by its name in knowledge/data/capabilities.toml.

    `channel` is empty where the whole device is meant. `words` are those that say whether it can,
    or else whether it is on; `enabled_words` those of the switch where they stand elsewhere.
    """

    name: str
    capable: bool | None
    enabled: bool | None
    words: Words
    channel: str = ""
    enabled_words: Words | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One setting or state, by its name in knowledge/data/facts.toml, which gives its unit.

    For example `cloud.relay` = "on", `service.telnet` = "off", `clock.offset_s` = "-86399",
    `accounts.count` = "3", `build.date` = "2021-06-28", `storage.capacity_bytes` = "4000787030016".
    """

    name: str
    value: str
    words: Words
    channel: str = ""


class Attached(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A camera that a recorder says is attached to it: another device, seen at second hand."""

    channel: str
    words: Words
    name: str | None = None
    address: str | None = None
    port: int | None = None
    protocol: str | None = None  # as the recorder says it: "HIKVISION", "ONVIF", "Private" …
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    mac: str | None = None
    online: bool | None = None


class DeviceFacts(msgspec.Struct, kw_only=True):
    """Everything beyond identity that the observations of one device say."""

    capabilities: list[Capability] = msgspec.field(default_factory=list)
    facts: list[Fact] = msgspec.field(default_factory=list)
    attached: list[Attached] = msgspec.field(default_factory=list)
