"""How one parameter, or an ordered tuple of one, is drawn.

A law is a finite table of exact numbers and their probabilities. Constraints may be imported,
to restrict one. Nothing here knows a network.
"""
