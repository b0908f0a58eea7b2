"""The atlas of interventions as drawings and words, the same wherever it is shown."""
