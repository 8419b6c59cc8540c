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
