"""Names: the labels and variables under which a step keeps values, and the cases it opens.

``labels`` turns the words of a label into its name, ``named`` finds what a step names
(``Total cost = 50 + 80 = 130``, ``Week 1: 35``, ``the number of boys is 12``, ``Let x be the
number of boys``), ``scopes`` finds the cases that a step opens.
"""

from verifirst.claims.naming.labels import label_name
from verifirst.claims.naming.named import Named, named
from verifirst.claims.naming.scopes import Opening, opening

__all__ = ["Named", "Opening", "label_name", "named", "opening"]
