"""What a draw is: networks, what makes their widths fit, and how others write them.

Values of pydantic and their batches of arrays come in and go out. No family, law or layer is
known here: after sampling everybody reads networks only.
"""
