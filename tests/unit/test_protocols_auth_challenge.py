import time

import pytest

from custodes.protocols.auth_challenge import challenges, realm


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('Basic realm="DVR"', [("Basic", {"realm": "DVR"})]),
        (
            'Digest realm="Use \'live\' as User Name",nonce="18",opaque="",stale=FALSE',
            [
                (
                    "Digest",
                    {
                        "realm": "Use 'live' as User Name",
                        "nonce": "18",
                        "opaque": "",
                        "stale": "FALSE",
                    },
                )
            ],
        ),
        (
            'Digest realm="IP Camera(C1214)", nonce="1", Basic realm="web"',
            [("Digest", {"realm": "IP Camera(C1214)", "nonce": "1"}), ("Basic", {"realm": "web"})],
        ),
        ("NTLM", [("NTLM", {})]),
        (
            "Negotiate, Basic Realm = AXIS_ACCC8E",
            [("Negotiate", {}), ("Basic", {"realm": "AXIS_ACCC8E"})],
        ),
        (r'Basic realm="a \"b\" c"', [("Basic", {"realm": 'a "b" c'})]),
        ('Basic realm="never closed', [("Basic", {"realm": "never closed"})]),
        ("Basic realm=IP Camera", [("Basic", {"realm": "IP Camera"})]),
        ('"=,= "', []),
        ("", []),
    ],
)
def test_challenges_are_taken_apart(value: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    assert challenges([value]) == expected


def test_the_first_realm_is_the_realm() -> None:
    assert realm('Digest nonce="1", realm="Login to 4K01"') == "Login to 4K01"
    assert realm("NTLM") is None


def test_hostile_challenges_are_read_in_linear_time() -> None:
    started = time.process_time()
    for text in (
        '"' * 60_000,
        "=" * 60_000,
        "a " * 30_000,
        'a="\\' * 20_000,
        "\\" * 60_000,
        'a="' + "\\" * 60_001,
    ):
        challenges([text])
    assert time.process_time() - started < 2
