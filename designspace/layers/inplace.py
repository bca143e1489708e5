"""Layers in turn, and which of them may change in place what comes to them.

One may where nobody else needs it: no other layer, which takes the same input, and no gradient.
An activation's gradient needs what came out of it; that of a convolution, a norm, a pool, a
sum or a product doesn't. What comes from another group of layers is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from designspace.layers.records import (
    Act,
    Cut,
    Graph,
    Layer,
    Layers,
    Residual,
    Resize,
    Shuffle,
    When,
)


def in_turn(layers: Layers, free: bool = False) -> Iterator[tuple[Layer, bool]]:
    """Each layer that is there, and whether it may change what comes to it.

    What comes to the first of them is `free` where nobody else needs it.
    """
    for layer in layers:
        match layer:
            case When(mask, some):
                inside = some if mask else ()
            case Residual(main, adds=adds) if not adds:
                inside = main
            case _:
                yield layer, free
                free = _leaves_free(layer, free)
                continue
        yield from in_turn(inside, free)
        free = free_after(inside, free)


def free_after(layers: Layers, free: bool = False) -> bool:
    """Whether what comes out of them is needed by nobody but who comes next."""
    for layer, before in in_turn(layers, free):
        free = _leaves_free(layer, before)
    return free


def _leaves_free(layer: Layer, free: bool) -> bool:
    match layer:
        case Act():
            return False
        case Cut() | Resize() | Shuffle():  # perhaps a part of what came, or all of it
            return free
        case Graph(nodes):
            return free_after(nodes[-1].layers, nodes[-1].joins)
        case _:
            return True
