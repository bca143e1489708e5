"""Rows that are networks: built, and their counts against those of the file."""

import json

import numpy as np
import pytest
from written import sniffed, taken

from designspace.naming import members
from designspace.spaces.cells import nasbench201
from designspace.spaces.regnet import RegNet
from services.exchange.tables.differences import differences
from services.exchange.tables.recognised import member

C3 = "nor_conv_3x3"
BEST = f"|{C3}~0|+|{C3}~0|{C3}~1|+|skip_connect~0|{C3}~1|{C3}~2|"
SKIPS = "|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|"


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("resnet50", "resnet50"),
        ("resnet50.a1_in1k", "resnet50"),
        ("timm/resnet50.tv_in1k", "resnet50"),
        ("ResNet-50", "resnet50"),
        ("RegNetX-1.6GF", "regnet_x_1_6gf"),
        ("RegNetX-16GF", "regnet_x_16gf"),
        ("RegNetX-8.0GF", "regnet_x_8gf"),
        ("RegNetX-4.0GF", "regnet_x_4_0gf"),
        ("regnety_004", "regnet_y_400mf"),
        ("ResNeXt-50", "resnext50_32x4d"),
        ("ResNeXt-50 (32x4d)", "resnext50_32x4d"),
        ("EfficientNet-B0", "efficientnet_b0"),
        ("convnext_tiny.fb_in22k", "convnext_tiny"),
    ],
)
def test_a_published_network_is_known_by_its_name_in_other_spellings(name, published):
    assert member(name).network == members.member(published).network


@pytest.mark.parametrize("name", ["tf_efficientnet_b0", "vit_base", "", "resnet", "|none~0|"])
def test_other_names_are_none(name):
    assert member(name) is None


def test_no_two_published_networks_have_one_spelling():
    for name in members.names():
        assert member(name).network == members.member(name).network


def test_parameters_of_a_regnet_are_the_network_whatever_they_are_called(tmp_path):
    text = "id,initial_width,slope,quantized_param,network_depth,group_width,accuracy\n"
    text += "1,24,36.44,2.49,13,8,60\n2,80,34.01,2.25,18,24,70\n3,24,36.44,2.49,1.5,8,61\n"
    table = taken(tmp_path, text)
    small = RegNet.network(depth=13, w0=24, wa=36.44, wm=2.49, group_width=8)
    assert table.networks[0] == small
    assert set(table.networks) == {0, 1}
    assert table.report.not_networks == {"depth is no whole number": 1}


def test_pycls_says_the_bottleneck_by_its_inverse(tmp_path):
    text = (
        "depth,w0,wa,wm,gw,bot_mul,error\n13,24,36.44,2.49,8,0.5,30\n18,80,34.01,2.25,24,1,20\n"
    )
    network = taken(tmp_path, text).networks[0]
    assert {stage.bottleneck_ratio for stage in network.stages} == {2}


def test_strings_of_nas_bench_201_are_cells_counted_as_their_authors_do(tmp_path):
    """184.73 M multiply-adds and 1.289 M parameters are what its API tells of the first."""
    text = f"index,arch,cifar10_test_acc,flops,params\n0,{BEST},94.37,184.73,1.289\n"
    text += f"1,{SKIPS},10,7.78,0.073\n2,|bad~0|+|x,20,1,1\n"
    shown = sniffed(tmp_path, text)
    assert (shown.plan.networks, shown.plan.resolution, shown.plan.classes) == (
        "nas_bench_201",
        32,
        10,
    )
    table = taken(tmp_path, text)
    assert table.networks[0] == nasbench201.network(nasbench201.from_string(BEST))
    agreed = {one.quantity: (one.factor, one.networks) for one in table.report.differences}
    assert agreed == {"flops": (1, 2), "params": (1, 2)}
    assert table.report.not_networks == {"no cell of NAS-Bench-201": 1}
    assert table.numbers["error"][0] == 100 - 94.37


def sweep(depth, error, **test):
    """What pycls collects of one network: tools/sweep_collect.py, pycls/core/logging.py."""
    line = {"DEPTH": depth, "W0": 24, "WA": 36.44, "WM": 2.49, "GROUP_W": 8, "BOT_MUL": 1.0}
    return {
        "cfg": {
            "MODEL": {"TYPE": "regnet", "NUM_CLASSES": 10},
            "REGNET": line,
            "OPTIM": {"BASE_LR": 0.1 * depth, "MAX_EPOCH": 2},
            "TRAIN": {"DATASET": "cifar10", "IM_SIZE": 32},
        },
        "complexity": {"flops": 4_000_000 + depth, "params": 2_000_000, "acts": 50_000},
        "log_file": f"/sweeps/n{depth}/stdout.log",
        "train_epoch": {"loss": [2.0, 1.0 + depth], "time_epoch": [10.0, 11.0 + depth]},
        "test_epoch": {"min_top1_err": [50.0, error], "top1_err": [50.0, error + 1]},
        **test,
    }


def test_a_sweep_of_pycls_is_networks_with_their_least_errors(tmp_path):
    averaged = {"test_ema_epoch": {"min_top1_err": [45.0, 19.5]}}
    rows = [sweep(13, 20.0, **averaged), sweep(14, 22.0), sweep(15, 24.0)]
    rows[2]["test_epoch"] = {}
    shown = sniffed(tmp_path, json.dumps(rows), "sweep.json")
    assert (shown.plan.format, shown.plan.networks, shown.plan.classes) == (
        "sweep",
        "pycls",
        10,
    )
    table = taken(tmp_path, json.dumps(rows), "sweep.json")
    np.testing.assert_array_equal(table.numbers["error"], [19.5, 22, np.nan])
    assert table.texts["model"].to_pylist() == ["n13", "n14", "n15"]
    assert table.numbers["training_seconds"].tolist() == [34, 35, 36]
    small = RegNet.network(depth=13, w0=24, wa=36.44, wm=2.49, group_width=8)
    assert table.networks[0] == small


def test_a_column_of_configurations_is_networks(tmp_path):
    cfg = "MODEL: {TYPE: regnet}\nREGNET: {DEPTH: 13, W0: 24, WA: 36.44, WM: 2.49, GROUP_W: 8}"
    text = f'name,cfg,error\na,"{cfg}",30\nb,"MODEL: {{TYPE: vit}}",20\n'
    table = taken(tmp_path, text)
    assert list(table.networks) == [0]
    assert next(iter(table.report.not_networks)).startswith("configuration: MODEL.TYPE")


def test_flops_that_are_twice_ours_are_no_multiply_adds(tmp_path):
    text = "name,FLOPs,acc\nresnet18,3.64,0.6976\nresnet34,7.34,0.733\nvit,8,0.8\n"
    table = taken(tmp_path, text)
    (twice,) = table.report.differences
    assert (twice.quantity, twice.factor, twice.networks) == ("flops", 2, 2)
    assert "multiply-adds" in twice.reason
    assert table.numbers["flops"][0] == 3.64e9


def test_figures_agree_with_all_that_their_digits_may_stand_for():
    """0.2 GMACs are 195 to 205 million; 0.03 are 25 to 35."""
    theirs, ours = np.array([2e8, 3e7, 1.2e8]), np.array([199_577_000, 26e6, 61e6])
    found = list(differences("flops", theirs, ours, str))
    assert [(one.factor, one.networks) for one in found] == [(1, 2), (2, 1)]


def test_only_several_networks_can_lack_a_common_factor():
    """What one differs by is a factor, and nobody can tell whether others would share it."""
    theirs, ours = np.array([16e6, 30e6]), np.array([1e6, 10e6])
    (alone,) = differences("params", theirs[:1], ours[:1], str)
    assert (alone.factor, alone.networks) == (16, 1)
    assert "common" not in alone.reason
    (both,) = differences("params", theirs, ours, str)
    assert both.reason == "no common factor: from 3 to 16 times ours"


def test_a_network_is_counted_on_images_of_its_own_row(tmp_path):
    text = "model,img_size,GMACs,latency_ms\nresnet18,160,0.93,1\nresnet18,224,1.82,2\n"
    table = taken(tmp_path, text)
    assert [(one.factor, one.networks) for one in table.report.differences] == [(1, 2)]
    assert table.report.merged == 0  # another size is another measurement


def test_rows_of_one_network_are_merged_though_their_parameters_differ(tmp_path):
    text = (
        "depth,w0,wa,wm,group_width,error\n13,24,36.44,2.49,8,30\n13,24,36.440001,2.49,8,32\n"
    )
    table = taken(tmp_path, text)
    assert table.numbers["error"].tolist() == [31]
    assert len(table.networks) == 1


def test_ways_to_train_one_published_network_are_kept_apart(tmp_path):
    text = "model,top1\nresnet50.a1_in1k,80.4\nresnet50.tv_in1k,76.1\n"
    assert len(taken(tmp_path, text)) == 2
