"""A virtual estate: devices on loopback that answer over real sockets as real ones do."""
