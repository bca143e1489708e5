"""Explore: one population, or two, under constraints that move.

The layout is made here, what moves is drawn by assets/explore. Columns and snapshots are read;
no statistic is computed twice.
"""
