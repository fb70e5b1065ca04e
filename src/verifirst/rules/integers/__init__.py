"""Pack NT: whole numbers, their divisors and remainders, as a step states them in words."""
