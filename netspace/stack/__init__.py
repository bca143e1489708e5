"""The processes of `up` and `lab`: started, watched, ended together.

Ports, passwords and folders come in. What a process does is unknown here.
"""
