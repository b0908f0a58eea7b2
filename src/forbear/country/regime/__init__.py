"""Room: regime. See README.md beside this file."""
