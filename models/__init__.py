"""Networks: arrays in, arrays out. Knows nothing of the analyzer that uses them."""
