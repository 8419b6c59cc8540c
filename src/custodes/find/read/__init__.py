"""Reading what others already have: one module for each file format, all streaming."""
