"""Forecast scores, baselines, comparison, calibration and weights of rivals, on plain arrays."""
