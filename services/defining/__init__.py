"""Spaces and regimes by name: stored once, never changed.

Definitions and names come in from people. Sampling, work and reading are unknown here.
"""
