"""The atlas of interventions as pages."""
