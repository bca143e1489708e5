"""Look up: a network by a name or as somebody writes it, drawn and counted.

Text comes in, `services.reading.lookups` answers. Nothing is stored.
"""
