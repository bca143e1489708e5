"""Pages and figures inside the web process.

Services and the domain may be called. REST and pages never import each other: what both need
is a service.
"""
