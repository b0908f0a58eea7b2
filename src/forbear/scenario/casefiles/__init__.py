"""Files beside a scenario: claims, strategies, audit, facts of history."""
