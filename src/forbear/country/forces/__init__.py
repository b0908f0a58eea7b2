"""Room: forces. See README.md beside this file."""
