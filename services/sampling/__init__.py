"""New populations: previews, refinement, inheritance, and the processes that sample.

A space, windows and a seed come in. Defining, reading and work may be imported. Results of
other populations are never changed.
"""
