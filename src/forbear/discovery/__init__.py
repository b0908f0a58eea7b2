"""Where strategies fail and why: regret, boxes, search, sensitivity, the value of information."""
