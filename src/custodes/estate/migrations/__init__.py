"""The migrations of the register, run by custodes.estate.migrate."""
