"""The child: data, augmentation, networks in torch, training, benchmark.

A claim comes in through a pipe, epochs and a result go back. No database, no broker.
"""
