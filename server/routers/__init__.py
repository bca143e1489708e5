"""The addresses, a file a noun.

Each function reads its request, calls a service and returns its record as a schema. Rules
stand in services, words in `server.schemas`.
"""
