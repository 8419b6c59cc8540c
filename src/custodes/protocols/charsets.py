"""Text from devices: the character sets that they declare, and those that they use. Pure."""

import codecs
from collections.abc import Mapping

# Without UTF-16: a declaration that can be read as single bytes is not written in it.
# By the names that devices give them (lower case), the names that Python decodes them by.
CODECS: Mapping[str, str] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "shift_jis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "ks_c_5601-1987": "euc_kr",
    "iso-8859-1": "latin-1",
    "iso-8859-2": "iso8859_2",
    "iso-8859-15": "iso8859_15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "koi8-r": "koi8_r",
}


def decode(data: bytes, declared: str = "") -> str:
    """Bytes as text: by the declared set where they fit it, else UTF-8, else Latin-1.

    Latin-1 reads every byte as one character, so nothing is lost. Bytes that were cut in the
    middle of a character lose that character only.
    """
    named = CODECS.get(declared.strip().lower(), "utf-8")
    for codec in dict.fromkeys((named, "utf-8")):
        text = _decode(data, codec)
        if text is not None:
            return text
    return data.decode("latin-1")


def _decode(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        if len(data) - error.start > 3:
            return None
    try:
        text = codecs.getincrementaldecoder(codec)().decode(data)
    except UnicodeError:
        return None
    return None if text.isascii() else text  # one odd byte at the end proves no character set
