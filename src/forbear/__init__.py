"""Forbear: a laboratory for the decision to intervene in another country."""
