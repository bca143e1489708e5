"""Archives: what goes out, and what is believed of what comes in.

A file comes in and is counted again before a row of it is stored, all or nothing. What others
measured comes in as tables (`tables`). Comparing may not be imported.
"""
