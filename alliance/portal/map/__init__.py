"""The schematic map of the region: drawn once from the points of its municipalities, then only read."""
