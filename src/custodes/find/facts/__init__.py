"""What a device can do, what is switched on, how it is set up: read from its answers. Pure."""

from custodes.find.facts.core import facts_of

__all__ = ["facts_of"]
