"""Room: services. See README.md beside this file."""
