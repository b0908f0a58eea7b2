"""The laboratory page: levers move, distributions follow."""
