"""custodes: the CCTV system that a public body can answer for."""

__version__ = "0.1.0"
