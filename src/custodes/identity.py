"""What identification concludes about one device, with the evidence for each conclusion.

`None` is an answer: it means that the evidence does not say.
"""

import msgspec


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One observation that supports one conclusion, word for word.

    `conclusion` is the key of Identity that it speaks for ("vendor", "model" …) and `value` what
    it says; `fingerprint` the rule or reader that read it, `matched` the text that it matched,
    `source` where the rule comes from. `against` marks evidence that was outweighed.
    """

    conclusion: str
    value: str | bool
    fingerprint: str
    field: str
    matched: str
    source: str
    weight: float
    against: bool = False
    observation: str | None = None  # the observation's id or digest
    seen_at: str | None = None


# What may be concluded of a device, in the order in which it is told.
CONCLUSIONS = (
    "is_surveillance",
    "vendor",
    "maker",
    "product_family",
    "model",
    "firmware",
    "serial",
    "mac",
    "device_type",
)


# What the answers of one address may be, where they are not simply one device's own words.
CONDITIONS = (
    "honeypot",  # answers as makers that have nothing to do with each other
    "several_devices",  # several devices behind one address: a router that passes ports on
    "proxy",  # something stands in front and speaks for what is behind it
    "management_software",  # a program on a computer that speaks cameras' protocols
    "channel_list",  # words about other devices: those attached to a recorder
    "rebadge",  # one firm's name on another firm's device
)
# Evidence for a condition has this and the kind for its conclusion ("condition.proxy").
CONDITION = "condition."


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What must be known before the answers of an address are believed, in a plain sentence.

    `kind` is one of CONDITIONS. What it rests on stands in the identity's evidence, with
    "condition." and the kind for its conclusion.
    """

    kind: str
    why: str


class Identity(msgspec.Struct, kw_only=True):
    """A device as far as its observations tell. Key order is the order of output."""

    id: str | None = None
    device: str | None = None
    is_surveillance: bool | None = None
    vendor: str | None = None
    maker: str | None = None
    product_family: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    mac: str | None = None
    device_type: str | None = None
    confidence: float = 0.0
    evidence: list[Evidence] = msgspec.field(default_factory=list)
    conditions: tuple[Condition, ...] = ()
