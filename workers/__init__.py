"""Workers: whoever trains and benchmarks what is queued.

A claim comes in, a result goes out by a service. The parent watches and never imports torch;
its children train.
"""
