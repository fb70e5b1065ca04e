"""Pack QT: numbers put in words."""
