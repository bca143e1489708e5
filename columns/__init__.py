"""The ground: how a column of a population is called, typed, asked and written.

Here live quantities (names, symbols, units), constraints and the cells of tables. What comes in
is text or arrays; numpy may be imported. Nothing here knows a network, a statistic or a row.
"""
