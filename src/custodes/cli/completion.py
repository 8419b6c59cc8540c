"""`custodes completion`: what a shell needs to complete our commands."""

import click

from custodes.cli import output

FILES = {
    "bash": "~/.local/share/bash-completion/completions/custodes",
    "zsh": "a folder of $fpath, as _custodes",
    "fish": "~/.config/fish/completions/custodes.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(FILES)))
@output.JSON
def completion(shell: str, as_json: bool) -> int:
    """Print what SHELL needs to complete custodes commands.

    \b
    bash: custodes completion bash > ~/.local/share/bash-completion/completions/custodes
    zsh:  custodes completion zsh > _custodes, in a folder of $fpath
    fish: custodes completion fish > ~/.config/fish/completions/custodes.fish
    """
    script = source(shell)
    if as_json:
        output.emit_json({"shell": shell, "put_in": FILES[shell], "script": script})
    else:
        click.echo(script)
    return 0


def source(shell: str) -> str:
    """The script itself; it asks `custodes` when Tab is pressed."""
    from click.shell_completion import get_completion_class

    from custodes.cli.main import main

    maker = get_completion_class(shell)
    assert maker is not None
    asked = maker(main, {}, "custodes", "_CUSTODES_COMPLETE")
    # Not `asked.source()`: for bash that starts the bash which is installed here to ask its age.
    return asked.source_template % asked.source_vars()
