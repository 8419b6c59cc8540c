"""From the answers of an unknown device to a draft fingerprint that one can send. Pure."""
