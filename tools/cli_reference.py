"""Write docs/reference/cli.md from the commands themselves; a test fails when it is stale.

usage: python tools/cli_reference.py [--check]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from custodes.cli.main import main

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
HEAD = """# Commands

Made by `python tools/cli_reference.py` from the commands themselves; a test fails when it is stale.
"""


def render() -> str:
    """The whole page."""
    return HEAD + "".join(_sections(main, "custodes", None))


def _sections(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    name, settings = path.rsplit(" ", 1)[-1], command.context_settings
    context = click.Context(command, info_name=name, parent=parent, **settings)
    context.terminal_width = 100
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"\n## {path}\n\n```text\n{text}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _sections(child, f"{path} {name}", context)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text(encoding="utf-8") != render() and f"{PAGE} is stale")
    PAGE.write_text(render(), encoding="utf-8")
    print(f"wrote {PAGE}")
