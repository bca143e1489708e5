"""A network as the text of a Python file that builds it with torch alone.

One more fold over the declared layers (`designspace.layers.bottleneck`): what is counted and
trained is what is written. The modules are nested and named as in `workers.training.networks`,
so weights of one fit the other by name; initial weights of one seed are the same, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import indent

from designspace.layers.bottleneck import repeated_layers
from designspace.layers.complexity import complexity
from designspace.layers.records import (
    BatchNorm,
    Conv,
    Excite,
    GlobalPool,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Residual,
    Sigmoid,
)
from designspace.networks.network import Network

OPENING = '''"""Network {hash}: {depth} {block} blocks in {stages}, {params:,} parameters.

Written by netspace; needs torch alone. `build()` makes the network, from images of shape
(n, {channels}, side, side) to logits of shape (n, {classes}). Architecture as JSON:

{json}
"""

import math

from torch import nn
'''

MODULES = {
    "Residual": '''

class Residual(nn.Module):
    """main(x) + shortcut(x)."""

    def __init__(self, main, shortcut):
        super().__init__()
        self.main = main
        self.shortcut = shortcut

    def forward(self, x):
        return self.main(x) + self.shortcut(x)
''',
    "Excite": '''

class Excite(nn.Module):
    """Squeeze-and-excitation: x * gate(mean of x over positions)."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def forward(self, x):
        return x * self.gate(x.mean((2, 3), keepdim=True))
''',
}
"""What torch doesn't have, written where it is used."""

CLOSING = '''

def build():
    """The network, with weights from torch's global generator."""
    layers = [
{groups}    ]
    return nn.Sequential(*layers).apply(initialise)


def initialise(module):
    """Convolutions N(0, sqrt(2 / (k^2 out))), classifier N(0, 0.01), biases 0."""
    if isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
        nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.01)
    else:
        return
    if module.bias is not None:
        nn.init.zeros_(module.bias)
'''


def to_torch(network: Network, channels: int = 3, classes: int = 1000) -> str:
    """The file's text, the same for the same network; importing it builds nothing.

    Args:
        network: any network.
        channels: of the images.
        classes: width of the classifier.
    """
    count = len(network.stages)
    opening = OPENING.format(
        hash=network.hash,
        depth=network.depth,
        block="Y" if network.block == "X" and network.se_ratio else network.block,
        stages=f"{count} stages" if count > 1 else "one stage",
        params=complexity(network, channels=channels, classes=classes).params,
        channels=channels,
        classes=classes,
        json=network.model_dump_json(),
    )
    groups = [
        (name, layers, times)
        for name, (layers, times) in zip(
            group_names(network), repeated_layers(network, channels, classes), strict=True
        )
        if times
    ]
    body = "".join(function(name, layers) for name, layers, _ in groups)
    modules = "".join(text for name, text in MODULES.items() if f"{name}(" in body)
    listed = "".join(f"        {unpacked(name, int(times))},\n" for name, _, times in groups)
    return opening + modules + body + CLOSING.format(groups=listed)


def group_names(network: Network) -> Iterator[str]:
    """Of the functions that make the groups of `repeated_layers`."""
    yield "stem"
    for i in range(1, len(network.stages) + 1):
        yield f"stage_{i}_first_block"
        yield f"stage_{i}_next_block"
    yield "head"


def unpacked(name: str, times: int) -> str:
    """The modules of a group, new ones each time, as items of a list."""
    return f"*{name}()" if times == 1 else f"*(m for _ in range({times}) for m in {name}())"


def function(name: str, layers: Iterable[Layer]) -> str:
    """A function that returns new modules."""
    return f"\n\ndef {name}():\n    return [\n{lines(layers, 8)}    ]\n"


def lines(layers: Iterable[Layer], spaces: int) -> str:
    """The layers' expressions, each with a comma after it."""
    return indent("".join(f"{expression(layer)},\n" for layer in layers), " " * spaces)


def expression(layer: Layer) -> str:
    """One declared layer as a torch module."""
    match layer:
        case Conv():
            return convolution(layer)
        case BatchNorm(width):
            return f"nn.BatchNorm2d({width})"
        case ReLU():
            return "nn.ReLU(inplace=True)"
        case Sigmoid():
            return "nn.Sigmoid()"
        case MaxPool(kernel, stride):
            return f"nn.MaxPool2d({kernel}, stride={stride}, padding={kernel // 2})"
        case GlobalPool():
            return "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())"
        case Linear(w_in, w_out):
            return f"nn.Linear({w_in}, {w_out})"
        case Excite(gate):
            return f"Excite(\n    {sequence(gate)}\n)"
        case Residual(main, projection, projects):
            shortcut = sequence(projection) if projects else "nn.Identity()"
            return f"Residual(\n    main={sequence(main)},\n    shortcut={shortcut},\n)"


def sequence(layers: Iterable[Layer]) -> str:
    """The layers in an `nn.Sequential`, to stand four spaces in."""
    return f"nn.Sequential(\n{lines(layers, 8)}    )"


def convolution(conv: Conv) -> str:
    """A padded convolution of w_in / group width groups."""
    parts = [f"{conv.w_in}", f"{conv.w_out}", f"{conv.kernel}"]
    if conv.stride != 1:
        parts.append(f"stride={conv.stride}")
    if conv.kernel > 1:
        parts.append(f"padding={conv.kernel // 2}")
    if conv.group_width is not None and conv.group_width != conv.w_in:
        parts.append(f"groups={conv.w_in // conv.group_width}")
    if not conv.bias:
        parts.append("bias=False")
    return f"nn.Conv2d({', '.join(parts)})"
