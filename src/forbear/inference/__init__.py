"""Learning from data: likelihood, samplers, forecasts and their scores."""
