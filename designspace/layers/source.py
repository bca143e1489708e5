"""A network as the text of a Python file that builds it with torch alone.

One more fold over the declared layers (`designspace.layers.body`): what is counted and
trained is what is written. The modules are nested and named as in `workers.training.networks`,
so weights of one fit the other by name; initial weights of one seed are the same, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import indent

from designspace.layers.body import Group, network_layers
from designspace.layers.complexity import complexity
from designspace.layers.inplace import in_turn
from designspace.layers.records import (
    Act,
    AvgPool,
    BatchNorm,
    Conv,
    Cut,
    EdgeWeights,
    Excite,
    GlobalPool,
    Graph,
    Layer,
    LayerNorm,
    Layers,
    Linear,
    MaxPool,
    Residual,
    Resize,
    Scale,
    Shift,
    Shuffle,
    When,
    Zero,
    graph_widths,
    joined_width,
    padded,
    width_after,
)
from designspace.networks.network import Network
from designspace.networks.repeats import Stage

OPENING = '''"""Network {hash}: {parts} in {stages}, {params:,} parameters.

Written by netspace; needs torch alone. `build()` makes the network, from images of shape
(n, {channels}, side, side) to logits of shape (n, {classes}). Architecture as JSON:

{json}
"""

import math

from torch import nn
'''

MODULES = {
    "Resize": '''

class Resize(nn.Module):
    """Images at another side, bilinear."""

    def __init__(self, side):
        super().__init__()
        self.side = side

    def forward(self, x):
        if x.shape[-1] == self.side:
            return x
        sides = (self.side, self.side)
        return nn.functional.interpolate(x, sides, mode="bilinear", antialias=True)
''',
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
    "ChannelNorm": '''

class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each position."""

    def forward(self, x):
        if x.dim() == 2:
            return super().forward(x)
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
''',
    "Scale": '''

class Scale(nn.Module):
    """x times a weight of each channel, small at first."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.full((width, 1, 1), 1e-6))

    def forward(self, x):
        return x * self.weight
''',
    "Cut": '''

class Cut(nn.Module):
    """The first channels."""

    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        return x[:, : self.width]
''',
    "Shift": '''

class Shift(nn.Module):
    """One pixel up and to the left; zeros come in."""

    def forward(self, x):
        return nn.functional.pad(x[:, :, 1:, 1:], (0, 1, 0, 1))
''',
    "Zero": '''

class Zero(nn.Module):
    """Nothing but zeros."""

    def forward(self, x):
        return x * 0
''',
    "Graph": '''

class Node(nn.Module):
    """Layers on the joined outputs of earlier nodes."""

    def __init__(self, inputs, join, layers):
        super().__init__()
        self.inputs, self.join, self.layers = inputs, join, layers
        if join == "weighted" and len(inputs) > 1:
            self.weights = nn.Parameter(torch.zeros(len(inputs)))

    def forward(self, outputs):
        inputs = [outputs[i] for i in self.inputs]
        if len(inputs) == 1:
            return self.layers(inputs[0])
        if self.join == "concat":
            return self.layers(torch.cat(inputs, 1))
        if self.join == "weighted":
            inputs = [w * x for w, x in zip(self.weights.sigmoid(), inputs)]
        total = sum(inputs[1:], inputs[0])
        return self.layers(total / len(inputs) if self.join == "mean" else total)


class Graph(nn.Module):
    """Nodes 1, 2, .. after node 0, which goes in; the last goes out."""

    def __init__(self, *nodes):
        super().__init__()
        self.nodes = nn.ModuleList(nodes)

    def forward(self, x):
        outputs = [x]
        for node in self.nodes:
            outputs.append(node(outputs))
        return outputs[-1]
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

ACTIVATIONS = {
    "relu": "nn.ReLU(inplace=True)",
    "relu6": "nn.ReLU6(inplace=True)",
    "silu": "nn.SiLU(inplace=True)",
    "h_swish": "nn.Hardswish(inplace=True)",
    "gelu": "nn.GELU()",
    "sigmoid": "nn.Sigmoid()",
    "h_sigmoid": "nn.Hardsigmoid()",
}

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
        parts=_parts(network),
        stages=f"{count} stages" if count > 1 else "one stage",
        params=complexity(network, channels=channels, classes=classes).params,
        channels=channels,
        classes=classes,
        json=network.model_dump_json(),
    )
    body, listed, width = "", "", channels
    for group in network_layers(network, channels, classes):
        if group.times:
            body += function(group, width)
            listed += f"        {unpacked(group)},\n"
            width = int(width_after(group.layers, width))
    modules = "".join(text for name, text in MODULES.items() if f"{name}(" in body)
    if "torch." in modules:
        opening = opening.replace("from torch import nn", "import torch\nfrom torch import nn")
    return opening + modules + body + CLOSING.format(groups=listed)


def _parts(network: Network) -> str:
    """`17 inverted blocks`: what the stages are made of, and how much of it."""
    block = "Y" if network.block == "X" and network.se_ratio else network.block
    counted: Counter[str] = Counter()
    for stage in network.stages:
        counted[f"{block} block" if isinstance(stage, Stage) else stage.part] += stage.depth
    return ", ".join(f"{n:,} {part}{'s' * (n > 1)}" for part, n in counted.items())


def unpacked(group: Group) -> str:
    """The modules of a group, new ones each time, as items of a list."""
    name, times = group.name, int(group.times)
    return f"*{name}()" if times == 1 else f"*(m for _ in range({times}) for m in {name}())"


def function(group: Group, width: int) -> str:
    """A function that returns new modules for `width` channels."""
    listed = lines(group.layers, width, 8)
    return f"\n\ndef {group.name}():\n    return [\n{listed}    ]\n"


def lines(layers: Layers, width: int, spaces: int, free: bool = False) -> str:
    """The layers' expressions, each with a comma after it."""
    text = "".join(f"{said},\n" for said in expressions(layers, width, free))
    return indent(text, " " * spaces)


def expressions(layers: Layers, width: int, free: bool = False) -> Iterator[str]:
    """Each layer that is there, on the channels that come to it.

    The first may change what comes in where that is `free`.
    """
    for layer, inplace in in_turn(layers, free):
        yield expression(layer, width, inplace)
        width = int(width_after((layer,), width))


def expression(layer: Layer, width: int, inplace: bool) -> str:
    """One declared layer on `width` channels as a torch module, perhaps in place."""
    match layer:
        case Conv():
            return convolution(layer, width)
        case BatchNorm():
            return f"nn.BatchNorm2d({width})"
        case Act(kind):
            return (
                ACTIVATIONS[kind] if inplace else ACTIVATIONS[kind].replace("inplace=True", "")
            )
        case LayerNorm():
            return f"ChannelNorm({width}, eps=1e-6)"
        case Scale():
            return f"Scale({width})"
        case MaxPool():
            return f"nn.MaxPool2d({pooled(layer)})"
        case AvgPool():
            return f"nn.AvgPool2d({pooled(layer)}, count_include_pad=False)"
        case GlobalPool():
            return "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())"
        case Linear(w_out, bias):
            return f"nn.Linear({width}, {w_out}{'' if bias else ', bias=False'})"
        case Shuffle(groups):
            return f"nn.ChannelShuffle({groups})"
        case Resize(side):
            return f"Resize({side})"
        case Cut(w_out):
            return f"Cut({w_out})"
        case Shift():
            return "Shift()"
        case Zero():
            return "Zero()"
        case Excite(gate):
            return f"Excite(\n    {sequence(gate, width)}\n)"
        case Residual(main, shortcut):
            beside = any(expressions(shortcut, width))
            said = sequence(shortcut, width) if beside else "nn.Identity()"
            return f"Residual(\n    main={sequence(main, width)},\n    shortcut={said},\n)"
        case Graph():
            return graph(layer, width)
        case When() | EdgeWeights():
            raise TypeError(f"{layer} stands for what is there, and is no module")


def pooled(pool: MaxPool | AvgPool) -> str:
    """Its kernel, stride and padding; an even kernel reaches over the far edge."""
    far = ", ceil_mode=True" if pool.kernel % 2 == 0 else ""
    return f"{pool.kernel}, stride={pool.stride}, padding={padded(pool)}{far}"


def sequence(layers: Layers, width: int, free: bool = False) -> str:
    """The layers in an `nn.Sequential`, to stand four spaces in."""
    return f"nn.Sequential(\n{lines(layers, width, 8, free)}    )"


def graph(layer: Graph, width: int) -> str:
    """The nodes, each with where its inputs come from."""
    widths, text = graph_widths(layer, width), ""
    for node in layer.nodes:
        width = int(joined_width(node, widths))
        inside = sequence(node.layers, width, free=node.joins)
        text += f"    Node({node.inputs}, {node.join!r}, {inside}),\n"
    return f"Graph(\n{text})"


def convolution(conv: Conv, w_in: int) -> str:
    """A convolution of w_in / group width groups."""
    parts = [f"{w_in}", f"{conv.width}", f"{conv.kernel}"]
    if conv.stride != 1:
        parts.append(f"stride={conv.stride}")
    if padded(conv):
        parts.append(f"padding={padded(conv)}")
    if conv.dilation != 1:
        parts.append(f"dilation={conv.dilation}")
    if conv.group_width is not None and conv.group_width != w_in:
        parts.append(f"groups={w_in // conv.group_width}")
    if not conv.bias:
        parts.append("bias=False")
    return f"nn.Conv2d({', '.join(parts)})"
