"""Amounts and axes of Trends and Speed: as people write them."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "s", "12.3 ms"),
        (1.5e-3, "s", "1.50 ms"),
        (4.32e-4, "s", "432 µs"),
        (1118, "s", "1,118 s"),
        (399_000_000, "multiply-adds", "399 M"),
        (31_735_930_792, "", "31.7 G"),
        (1_000_000, "", "1 M"),
        (9_999, "", "9,999"),
        (2.54, "", "2.54"),
        (0.0481, "", "0.0481"),
        (16, "blocks", "16"),
        (0, "s", "0 s"),
        (None, "s", "–"),
    ],
)
def test_an_amount_has_three_digits_and_a_prefix_where_it_is_large(module, value, unit, text):
    assert module("base/amounts.mjs", "it.amount(...arg)", [value, unit]) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20 ms", 0.02),
        ("1.5ms", 0.0015),
        ("432 µs", 4.32e-4),
        ("2 s", 2),
        ("0.02", 0.02),
        ("2e-2", 0.02),
        ("20 m", None),
        ("0", None),
        ("-1 s", None),
        ("20 minutes", None),
        ("", None),
    ],
)
def test_a_time_is_read_as_a_person_writes_it(module, text, seconds):
    read = module("base/amounts.mjs", "it.readTime(arg)", text)
    assert read == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ([1e2, 1e6], [1e2, 1e3, 1e4, 1e5, 1e6]),
        ([250e3, 4e6], [5e5, 1e6, 2e6]),
        ([1.01e6, 3e6], [1.5e6, 2e6, 2.5e6, 3e6]),
        ([7.7, 16], [8, 10, 12, 14, 16]),
        ([0.7, 1.4], [0.8, 1, 1.2, 1.4]),
    ],
)
def test_a_log_axis_has_a_few_round_ticks(module, ends, ticks):
    assert module("base/amounts.mjs", "it.roundValues(...arg)", ends) == pytest.approx(ticks)


def test_an_axis_holds_its_values_and_is_linear_where_one_is_zero(module):
    log = module("base/scales.mjs", "it.scaleOf([1, 10, 1000], true)")
    assert log["type"] == "log"
    assert log["range"][0] < 0 < 3 < log["range"][1]
    linear = module("base/scales.mjs", "it.scaleOf([0, 10], true)")
    assert "type" not in linear
    assert linear["range"][0] < 0 < 10 < linear["range"][1]


SEARCHES = [
    "?side=1;depth=5..8&side=2&by=params&columns=depth,wm&of=latency&half=first&paper=members",
    "?side=3&bins=6",
]


@pytest.mark.parametrize("search", SEARCHES)
def test_an_address_of_trends_is_read_and_written_alike(module, search):
    write = "it.write(it.read(arg))"
    written = module("trends/question.mjs", write, search)
    assert module("trends/question.mjs", "it.read(arg)", written) == module(
        "trends/question.mjs", "it.read(arg)", search
    )
    assert module("trends/question.mjs", write, written) == written


def test_an_address_of_speed_is_read_and_written_alike(module):
    search = "?population=3&time=latency_64&split=batch,side&condition=batch 64&budget=0.02"
    search += "&depth=5..8&wm=2..2.5"
    read = module("speed/question.mjs", "it.read(arg)", search)
    assert read["split"] == ["batch", "side"]
    assert read["budget"] == 0.02
    assert read["constraints"] == "depth=5..8; wm=2..2.5"
    written = module("speed/question.mjs", "it.write(it.read(arg))", search)
    assert module("speed/question.mjs", "it.read(arg)", written) == read


def trend(verdict, lower, upper, of_all):
    """A trend as REST says it."""
    middle = (lower + upper) / 2
    slope = {"estimate": middle, "lower": lower, "upper": upper, "reason": None}
    return {"verdict": verdict, "slope": slope, "of_all": of_all, "logarithmic": True}


@pytest.mark.parametrize(
    ("given", "do"),
    [
        (trend("grows", 0.1, 0.3, 0.25), True),
        (trend("grows", 0.1, 0.3, 0.5), True),
        (trend("grows", 0.1, 0.3, 0.05), False),
        (trend("falls", -0.3, -0.1, -0.2), True),
        (trend("falls", -0.3, -0.1, 0.2), False),
        (trend("constant", -0.05, 0.05, 0), False),
        (trend("not decided", -0.3, 0.5, 0.2), False),
    ],
)
def test_what_all_networks_do_is_said_of_what_the_best_do(module, given, do):
    assert module("trends/told.mjs", "it.allDo(arg)", given) is do


def test_a_doubling_with_a_doubling_is_in_proportion_and_a_root_is_half(module):
    said = module("trends/told.mjs", "[1, 2 ** 0.5 - 1, 0].map(it.power)")
    assert said == pytest.approx([1, 0.5, 0])
