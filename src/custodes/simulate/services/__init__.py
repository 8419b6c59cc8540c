"""The services of a simulated device, one module each."""
