"""The wide kernel: rules woven into LLVM's intermediate representation, sixteen members to a vector.

`scopes` gives every loop and local a name of its own, `dependence` says what may touch what, `plan` decides what is
split and what is drawn for many rows at once, `rules` writes a plan down; `functions`, `words`, `packing` and
`draws` are what woven rules call, `driver` is the loop over weeks, `machine` makes machine code of the text, and
`weave` puts all together.
"""
