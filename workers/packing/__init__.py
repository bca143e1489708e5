"""Data sets packed once: arrays of whole numbers that every training maps into its memory.

`store` is the packed form; `idx`, `cifar` and `folders` (with `layouts` and `pictures`) read
what others publish; `derive` makes smaller sets of packed ones. Nothing here imports torch.
"""
