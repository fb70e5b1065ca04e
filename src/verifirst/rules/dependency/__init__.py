"""Pack DG: where operands and answers come from, by the fact graph."""
