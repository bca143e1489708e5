"""Ready-made training regimes, against what they are said to be."""

import pytest

from designspace.regimes import DIGITS, PRESETS, Regime


def test_fashion_14_is_the_regime_that_was_tried():
    regime = PRESETS["fashion-14"]
    assert (regime.resolution, regime.channels, regime.classes) == (14, 1, 10)
    assert (regime.epochs, regime.batch_size, regime.lr) == (5, 128, 0.2)
    assert (regime.weight_decay, regime.momentum) == (5e-5, 0.9)
    assert (regime.flip, regime.shift) == (True, 1)


def test_four_times_the_epochs_is_the_only_difference():
    longer = PRESETS["fashion-14-x4"]
    assert longer.epochs == 4 * PRESETS["fashion-14"].epochs
    assert longer.model_copy(update={"epochs": 5}) == PRESETS["fashion-14"]


def test_a_regime_stored_before_there_were_augmentations_is_the_same_regime():
    stored = {
        "data": "digits",
        "resolution": 8,
        "channels": 1,
        "classes": 10,
        "epochs": 10,
        "batch_size": 64,
        "lr": 0.1,
        "weight_decay": 5e-5,
        "momentum": 0.9,
        "flip": False,
        "shift": 1,
        "needs_gpu": False,
    }
    assert Regime.model_validate(stored) == DIGITS


@pytest.mark.parametrize("name", PRESETS)
def test_a_ready_made_regime_is_its_own_json(name):
    assert Regime.model_validate_json(PRESETS[name].model_dump_json()) == PRESETS[name]
