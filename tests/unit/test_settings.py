from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import UsageError
from custodes.settings import (
    SETTINGS,
    Setting,
    Settings,
    data_folder,
    database_url,
    masked,
    resolve,
    unknown_variables,
)


def decide(
    file_text: str = "", environment: dict[str, str] | None = None, **flags: object
) -> Settings:
    named = {name.replace("__", "."): value for name, value in flags.items()}
    return resolve(flags=named, environment=environment or {}, file_text=file_text)


def origins(settings: Settings) -> dict[str, str]:
    return {value.setting.name: value.origin for value in settings.explain()}


def test_without_any_source_every_setting_has_its_default() -> None:
    found = decide()
    assert dict(found) == {s.name: s.default for s in SETTINGS}
    assert set(origins(found).values()) == {"default"}


def test_a_flag_wins_over_the_environment_and_that_over_the_file() -> None:
    text, variable = "[web]\nport = 1001\n", {"CUSTODES_WEB_PORT": "1002"}
    assert decide(text)["web.port"] == 1001
    assert decide(text, variable)["web.port"] == 1002
    assert decide(text, variable, web__port=1003)["web.port"] == 1003


def test_each_value_tells_where_it_came_from() -> None:
    found = decide("[web]\nport = 1001\n", {"CUSTODES_WEB_HOST": "::1"}, database="sqlite:///x")
    told = origins(found)
    assert told["web.port"] == "custodes.toml"
    assert told["web.host"] == "environment CUSTODES_WEB_HOST"
    assert told["database"] == "flag"


def test_a_setting_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError) as caught:
        decide("[web]\nprot = 1\n")
    assert "web.prot" in str(caught.value)
    assert "web.port" in caught.value.hint


@pytest.mark.parametrize("text", ["web = 3", "[web]\nport = true", "[web]\nport = 70000", "x"])
def test_a_file_that_makes_no_sense_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        decide(text)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CUSTODES_WEB_PORT", "-1"),
        ("CUSTODES_SCAN_PACKETS_PER_SECOND", "0"),
        ("CUSTODES_SCAN_CONNECTIONS_PER_DEVICE", "many"),
        ("CUSTODES_SCAN_CONNECT_TIMEOUT_S", "nan"),
        ("CUSTODES_SCAN_REPLY_TIMEOUT_S", "inf"),
        ("CUSTODES_SCAN_ANSWER_LIMIT_BYTES", "1e3"),
    ],
)
def test_a_value_out_of_range_is_refused_and_says_what_is_needed(variable: str, value: str) -> None:
    with pytest.raises(UsageError, match="is needed") as caught:
        decide(environment={variable: value})
    assert variable in str(caught.value)


def test_a_list_in_the_file_means_the_same_as_names_with_commas() -> None:
    assert decide('[scan]\nprobes_off = ["sadp", "dhip"]')["scan.probes_off"] == "sadp,dhip"


def test_a_misspelt_variable_is_found_and_ours_are_not() -> None:
    environment = {"CUSTODES_WEB_PROT": "1", "CUSTODES_DATA": "x", "PATH": ""}
    environment |= {s.variable: "1" for s in SETTINGS}
    assert unknown_variables(environment) == ["CUSTODES_WEB_PROT"]


def test_the_register_is_sqlite_in_the_data_folder_unless_a_url_is_set() -> None:
    assert database_url(decide(), Path("/d")) == "sqlite:////d/custodes.sqlite"
    assert database_url(decide(database="postgresql://h/d"), Path("/d")) == "postgresql://h/d"


def test_the_data_folder_is_the_flag_then_the_variable_then_the_data_home() -> None:
    home = Path("/home/someone")
    assert data_folder("/a", {"CUSTODES_DATA": "/b"}, home) == Path("/a")
    assert data_folder(None, {"CUSTODES_DATA": "/b"}, home) == Path("/b")
    assert data_folder(None, {"XDG_DATA_HOME": "/c"}, home) == Path("/c/custodes")
    assert data_folder(None, {}, home) == home / ".local/share/custodes"


@given(
    st.text(st.characters(codec="utf-8", blacklist_characters="*")).map(lambda text: f"§{text}§"),
    st.sampled_from(["postgresql", "postgres", "postgresql+psycopg"]),
)
def test_no_password_is_ever_shown(password: str, scheme: str) -> None:
    for url in (
        f"{scheme}://council:{password}@db.example:5432/custodes",
        f"{scheme}:///custodes?password={password}",
    ):
        assert "§" not in masked(url)


def test_a_url_without_a_secret_is_shown_as_it_is() -> None:
    for url in ("sqlite:////d/custodes.sqlite", "postgresql://db.example/custodes", ""):
        assert masked(url) == url


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_the_manual_states_the_default_that_is_in_force(setting: Setting) -> None:
    manual = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
    row = next(
        line
        for line in manual.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `{setting.name}` |")
    )
    default = f"`{setting.default}`" if setting.default != "" else "empty"
    assert f"| `{setting.variable}` | {default} |" in row
