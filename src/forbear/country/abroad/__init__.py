"""Room: abroad. See README.md beside this file."""
