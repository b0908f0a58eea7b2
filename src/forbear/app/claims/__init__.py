"""The claims page: a claim beside its rival, and what it turns on."""
