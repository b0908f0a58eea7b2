"""The causal graph as a page: arrows between rooms, and what stands behind each."""
