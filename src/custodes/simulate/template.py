"""Fill the {names} in the text of a device profile. Pure."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")

# What each device brings along, fixed when it is planned or when its ports are known.
DEVICE_NAMES = frozenset(
    """
    build_date serial mac mac_dashes mac_plain mac_plain_upper mac_first8 mac_last4
    model model_in_scope model_underscored firmware version build
    hardware name site hex32 code digits uuid made username password address gateway
    http_port https_port rtsp_port onvif_port sdk_port host_name boot_time
    """.split()
)
# What each answer brings along.
ANSWER_NAMES = frozenset(
    "date rtsp_date nonce length cseq milliseconds local_time bare_time utc_time".split()
)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the value of every {name} that has one in its place; the others stay as they are.

    >>> fill("Login to {serial}, {nonce}", {"serial": "4K0"})
    'Login to 4K0, {nonce}'
    """
    if "{" not in text:
        return text
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


def check(value: object) -> None:
    """Refuse a {name} that nothing will ever fill, anywhere in a profile.

    Raises:
        ValueError: names the text that is wrong.
    """
    if isinstance(value, str):
        for name in _NAME.findall(value):
            if name not in DEVICE_NAMES and name not in ANSWER_NAMES:
                raise ValueError(f"{{{name}}} is not a name that can be filled")
    elif isinstance(value, Mapping):
        for part in value.values():
            check(part)
    elif isinstance(value, list | tuple):
        for part in value:
            check(part)
