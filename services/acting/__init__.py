"""Acting: who asks, what he may do, what he did, and that he does it once.

An `Actor` comes in with each transaction (`Database.of`), rows are asked for whose they are,
and deeds are written down. How somebody was let in, and what he acts on, are unknown here.
"""
