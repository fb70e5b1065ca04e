"""A vocabulary most of which spells nothing to a mask: Triton's interpreter tries openings slowly."""

from verifirst.engines.detokenizers import token_bytes

SIGNS = frozenset(b"0123456789=*+-/$.,%() \n")


def telling(tokenizer):
    """Arithmetic spells something, and every hundredth other token."""
    table = token_bytes(tokenizer)
    return [text if SIGNS.issuperset(text) or not at % 100 else b"" for at, text in enumerate(table)]
