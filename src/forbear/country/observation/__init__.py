"""Room: observation. See README.md beside this file."""
