"""What leaves the house: the wire format of ``check``, its rendering, the rule pages.

``inputs`` reads lines, ``traces`` parses them, ``checking`` judges them, ``wire`` and
``console`` say what was found, to machines and to people. ``rulepages`` writes docs/rules.
"""
