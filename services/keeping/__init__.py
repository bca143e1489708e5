"""Keeping: what people write down beside results: notes, tags, and views of the pages.

None of it changes a result, a curve or a verdict. Nothing of the line may be imported but what
says which populations there are (`rows`) and how a name is written (`defining.names`).
"""
