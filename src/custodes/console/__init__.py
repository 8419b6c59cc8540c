"""The web pages. Thin: they ask the register and show what it says."""
