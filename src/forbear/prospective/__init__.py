"""A proposed intervention: draws over what is guessed, tied to the record, and told in ranges."""
