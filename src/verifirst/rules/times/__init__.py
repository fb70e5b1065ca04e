"""Pack TM: times of day."""
