"""Listening: from captured packets to observations and to who talks to whom. Sends nothing."""
