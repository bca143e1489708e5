"""What a network is built of: layers as records, and the folds over them.

A layer is declared once and counted, written as text, and built by `workers`. Networks may be
imported. Families and torch may not.
"""
