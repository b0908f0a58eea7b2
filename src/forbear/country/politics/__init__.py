"""Room: politics. See README.md beside this file."""
