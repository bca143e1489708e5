"""The pages, a folder each, and the drawer of a network; `markup` is what they share.

A page has a TITLE, a `layout()` that reads no data, and `register(app, sources)`. It knows no
other page.
"""
