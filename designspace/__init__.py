"""Design spaces: what can be drawn, counted and written.

Here live families, laws, networks, their layers and lines, sampling and regimes. Columns,
numpy, scipy and pydantic may be imported. No statistic of a population, no web, database,
queue or torch.
"""
