"""Names in certificates, written the way the rest of custodes reads them."""

from collections.abc import Mapping

# Shortest part first, as RFC 4514 writes a name.
ORDER = ("CN", "OU", "O", "L", "ST", "C")
SHORT = {
    "commonName": "CN",
    "organizationalUnitName": "OU",
    "organizationName": "O",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "countryName": "C",
}


def written(parts: Mapping[str, str]) -> str:
    """A name as `CN=…,OU=…,O=…`; special characters are escaped, empty parts left out.

    >>> written({"organizationName": "Acme, Inc", "commonName": "cam"})
    'CN=cam,O=Acme\\\\, Inc'
    """
    short = {SHORT.get(key, key): text for key, text in parts.items() if text}
    keys = [k for k in ORDER if k in short] + [k for k in short if k not in ORDER]
    return ",".join(f"{key}={_escape(short[key])}" for key in keys)


def _escape(text: str) -> str:
    return "".join(f"\\{c}" if c in ',+"\\<>;' else c for c in text)
