"""The vocabulary of verifirst as data types, standard library only.

Step, claim, verdict, evidence, rule, fact graph, budget, report. Nothing here knows
what a token, a model or an engine is.
"""
