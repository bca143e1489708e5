"""The application: settings in, everything wired and started.

Any room may be imported here, and none imports this one. No rule of the domain.
"""
