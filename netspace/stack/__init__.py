"""The processes of `up` and `lab`: started, watched, ended together.

Ports, passwords and folders come in. No rule of netspace: of a process it knows how it
is started, asked and ended.
"""
