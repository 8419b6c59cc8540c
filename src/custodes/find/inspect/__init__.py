"""Deeper, with the owner's key: read-only questions to devices whose log-in the owner stored."""
