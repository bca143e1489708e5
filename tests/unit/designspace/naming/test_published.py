"""Published networks by name: parameters, multiply-adds and activations to the digit."""

import csv

import pytest
from published import shared

from designspace.layers.complexity import complexity
from designspace.naming.members import UnknownMember, member, names

PUBLISHED = {
    # torchvision's `num_params` and `_ops`, the authors' model zoo (pycls), pytorchcv, timm;
    # counts of multiply-adds with biases, as pycls has them.
    "resnet18": (11_689_512, 1_814_074_344, 2_685_416),
    "resnet50": (25_557_032, 4_089_185_256, 11_315_688),
    "resnet101": (44_549_160, 7_801_406_440, 16_433_640),
    "resnext50_32x4d": (25_028_904, 4_230_480_872, 14_602_216),
    "resnext101_32x8d": (88_791_336, 16_414_016_488, 31_411_176),
    "resnet56_cifar10": (855_770, 125_747_850, 544_778),
    "vanilla56_cifar10": (853_018, 125_485_706, 532_490),
    "regnet_x_400mf": (5_157_512, 397_678_568, 3_143_272),
    "regnetz_500mf": (7_122_742, 507_217_126, 5_860_358),
    "mobilenet_v1": (4_231_976, 568_741_352, 5_043_688),
    "mobilenet_v2": (3_504_872, 300_775_272, 6_679_112),
    "mobilenet_v3_large": (5_483_032, 216_597_120, 4_407_168),
    "semnasnet_100": (3_887_038, 311_584_310, 6_227_062),
    "mnasnet1_0": (4_383_312, 314_416_872, 5_457_640),
    "efficientnet_b0": (5_288_548, 385_825_092, 6_748_036),
    "efficientnet_b1": (7_794_184, 686_817_992, 10_884_328),
    "efficientnet_b3": (12_233_232, 1_827_162_472, 23_831_296),
    "darts_v2": (3_349_342, 528_359_050, 9_759_754),
    "darts_v2_imagenet": (4_718_752, 529_912_552, 7_179_304),
    "convnext_tiny": (28_589_128, 4_468_966_888, 13_435_624),
    "convnext_atto": (3_695_520, 551_143_720, 3_811_240),
    "proxylessnas_mobile": (4_080_512, 320_428_584, 5_404_328),
    "fbnet_a": (4_321_464, 249_922_848, 3_888_856),
    "fbnet_a_v2": (4_304_584, 244_453_664, 3_732_056),
}

PARAMETERS = {
    # torchvision's `num_params`; pytorchcv's asserts for ProxylessNAS.
    "resnet34": 21_797_672,
    "resnet152": 60_192_808,
    "resnext101_64x4d": 83_455_272,
    "wide_resnet50_2": 68_883_240,
    "wide_resnet101_2": 126_886_696,
    "regnet_y_400mf": 4_344_144,
    "regnet_y_3_2gf": 19_436_338,
    "regnet_y_16gf": 83_590_140,
    "regnet_y_128gf": 644_812_894,
    "resnet50d": 25_576_264,  # pytorchcv's assert (`resneta50b`), timm
    "mobilenet_v3_small": 2_542_856,
    "mnasnet0_5": 2_218_512,
    "mnasnet0_75": 3_170_208,
    "mnasnet1_3": 6_282_256,
    "efficientnet_b2": 9_109_994,
    "efficientnet_b4": 19_341_616,
    "efficientnet_b5": 30_389_784,
    "efficientnet_b6": 43_040_704,
    "efficientnet_b7": 66_347_960,
    "proxylessnas_cpu": 4_361_648,
    "proxylessnas_gpu": 7_119_848,
    "proxylessnas_mobile14": 6_857_568,
    "convnext_small": 50_223_688,
    "convnext_base": 88_591_464,
    "convnext_large": 197_767_336,
    "mobilenet_v2@1.4": 6_108_776,
}


def counted(name):
    one = member(name)
    return complexity(one.network, one.resolution, 3, one.classes)


@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_are_the_published_ones(name):
    count = counted(name)
    assert (count.params, count.flops, count.activations) == PUBLISHED[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_the_published_ones(name):
    assert counted(name).params == PARAMETERS[name]


def test_an_unknown_name_is_told_what_comes_near():
    with pytest.raises(UnknownMember, match="'resnet5' is known; near: .*resnet50"):
        member("resnet5")
    with pytest.raises(UnknownMember, match="resnet50 has no multiplier"):
        member("resnet50@1.3")
    with pytest.raises(UnknownMember, match="is 0.05 to 20, not 'wide'"):
        member("mobilenet_v2@wide")


def test_the_parameters_of_all_that_timm_names_are_timms():
    """In hundredths of a million, as its tables have them; multiply-adds by its own rule."""
    tables = [shared(f"../reference/timm_infer_{on}.csv") for on in ("cpu_i7", "rtx4090")]
    known, compared = set(names()), 0
    for table in tables:
        for row in csv.DictReader(table.read_text().splitlines()):
            name = row["model"].removeprefix("tf_")
            if name in known:
                compared += 1
                assert abs(counted(name).params / 1e6 - float(row["param_count"])) < 0.0051, (
                    name
                )
    assert compared > 200
