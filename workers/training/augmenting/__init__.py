"""What a network is shown of a data set: batches, in which order, shifted, cut and coloured.

Seeds and numbers of epochs come in. No network: what is learnt of a batch stands in `train`.
"""
