"""Networks by the names and notations of others: what there is to count, to import, to build.

Published names, cells of benchmarks, configurations of Once-for-All and pycls live here.
Spaces, networks and layers may be imported. Nothing is drawn or stored here.
"""
