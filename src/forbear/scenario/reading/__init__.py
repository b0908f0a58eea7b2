"""From files to resolved values, every fault told at once."""
