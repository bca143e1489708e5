"""How far a result would hold if all was trained again: seeds, longer schedules, noise.

Errors of the same networks under several trainings come in. `basics` and `curves` may be
imported, `comparing` and `matching` may not.
"""
