"""What a column's name says: words of timm, W&B, MLflow, Optuna, pycls and papers."""

import pytest

from services.exchange.tables.spellings import has_line, sense, words


@pytest.mark.parametrize(
    "source",
    [
        "top1",
        "accuracy",
        "acc",
        "val/acc",
        "Acc@1",
        "test_accuracy",
        "metrics.test_acc",
        "Top-1",
        "valAccuracy",
        "prec1",
        "eval/top_1_accuracy",
        "best_val_acc",
        "cifar10_test_acc",
    ],
)
def test_an_accuracy_is_an_error_that_is_taken_from_100(source):
    found = sense(source, False)
    assert (found.quantity, found.accuracy, found.percent) == ("error", True, True)


@pytest.mark.parametrize(
    "source",
    [
        "top1_err",
        "error",
        "test/err",
        "Top-1 error (%)",
        "val_error_rate",
    ],
)
def test_an_error_is_one(source):
    found = sense(source, False)
    assert (found.quantity, found.accuracy, found.percent) == ("error", False, True)


@pytest.mark.parametrize(
    "source",
    [
        "top5",
        "top5_err",
        "train_acc",
        "top1_diff",
        "acc_std",
        "rank_diff",
        "val_loss",
        "rmse",
    ],
)
def test_what_is_like_an_error_is_a_result_of_its_own(source):
    found = sense(source, False)
    assert found is None or (found.role, found.quantity) == ("result", "")


@pytest.mark.parametrize(
    ("source", "quantity", "factor"),
    [
        ("infer_gmacs", "flops", 1e9),
        ("GFLOPs", "flops", 1e9),
        ("FLOPs (M)", "flops", 1e6),
        ("mult-adds(B)", "flops", 1e9),
        ("complexity.flops", "flops", None),
        ("cifar10_flops", "flops", None),
        ("Params (M)", "params", 1e6),
        ("param_count", "params", None),
        ("#params", "params", None),
        ("infer_macts", "activations", 1e6),
        ("acts", "activations", None),
        ("latency_ms", "latency", 1e-3),
        ("v100_inference_ms_per_64_images", "latency_64", 1e-3),
        ("train_time(s)", "training_seconds", 1.0),
        ("_runtime", "training_seconds", 1.0),
        ("Duration", "training_seconds", 1.0),
        ("peak_memory_mb", "peak_memory", 1e6),
        ("GPU Mem (GiB)", "peak_memory", 2.0**30),
        ("infer_img_size", "resolution", 1.0),
        ("train/loss", "loss", 1.0),
        ("cfg.REGNET.W0", "w0", 1.0),
        ("initial_width", "w0", 1.0),
        ("slope", "wa", 1.0),
        ("parameters.depth", "depth", 1.0),
        ("params_depth", "depth", 1.0),
        ("width_3", "width_3", 1.0),
        ("e_fit", "e_fit", 1.0),
    ],
)
def test_a_name_is_one_of_our_quantities_in_a_unit(source, quantity, factor):
    found = sense(source, False)
    assert (found.quantity, found.factor) == (quantity, factor)


def test_a_batchs_time_of_timm_is_none_of_our_latencies():
    found = sense("infer_step_time", False)
    assert (found.role, found.quantity, found.unit, found.factor) == ("time", "", "s", 1e-3)


def test_letters_are_a_regnets_only_beside_w0_and_wa():
    assert sense("g", True).quantity == "group_width"
    assert sense("g", False) is None
    assert has_line(["d", "w_0", "wa", "m"])
    assert not has_line(["depth", "width"])


def test_what_was_set_stands_behind_params_whatever_its_name():
    assert sense("params.acc_threshold", False).role == "parameter"
    assert sense("params_lr", False).role == "parameter"
    assert sense("params_m", False).quantity == "params"  # millions of parameters
    assert sense("params.seed", False).role == "seed"


@pytest.mark.parametrize(
    ("source", "parted"),
    [
        ("valAcc@1", "val_acc_1"),
        ("FLOPs (G)", "flops_g"),
        ("ImageNet16-120", "image_net16_120"),
    ],
)
def test_words_of_a_name_are_parted(source, parted):
    assert words(source) == parted
