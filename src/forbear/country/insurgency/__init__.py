"""Room: insurgency. See README.md beside this file."""
