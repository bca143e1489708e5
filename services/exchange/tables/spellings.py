"""Spellings: what a column's name says of its numbers, in the words of other people's tables.

`val/acc@1`, `metrics.test_accuracy`, `Params (M)`, `infer_gmacs`, `cfg.REGNET.W0`, ..
A name says what a number is, perhaps its unit, never whether 0.93 is a fraction: that is for
the values to say (`roles`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from columns.quantities import declared
from services.exchange.tables.plan import Role

Factor = float | None
"""None: the name has no unit, so the values have to tell."""

MILLION, BILLION = 1e6, 1e9
PREFIXES: Final = {"k": 1e3, "m": MILLION, "g": BILLION, "b": BILLION, "t": 1e12}
WORDS: Final = {"million": MILLION, "millions": MILLION, "billion": BILLION, "mb": MILLION}
TIMES: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "msec": 1e-3,
    "milliseconds": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "mins": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hours": 3600.0,
}
BYTES: Final = {
    "b": 1.0,
    "bytes": 1.0,
    "kb": 1e3,
    "mb": 1e6,
    "gb": 1e9,
    "kib": 2.0**10,
    "mib": 2.0**20,
    "gib": 2.0**30,
}


@dataclass(frozen=True)
class Sense:
    """What a name says of a column of numbers."""

    role: Role
    quantity: str = ""  # one of ours; "": a name of its own
    unit: str = ""  # of a name of its own
    factor: Factor = 1.0
    accuracy: bool = False  # 100 - it is an error
    percent: bool = False  # a share: a fraction becomes percent
    rank: int = 0  # of several that could be the error, the highest is taken


PREFIX = re.compile(
    r"(?:(params|config|hparams|hyperparameters|tags|metrics|summary|results?)[./]"
    r"|(params)_(?!(?:[kmbg]|mb|millions?|count)$)|(user_attrs|system_attrs)_)(.+)",
    re.IGNORECASE,
)
OF_PREFIX: Final[dict[str, Role]] = {
    "params": "parameter",
    "config": "parameter",
    "hparams": "parameter",
    "hyperparameters": "parameter",
    "metrics": "result",
    "summary": "result",
    "result": "result",
    "results": "result",
}

OUTER = re.compile(
    r"^(?:cfg|config|parameters|hparams|hyperparameters|arch|network|regnet|anynet|complexity|"
    r"model|optim|train|final)_(?=.)"
)
"""What may stand before a parameter's name: the object that it is a field of."""

DATA = re.compile(r"^(?:cifar_?10|cifar_?100|image_?net(?:_?16_?120|_?1k)?)_(?=.)")
"""Images that a count is of."""

ALIASES: Final[dict[str, str]] = {
    alias: name
    for name, aliases in {
        "depth": "network_depth net_depth num_blocks n_blocks blocks total_depth ds",
        "w0": "w_0 initial_width init_width width_initial",
        "wa": "w_a slope width_slope",
        "wm": "w_m quantized_param quantised_param width_mult_regnet",
        "bottleneck_ratio": "bot_ratio bottleneck bottle_ratio bratio",
        "group_width": "group_w gw group_size groupwidth width_per_group",
        "se_ratio": "se_r",
        "stem_width": "stem_w stem_channels",
        "resolution": "img_size image_size input_size im_size imsize input_resolution "
        "image_resolution img_res imgsize infer_img_size train_img_size test_img_size "
        "image_width img_sz",
        "loss": "train_loss training_loss final_train_loss",
    }.items()
    for alias in aliases.split()
}
OF_A_LINE: Final = {
    "d": "depth",
    "b": "bottleneck_ratio",
    "g": "group_width",
    "se": "se_ratio",
    "m": "wm",
    "width_mult": "wm",
    "width_multiplier": "wm",
}
"""Short names that mean this only beside w0 and wa."""
MULTIPLIERS: Final = frozenset({"bot_mul", "bottleneck_multiplier", "bm", "bot_multiplier"})
MULTIPLIER: Final = "bot_mul"
"""1 / b, as pycls has it."""

SPLITS: Final = {"test": 4, "": 3, "eval": 2, "valid": 2, "validation": 2, "val": 2, "dev": 2}
ACCURACY = re.compile(
    r"(?:^|_)(?:acc|accs|accuracy|accuracies|acc_?1|acc1es|top_?1|prec_?1|precision_?1)(?:_|$)"
)
ERROR = re.compile(
    r"(?:^|_)(?:err|error|errors|error_?rate|err_?rate|misclassification)(?:_|$)"
)
FIFTH = re.compile(r"(?:^|_)(?:top_?[2-9]\d*|(?:acc|prec|err|error)_?[2-9])(?:_|$)")
OF_OTHERS = re.compile(
    r"(?:^|_)(?:diff|std|stderr|var|variance|rank|delta|gap|fit|mse|mae|rmse|bar|ci|sem|count|"
    r"time|epoch|step|loss|params?|flops|w?cmap|map|squared|absolute)(?:_|$)"
)
FLOPS = re.compile(
    r"(?:infer_|test_|model_|num_|n_|total_)*(?P<p>[kmgtb]?)_?"
    r"(?:flops?|macs?|madds?|mult_?adds?|multiply_?adds?|multi_?adds?|multadds)"
    r"(?:_(?:in_)?(?P<s>[kmgtb]|million|millions|billion))?"
    r"(?:_?(?P<u>[kmgt])(?:flops?|macs?))?"
)
PARAMS = re.compile(
    r"(?:num_|n_|total_|trainable_|model_|number_of_)*(?P<p>[kmb]?)_?"
    r"(?:params?|param_count|parameters?|parameter_count|params_count)"
    r"(?:_(?:in_)?(?P<s>[kmb]|mb|million|millions|billion))?"
)
ACTIVATIONS = re.compile(
    r"(?:infer_|num_|n_)?(?P<p>[kmg]?)_?(?:acts?|activations?|activation_count)"
    r"(?:_(?:in_)?(?P<s>[kmg]|million|millions))?"
)
COUNTED: Final = {"flops": FLOPS, "params": PARAMS, "activations": ACTIVATIONS}
MEMORY = re.compile(
    r"(?:peak_|max_)?(?:gpu_|cuda_|train_|training_)?(?:mem|memory)"
    r"(?:_(?:allocated|usage|used|peak|footprint))?(?:_(?P<s>b|bytes|[kmg]i?b))?"
)
RATES = re.compile(
    r"(?:^|_)(?:throughput|(?:samples|images|imgs|img|frames)_(?:per_)?(?:sec|second|s)|fps|qps)"
    r"(?:_|$)"
)
TIMED = re.compile(
    r"(?:^|_)(?:latency|latencies|time|times|duration|runtime|elapsed|wall_?clock|wall_?time|"
    r"walltime|seconds|milliseconds|secs|ms|msec|us|hours|minutes)(?:_|$)"
)
TRAINING: Final = frozenset(
    {
        "training",
        "train",
        "training_time",
        "train_time",
        "runtime",
        "duration",
        "wall_time",
        "walltime",
        "wallclock",
        "elapsed",
        "elapsed_time",
        "total_time",
        "training_duration",
        "train_all_time",
        "train_time_total",
        "time",
        "training_wall_time",
        "fit_time",
        "relative_time_process",
        "training_seconds",
        "train_seconds",
    }
)
LATENCY: Final = frozenset(
    {
        "latency",
        "inference_latency",
        "inference_time",
        "infer_time",
        "infer_latency",
        "latency_1",
        "inference",
    }
)
PERCENTS = re.compile(r"(?:%|\bpct\b|\bpercent)", re.IGNORECASE)

PARAMETERS = re.compile(
    r"(?:^|_)(?:lr|learning_rate|wd|weight_decay|momentum|batch_?size|bs|epochs?|dropout|"
    r"drop_path|warmup|width|widths|depth|layers?|kernel|stride|channels?|hidden|heads|dim|"
    r"units|alpha|beta|gamma|sigma|temperature|label_smoothing|mixup|cutmix|crop_pct|cropt_pct|"
    r"ratio|multiplier|scale|num_classes|classes|n_estimators|max_depth|groups?|expansion|"
    r"num_[a-z]+|n_[a-z]+|size|patch)(?:_|$)"
)
RESULTS = re.compile(
    r"(?:^|_)(?:loss|auc|f1|score|recall|precision|map|energy|power|memory|rank|diff|value|"
    r"values|objective|reward|std|mean|acc|err|iou|bleu|perplexity|ppl)(?:_|$)"
)
SEEDS: Final = frozenset(
    {
        "seed",
        "random_seed",
        "rng_seed",
        "manual_seed",
        "train_seed",
        "torch_seed",
        "seed_id",
        "replicate",
    }
)
OBJECTIVES: Final = frozenset({"value", "values_0", "objective"})
"""As Optuna calls what is sought, whether it is an error or an accuracy."""
NAMES: Final = (
    "model",
    "model_name",
    "arch",
    "arch_str",
    "architecture",
    "architecture_str",
    "arch_string",
    "architecture_string",
    "network",
    "net",
    "backbone",
    "cell",
    "genotype",
    "name",
    "run_name",
    "run",
    "display_name",
    "experiment",
    "experiment_name",
)
"""Of columns of text: the first of these is the rows' name."""
BOOKKEEPING = re.compile(
    r"step|timestamp|created|created_at|updated|updated_at|start_time|end_time|date|time_stamp|"
    r"datetime(_start|_complete|_end)?|started_at|finished_at|user|notes|github|git_.*|commit|"
    r"hostname|host|sweep|job_type|agent|run_id|uuid|source_type|source_name|source_version|"
    r"experiment_id|artifact_uri|lifecycle_stage|log_file|err_file|mlflow_.*|wandb.*|heartbeat|"
    r"gpu_count|entity|project|username"
)


def words(source: str) -> str:
    """A name in lower case, words parted by `_`: `val/Acc@1` is val_acc_1."""
    parted = re.sub(r"([a-z0-9])([A-Z][a-z])", r"\1_\2", source)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower().replace("%", " ")).strip("_")


def parted(source: str) -> tuple[Role | None, str]:
    """What stands before a name says that it was set or measured; and the name."""
    if not (match := PREFIX.fullmatch(source)):
        return None, source
    return OF_PREFIX.get((match[1] or match[2] or match[3]).lower()), match[4]


def ours(name: str, line: bool) -> str | None:
    """The quantity that words are a spelling of.

    Args:
        line: whether w0 and wa are there, so that short names mean a RegNet's.
    """
    while True:
        if declared(name):
            return name
        if name in ALIASES:
            return ALIASES[name]
        if line and name in OF_A_LINE:
            return OF_A_LINE[name]
        if name in MULTIPLIERS:
            return MULTIPLIER
        inner = OUTER.sub("", name)
        if inner == name:
            return None
        name = inner


def sense(source: str, line: bool) -> Sense | None:
    """What a name says of numbers; None where it says nothing."""
    role, inner = parted(source)
    name = words(inner)
    if name in SEEDS or OUTER.sub("", name) in SEEDS:
        return Sense("seed")
    if role == "parameter" and not ours(name, line):
        return Sense("parameter")
    return (
        _share(source, name)
        or _counted(name)
        or _memory(name)
        or _rate(name)
        or _of_ours(name, line)
        or _time(name)
        or _own(name, role)
    )


def _share(source: str, name: str) -> Sense | None:
    """An error or an accuracy, of the first class or of others."""
    if not (ACCURACY.search(name) or ERROR.search(name) or FIFTH.search(name)):
        return None
    if name in ("error_fit", "e_fit"):
        return None
    accuracy = not ERROR.search(name)
    if OF_OTHERS.search(name) or FIFTH.search(name) or re.search(r"(?:^|_)train", name):
        percent = not re.search(
            r"(?:^|_)(?:rank|params?|flops|time|epoch|step|loss)(?:_|$)", name
        )
        difference = bool(OF_OTHERS.search(name))
        return Sense("result", unit="%" if percent else "", percent=percent and not difference)
    tokens = set(name.split("_"))
    rank = max((SPLITS[split] for split in SPLITS if split in tokens), default=SPLITS[""])
    exact = name in ("error", "top1_err", "top1_error", "top_1_error", "test_error")
    return Sense(
        "error",
        "error",
        "%",
        accuracy=accuracy,
        percent=True,
        rank=10 * rank + (0 if accuracy else 2) + (5 if exact else 0),
    )


def _counted(name: str) -> Sense | None:
    for quantity, pattern in COUNTED.items():
        if match := pattern.fullmatch(DATA.sub("", OUTER.sub("", name))) or pattern.fullmatch(
            name
        ):
            said = [unit for unit in match.groupdict().values() if unit]
            factors = [PREFIXES.get(unit) or WORDS[unit] for unit in said]
            return Sense("complexity", quantity, factor=factors[0] if factors else None)
    return None


def _memory(name: str) -> Sense | None:
    match = MEMORY.fullmatch(name)
    if not match:
        return None
    return Sense("result", "peak_memory", factor=BYTES[match["s"]] if match["s"] else None)


def _rate(name: str) -> Sense | None:
    return Sense("result", unit="images/s") if RATES.search(name) else None


def _of_ours(name: str, line: bool) -> Sense | None:
    found = ours(name, line)
    if found == MULTIPLIER:
        return Sense("parameter", MULTIPLIER)
    quantity = declared(found) if found else None
    if quantity is None or quantity.unit == "s":
        return None
    return Sense("complexity" if quantity.role == "fit" else quantity.role, quantity.name)


def _time(name: str) -> Sense | None:
    tokens = name.split("_")
    if not (TIMED.search(name) or (tokens[-1] in TIMES and len(tokens) > 1)):
        return None
    # `ms_per_64_images` and `latency_ms` have a unit, `training_seconds` is its own.
    units = [TIMES[token] for token in tokens if token in TIMES]
    rest = "_".join(token for token in tokens if token not in TIMES)
    factor = units[0] if units else None
    if name == "step_time" or name.endswith("_step_time"):
        return Sense("time", unit="s", factor=factor or 1e-3)
    if re.search(r"(?:^|_)64(?:_|$)", rest):
        return Sense("time", "latency_64", factor=factor)
    if rest in LATENCY:
        return Sense("time", "latency", factor=factor)
    if rest in TRAINING or name in TRAINING:
        return Sense("time", "training_seconds", factor=factor or 1.0)
    if (quantity := declared(name)) is not None and quantity.unit == "s":
        return Sense("time", name, factor=factor or 1.0)
    return Sense("time", unit="s", factor=factor or (None if "latency" in name else 1.0))


def _own(name: str, role: Role | None) -> Sense | None:
    if role:
        return Sense(role)
    if RESULTS.search(name):
        return Sense("result")
    return Sense("parameter") if PARAMETERS.search(name) else None


def is_bookkeeping(source: str) -> bool:
    """Whether a column says when and where, not what: dates, users, ids of runs."""
    return source.startswith("tags.mlflow") or bool(BOOKKEEPING.fullmatch(words(source)))


def has_line(sources: Collection[str]) -> bool:
    """Whether there are w0 and wa among the names."""
    found = {ours(words(parted(source)[1]), False) for source in sources}
    return {"w0", "wa"} <= found
