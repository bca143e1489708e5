"""The drawer of one network, over any page.

A network's id comes in by the address. It reads one record of `services.reading.networks`.
"""
