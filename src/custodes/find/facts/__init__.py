"""What a device can do, what is switched on, how it is set up: read from its answers. Pure."""
