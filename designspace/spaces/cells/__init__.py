"""Spaces of cells: NAS-Bench-201, its size space, NAS-Bench-101.

What lives here: families whose networks repeat a small graph. A new one is a file and a name in
the union of `designspace.spaces`.
"""
