"""Studies: those that are declared here, the demo, and archives as files.

Design spaces, services and the settings may be imported. What a study finds is told elsewhere:
here it is queued, written and read.
"""
