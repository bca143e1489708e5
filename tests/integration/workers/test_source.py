"""The exported PyTorch file builds the counted and trained network, with torch alone."""

import subprocess
import sys

import pytest
import torch

from designspace.layers.complexity import complexity
from designspace.layers.source import to_torch
from designspace.networks.ends import Stem
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from workers.training.networks import build

CHANNELS, CLASSES = 2, 7


def stages(*widths, **fields):
    """Depths 2, 1, 2, ..; the first stage keeps the side."""
    return tuple(
        Stage(
            **{"depth": 2 - i % 2, "width": w, "group_width": 4, "stride": 1 + (i > 0)} | fields
        )
        for i, w in enumerate(widths)
    )


def plain(*widths):
    return tuple(
        stage.model_copy(update={"group_width": stage.width}) for stage in stages(*widths)
    )


NETWORKS = {
    "X": Network(stages=stages(8, 24, 40)),
    "X, five stages, b 2": Network(stages=stages(8, 16, 16, 32, 40, bottleneck_ratio=2)),
    "Y": Network(stages=stages(8, 24, 40), se_ratio=0.25),
    "R": Network(stages=plain(8, 24, 40), block="R"),
    "R, b 2": Network(stages=stages(8, 8, bottleneck_ratio=2), block="R"),
    "V": Network(stages=plain(8, 24, 40), block="V"),
    "VR, five stages": Network(stages=plain(8, 8, 24, 24, 40), block="VR"),
    "resnet stem": Network(stem=Stem(kind="resnet", width=16), stages=stages(16, 24)),
    "inverted, four groups": Network(
        stages=(
            InvertedStage(
                body="inverted", blocks=(Inverted(inner=64, width=16, groups=4),), act="relu"
            ),
        ),
    ),
    "one block": Network(stem=Stem(width=8, stride=1), stages=stages(8, depth=1)),
}
EACH = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


def exported(network):
    """The module that the file's text makes."""
    namespace = {}
    exec(compile(to_torch(network, CHANNELS, CLASSES), "exported.py", "exec"), namespace)
    torch.manual_seed(3)
    return namespace["build"]()


def weights_of(model):
    """Parameters and running statistics by name; batch norm's count of batches is no weight."""
    return {
        name: value
        for name, value in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


@EACH
def test_the_exported_network_has_the_counted_parameters(network):
    count = complexity(network, channels=CHANNELS, classes=CLASSES).params
    assert sum(p.numel() for p in exported(network).parameters()) == count
    assert f" {count:,} parameters." in to_torch(network, CHANNELS, CLASSES).splitlines()[0]


@EACH
def test_trained_weights_give_the_same_logits_in_the_exported_network(network):
    trained, model = build(network, CHANNELS, CLASSES), exported(network)
    images = torch.randn(4, CHANNELS, 32, 32, generator=torch.Generator().manual_seed(0))
    trained.train()(images)  # moves the running statistics
    weights = weights_of(trained)
    assert list(weights) == list(weights_of(model))
    model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        torch.testing.assert_close(model.eval()(images), trained.eval()(images))


@EACH
def test_a_seed_gives_the_exported_network_the_weights_it_gives_the_trained_one(network):
    weights = weights_of(exported(network))
    torch.manual_seed(3)
    for name, value in weights_of(build(network, CHANNELS, CLASSES)).items():
        assert torch.equal(value, weights[name]), name


def test_channels_are_shuffled_between_as_many_groups_as_there_are():
    text = to_torch(NETWORKS["inverted, four groups"], CHANNELS, CLASSES)
    assert "nn.ChannelShuffle(4)" in text
    assert text.count("groups=4") == 2


def test_blocks_of_a_stage_share_no_weights():
    model = exported(Network(stages=stages(8, depth=4)))
    parameters = list(model.parameters())
    assert len({id(p) for p in parameters}) == len(parameters)
    assert complexity(Network(stages=stages(8, depth=4)), 32, CHANNELS, CLASSES).params == sum(
        p.numel() for p in parameters
    )


def test_the_text_is_the_same_for_the_same_network():
    copy = Network.model_validate_json(NETWORKS["Y"].model_dump_json())
    assert to_torch(copy) == to_torch(NETWORKS["Y"])


def test_the_file_needs_torch_alone(tmp_path):
    # An interpreter that finds nothing of this project, and runs the file as a module.
    (tmp_path / "network.py").write_text(to_torch(NETWORKS["Y"]))
    script = (
        "import sys, network\n"
        "assert not {'numpy', 'designspace', 'workers'} & set(vars(network))\n"
        "import torch\n"
        "print(*network.build().eval()(torch.zeros(2, 3, 32, 32)).shape)\n"
        "assert not {'designspace', 'workers'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2", "1000"]
