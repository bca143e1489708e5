"""What benchmarks are made of: populations by a law, loops of training, processes.

It measures nothing by itself, so `make bench` leaves it out.
"""
