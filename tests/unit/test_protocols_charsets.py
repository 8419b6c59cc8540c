import pytest

from custodes.protocols.charsets import decode


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        (b"plain", "", "plain"),
        ("网络".encode("gbk"), "GB2312", "网络"),
        ("网络".encode(), "gb2312-nonsense", "网络"),
        (b"caf\xe9", "", "café"),
        (b"caf\xe9 au lait", "utf-8", "café au lait"),
        ("Büro 2 – ".encode()[:-2], "", "Büro 2 "),
        ("网络".encode("gbk")[:-1], "gb2312", "网"),
        (b"a\x00", "utf-16", "a\x00"),
    ],
)
def test_bytes_become_the_text_they_most_likely_are(data: bytes, declared: str, text: str) -> None:
    assert decode(data, declared) == text
