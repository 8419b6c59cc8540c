"""From observations to identities: a pure function of what was seen and what is known."""
