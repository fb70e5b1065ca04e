"""Pack RG: values that what they count cannot take."""
