"""From runs to answers: effects and verdicts, attribution, strategy comparison, scenario discovery, sensitivity."""
