"""Room: people. See README.md beside this file."""
