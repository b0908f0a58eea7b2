"""From runs to answers: policies, paired effects, verdicts, attribution."""
