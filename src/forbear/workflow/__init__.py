"""What the commands do, once, for the command line, Python and the page."""
