"""The networks that are trained are the networks that are counted."""

import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designspace.layers.complexity import complexity
from designspace.layers.records import Act, Conv, When
from designspace.networks.ends import ActiveStem, ConvHead, Stem
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from workers.training.networks import ExciteModule, PointwiseConvolution, ResidualModule, build


def stage(depth, width, stride=2, b=1, g=4):
    return Stage(depth=depth, width=width, stride=stride, bottleneck_ratio=b, group_width=g)


SMALL = Stem(width=16, stride=1)


def inverted(*settings, **stage):
    """A stage by (k, inner, width, stride) of each block, or what else it has."""
    names = ("kernel", "inner", "width", "stride")
    blocks = [
        Inverted(**dict(zip(names, one[:4], strict=True)), **(one[4] if one[4:] else {}))
        for one in settings
    ]
    return InvertedStage(body="inverted", blocks=tuple(blocks), **stage)


CASES = {
    "X block": (Network(stages=(stage(2, 24), stage(3, 40, b=2, g=5))), 32, 3, 1000),
    "Y block": (Network(stages=(stage(2, 24), stage(2, 56, g=8)), se_ratio=0.25), 32, 3, 10),
    "resnet stem": (
        Network(
            stem=Stem(kind="resnet", width=64),
            stages=(stage(1, 64, stride=1, g=16), stage(2, 128, g=16)),
        ),
        33,
        3,
        7,
    ),
    "grey images, stride-1 stem, no change of width": (
        Network(stem=SMALL, stages=(stage(3, 16, stride=1), stage(1, 16))),
        8,
        1,
        10,
    ),
    "R block": (
        Network(block="R", stages=(stage(2, 24, b=2, g=12), stage(2, 40, g=40))),
        32,
        3,
        10,
    ),
    "V block": (Network(block="V", stages=(stage(2, 24, g=24), stage(3, 40, g=40))), 32, 3, 10),
    "VR block, three stages": (
        Network(
            block="VR",
            stem=SMALL,
            stages=(stage(2, 16, stride=1, g=16), stage(1, 24, g=24), stage(2, 24, g=24)),
        ),
        8,
        1,
        10,
    ),
    "one stage": (Network(stages=(stage(1, 8, g=1),)), 13, 3, 2),
    "five stages down to one pixel": (
        Network(stem=SMALL, stages=tuple(stage(1, 8 * i, g=8) for i in range(1, 6))),
        9,
        2,
        3,
    ),
    "squeezes that round to no channel": (
        Network(
            stem=Stem(width=2, stride=1), stages=(stage(2, 8), stage(2, 16)), se_ratio=1 / 16
        ),
        8,
        1,
        10,
    ),
    "inverted bottleneck, no groups": (
        Network(stem=SMALL, stages=(stage(2, 12, b=0.5, g=24),), se_ratio=0.1),
        10,
        1,
        4,
    ),
}


CASES |= {
    "B block": (
        Network(block="B", stem=SMALL, stages=(stage(2, 16, g=16), stage(2, 24, g=24))),
        9,
        3,
        10,
    ),
    "Z block, SE of half an input": (
        Network(
            block="Z",
            act="silu",
            se_ratio=0.5,
            stages=(stage(2, 24, b=0.25, g=4), stage(2, 24, stride=1, b=0.25, g=1)),
            head=ConvHead(kind="conv", width=40, act="silu"),
        ),
        17,
        1,
        10,
    ),
    "inverted blocks": (
        Network(
            stem=ActiveStem(kind="active", width=8, act="h_swish"),
            stages=(
                inverted((3, 8, 8, 1), (5, 24, 12, 2), (7, 36, 12, 1, {"squeeze": 8})),
                inverted(
                    (3, 12, 16, 2, {"residual": False}),
                    (3, 32, 16, 1, {"groups": 2}),
                    act="h_swish",
                    gate="h_sigmoid",
                    expands="always",
                    end="relu",
                ),
            ),
            head=ConvHead(kind="conv", width=48, hidden=20, hidden_bias=False, act="h_swish"),
        ),
        20,
        3,
        10,
    ),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request):
    """A built network, its count, and a batch of one image."""
    network, side, channels, classes = request.param
    torch.manual_seed(0)
    model = build(network, channels, classes).eval()
    count = complexity(network, side, channels, classes)
    return model, count, torch.randn(1, channels, side, side)


def outputs_of(model, kinds, image):
    """What the model's modules of some kinds put out for an image."""
    outputs = []
    hooks = [
        module.register_forward_hook(lambda module, _, output: outputs.append((module, output)))
        for module in model.modules()
        if isinstance(module, kinds)
    ]
    model(image)
    for hook in hooks:
        hook.remove()
    return outputs


def test_torch_has_as_many_parameters_as_were_counted(case):
    model, count, _ = case
    assert sum(p.numel() for p in model.parameters()) == count.params


def test_activations_are_the_outputs_of_convolutions_pool_and_classifier(case):
    model, count, image = case
    outputs = outputs_of(model, (nn.Conv2d, nn.MaxPool2d, nn.Linear), image)
    assert sum(output.numel() for _, output in outputs) == count.activations


def test_flops_are_half_of_what_torch_counts_and_one_for_each_bias_added(case):
    # torch counts 2 for a multiply-add, and nothing for a bias.
    model, count, image = case
    biases = sum(
        output.numel()
        for module, output in outputs_of(model, (nn.Conv2d, nn.Linear), image)
        if module.bias is not None
    )
    with FlopCounterMode(display=False) as counter:
        model(image)
    assert counter.get_total_flops() / 2 + biases == count.flops


def test_all_convolutions_see_channels_last_even_on_grey_images(case):
    # With one channel torch takes an image for either layout, and plain planes are slower.
    model, _, image = case
    permuted = image.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    for _, output in outputs_of(model, nn.Conv2d, permuted.expand(2, -1, -1, -1)):
        assert output.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("bias", [False, True])
def test_a_pointwise_convolution_is_the_convolution_torch_has(stride, bias):
    mine = PointwiseConvolution(6, 10, 1, stride, bias=bias).double()
    torchs = nn.Conv2d(6, 10, 1, stride, bias=bias).double()
    torchs.load_state_dict(mine.state_dict())
    x, y = (
        torch.randn(3, 6, 5, 5, dtype=torch.double, generator=seeded(), requires_grad=True)
        for _ in range(2)
    )
    torch.testing.assert_close(mine(x), torchs(y))
    mine(x).square().sum().backward()
    torchs(y).square().sum().backward()
    torch.testing.assert_close(x.grad, y.grad)
    torch.testing.assert_close(mine.weight.grad, torchs.weight.grad)


def seeded():
    return torch.Generator().manual_seed(0)


def test_gradients_too_are_channels_last_where_an_image_shrinks_and_at_the_end():
    network = Network(stem=SMALL, stages=(stage(1, 24), stage(1, 40)))
    model, layouts = build(network, 3, 10), []

    def note(gradient):
        layouts.append(gradient.is_contiguous(memory_format=torch.channels_last))

    def follow(layer, inputs, output):
        output.register_hook(note)

    for layer in model.modules():
        if isinstance(layer, ResidualModule):
            layer.register_forward_hook(follow)
    model(torch.randn(2, 3, 16, 16)).sum().backward()
    assert layouts == [True, True]


def test_a_shortcut_is_the_identity_unless_the_block_projects():
    silent = (Conv(1, 4),)
    block = ResidualModule(silent, (When(False, silent),), 4)
    nn.init.zeros_(block.main[0].weight)
    x = torch.randn(2, 4, 3, 3, generator=seeded())
    torch.testing.assert_close(block(x), x)
    projecting = ResidualModule(silent, (When(True, silent),), 4)
    nn.init.zeros_(projecting.main[0].weight)
    torch.testing.assert_close(projecting(x), projecting.shortcut(x))


def test_excitation_multiplies_each_channel_by_the_gate_of_its_mean():
    # Gate = sigmoid(identity): channel c becomes x_c * sigmoid(mean of x_c).
    module = ExciteModule((Conv(1, 3, bias=True), Act("sigmoid")), 3)
    module.gate[0].weight.data = torch.eye(3)[:, :, None, None]
    nn.init.zeros_(module.gate[0].bias)
    x = torch.randn(2, 3, 4, 4, generator=seeded())
    gate = torch.sigmoid(x.mean((2, 3)))[:, :, None, None]
    torch.testing.assert_close(module(x), x * gate)


def test_weights_are_drawn_as_the_papers_authors_draw_them():
    # Convolutions N(0, sqrt(2 / (k^2 out))), classifier N(0, 0.01), BN gamma 1 and beta 0.
    torch.manual_seed(0)
    model = build(Network(stages=(stage(1, 256, g=64),)), 3, 1000)
    for module in model.modules():
        match module:
            case nn.Conv2d() if module.weight.numel() > 10_000:
                fan_out = module.kernel_size[0] ** 2 * module.out_channels
                assert module.weight.std().item() == pytest.approx(
                    math.sqrt(2 / fan_out), rel=0.02
                )
            case nn.Linear():
                assert module.weight.std().item() == pytest.approx(0.01, rel=0.02)
                assert not module.bias.any()
            case nn.BatchNorm2d():
                assert (module.weight == 1).all()
                assert not module.bias.any()
                assert (module.eps, module.momentum) == (1e-5, 0.1)
