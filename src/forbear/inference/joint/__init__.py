"""Joint inference over many wars: shared parameters learned from the outcomes of all cases of the atlas, with a
learned spread.
"""
