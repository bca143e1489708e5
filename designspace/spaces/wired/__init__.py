"""Spaces of wired networks, whose stages are random graphs."""
