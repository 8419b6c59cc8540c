"""Find: observe (probe, or read files), then identify. Ends in an Identity with its evidence."""
