"""A group of sub-commands about one noun, where the noun alone means its list."""

import click


class Noun(click.Group):
    """`custodes devices --site X` is `custodes devices list --site X`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        help_wanted = bool(args) and args[0] in ctx.help_option_names
        if not help_wanted and (not args or args[0].startswith("-")):
            args = ["list", *args]
        return super().parse_args(ctx, args)
