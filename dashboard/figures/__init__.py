"""Figures: populations and plain numbers in, Plotly figures out.

They are pure: nothing here reads a database or knows of a page, so notebooks draw with them.
"""
