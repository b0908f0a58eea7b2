"""`python -m forbear.cli` is the command `forbear`."""

from forbear.cli.main import main

main()
