"""Rules: packs are folders, rules are files; adding a rule touches one file."""

from verifirst.rules.registry import default_rules, installed_packs, load_pack, rule_by_code

__all__ = ["default_rules", "installed_packs", "load_pack", "rule_by_code"]
