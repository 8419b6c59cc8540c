"""Looking for oneself: polite, read-only probes of networks whose owner allowed it."""
