"""Room: security. See README.md beside this file."""
