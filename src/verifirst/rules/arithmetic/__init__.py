"""Pack AR: exact arithmetic of explicit equations, comparisons and approximations."""
