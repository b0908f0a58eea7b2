"""Room: intervener. See README.md beside this file."""
