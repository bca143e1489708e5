"""`python -m netspace`: see `netspace.cli`."""

from netspace.cli import app

app(prog_name="python -m netspace")
