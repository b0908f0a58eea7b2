"""Files beside a scenario: claims, strategies, audit."""
