"""Spaces of inverted residual blocks: MobileNet to Once-for-All.

What lives here: one block, many tables. A table is a published network; a family draws what its
paper searched around it.
"""
