"""Samplers: one method a file. Each takes functions of scores (standard normal a priori) and returns its state."""
