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


# arXiv 2003.13678, sections 3.1, 4 and 5: epochs, rate at a batch of 128, epochs of warm-up
@pytest.mark.parametrize(
    ("name", "epochs", "lr", "warmup"),
    [("comparison", 10, 0.05, 0), ("trends", 25, 0.1, 0), ("final", 100, 0.1, 5)],
)
def test_the_papers_regimes_are_those_of_the_paper(name, epochs, lr, warmup):
    regime = PRESETS[f"imagenet-{name}"]
    assert (regime.epochs, regime.lr, regime.warmup_epochs) == (epochs, lr, warmup)
    assert (regime.batch_size, regime.weight_decay, regime.momentum) == (128, 5e-5, 0.9)
    assert (regime.resolution, regime.channels, regime.classes) == (224, 3, 1000)
    assert regime.needs_gpu


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"warmup_epochs": 10}, "warmup_epochs 10 should be below epochs 10"),
        ({"crop_area": 0.5}, "shift 1 and crop_area 0.5 both move"),
        ({"weight_decay": float("inf")}, "finite"),
        ({"weight_decay": 1e300}, "less than or equal to 1"),
        ({"lr": float("nan")}, "finite"),
        ({"lr": 1e-300}, "greater than or equal to 0.000001"),
        ({"epochs": True}, "valid integer"),
        ({"lr": "0.1"}, "valid number"),
        ({"lighting": 0.1}, "3 channels, not 1"),
        ({"label_smoothing": 1.0}, "less than 1"),
        ({"mixup": -1.0}, "greater than or equal to 0"),
        ({"randaugment": 9}, "less than or equal to 8"),
    ],
)
def test_what_does_not_fit_is_refused(changed, said):
    with pytest.raises(ValueError, match=said):
        Regime.model_validate(DIGITS.model_dump() | changed)


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


def test_a_regime_that_is_asked_for_today_tests_exact_centres_and_a_stored_one_what_it_tested():
    cropped = DIGITS.model_dump() | {"shift": 0, "crop_area": 0.25}
    stored = Regime.model_validate(cropped)
    today = Regime.model_validate(Regime.asked(cropped))
    assert (stored.exact_centre, today.exact_centre) == (False, True)
    assert stored != today  # so that their results are never one population's
    # A definition of release 0.1 is what it was, to the letter.
    assert "exact_centre" not in stored.model_dump(mode="json")
    assert Regime.model_validate(today.model_dump(mode="json")) == today


def test_images_of_the_resolution_have_no_centre_to_speak_of():
    given = DIGITS.model_dump() | {"exact_centre": True}
    with pytest.raises(ValueError, match="crop_area should be below 1"):
        Regime.model_validate(given)
