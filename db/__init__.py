"""Tables, sessions and migrations.

Rows live here and are written by `services` only. SQLAlchemy and Alembic may be imported. No
rule about what a row means: that is of the service that writes it.
"""
