"""The pages, a folder each; `markup` is what they share.

A page has a TITLE, a `layout()` that reads no data, and `register(app, sources)`. It knows no
other page.
"""
