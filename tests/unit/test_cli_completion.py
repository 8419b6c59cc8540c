import json
import os
import shutil
import subprocess
import sys

import pytest

from custodes.cli.main import COMMANDS, invoke


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_custodes(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_CUSTODES_COMPLETE={shell}_complete" in script
    assert "%(" not in script


def test_a_program_gets_the_same_script_and_where_to_put_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["completion", "fish", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["shell"] == "fish"
    assert told["put_in"].endswith("custodes.fish")
    assert "complete" in told["script"]


def test_another_shell_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["completion", "tcsh"]) == 2
    assert "tcsh" in capsys.readouterr().err


def test_bash_accepts_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    invoke(["completion", "bash"])
    script = capsys.readouterr().out
    done = subprocess.run(
        [bash, "-n"], input=script, text=True, capture_output=True, timeout=30, check=True
    )
    assert done.stderr == ""


def test_tab_completes_the_commands() -> None:
    asked = {"_CUSTODES_COMPLETE": "bash_complete", "COMP_WORDS": "custodes do", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "custodes"],
        env={**os.environ, **asked},
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["plain,doctor"]
    assert "doctor" in COMMANDS
