"""The one table of columns: words, units and how values are shown."""

import pytest

from columns.quantities import QUANTITIES, STAGE_QUANTITIES, quantity


@pytest.mark.parametrize("name", [*QUANTITIES, *(f"{base}_3" for base in STAGE_QUANTITIES)])
def test_every_column_has_a_symbol_and_a_label_and_knows_its_own_name(name):
    q = quantity(name)
    assert q.name == name
    assert q.symbol
    assert q.label


def test_flops_are_stored_as_multiply_adds_and_shown_in_millions():
    flops = quantity("flops")
    assert (flops.unit, flops.scale, flops.shown_unit) == (
        "multiply-adds",
        1e6,
        "M multiply-adds",
    )
    assert flops.show(405_123_456) == "405"
    assert flops.title == "flops (M multiply-adds)"


def test_a_count_of_small_networks_keeps_three_digits():
    # 0.1 to 0.3 M multiply-adds on 8-pixel images would all read "0" without decimals.
    flops = quantity("flops")
    assert flops.decimals_for([0.12e6, 0.25e6, 0.3e6, float("nan")]) == 3
    assert flops.show(0.25e6, decimals=3) == "0.250"
    assert flops.decimals_for([380e6, 400e6]) == 0
    assert flops.decimals_for([]) == 0
    assert quantity("error").decimals_for([0.01]) == 2


def test_shown_values_have_thousands_commas_and_a_true_minus_and_a_sign_where_they_lack():
    assert quantity("w0").show(12345) == "12,345"
    assert quantity("error").show(-1.234) == "−1.23"
    assert quantity("error").show(-0.001) == "0.00"
    assert quantity("error").show(float("nan")) == "–"
    assert quantity("error").show(float("inf")) == "∞"


def test_a_column_of_a_stage_is_the_quantity_with_the_number_of_the_stage():
    assert quantity("width_4").symbol == "w₄"
    assert quantity("depth_12").label == "depth of stage 12"
    assert quantity("effective_group_width_1").unit == quantity("group_width").unit
    assert quantity("bottleneck_ratio_2").kind == "choice"


@pytest.mark.parametrize(
    ("name", "near"),
    [("flop", "flops"), ("widht_3", "width_3"), ("depth_0", "depth"), ("groupwidth", "group_")],
)
def test_an_unknown_column_is_refused_with_names_that_come_near(name, near):
    with pytest.raises(ValueError, match=near):
        quantity(name)


@pytest.mark.parametrize(
    "name", ["w0_1", "width", "error_1", "zzz", "", "depth_1\n", "depth_٣"]
)
def test_only_stage_quantities_have_a_number(name):
    with pytest.raises(ValueError, match="no quantity"):
        quantity(name)


def test_numbers_that_a_lab_reads_have_the_decimals_of_the_field():
    decimals = {"error": 2, "flops": 0, "params": 2, "activations": 2, "wa": 1, "wm": 2}
    assert {name: quantity(name).decimals for name in decimals} == decimals
