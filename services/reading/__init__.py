"""Populations as columns, kept in memory by version, and what is asked of them.

`snapshots` are the columns, `columns` their form on the wire, `queries` the statistics of one
under constraints; `networks` is one network's sheet, `listings` are tables.

Constraints come in as text, statistics and lists go out. Nothing is written here but the
database's name.
"""
