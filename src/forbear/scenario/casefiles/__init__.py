"""Files that lie beside a scenario: what is asked of it, argued about it, and known of its history."""
