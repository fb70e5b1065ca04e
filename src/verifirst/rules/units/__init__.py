"""Pack UN: quantities with units."""
