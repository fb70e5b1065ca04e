"""The algebra pack: relations between terms with symbols, functions, roots (AL001, ...)."""
