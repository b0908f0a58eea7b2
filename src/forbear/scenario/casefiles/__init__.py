"""Files beside a scenario: claims, strategies, audit, plan, facts of history."""
