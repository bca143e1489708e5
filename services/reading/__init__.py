"""Populations as columns, kept in memory by version, and what is asked of them.

Constraints come in as text, statistics and lists go out. Nothing is written here but the
database's name.
"""
