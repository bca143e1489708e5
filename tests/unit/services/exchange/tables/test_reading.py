"""Reading by a plan: what is stored, what is refused, what is merged, what is noted."""

import numpy as np
import pytest
from written import chosen, column, file, sniffed, taken

from columns.quantities import QUANTITIES
from services.errors import Refused, TooLarge
from services.exchange.tables import gathering
from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read
from services.exchange.tables.sources import source


def test_an_accuracy_becomes_the_error_that_is_left_of_100(tmp_path):
    table = taken(tmp_path, "model,acc\na,65.01599884033203\nb,61\n")
    assert table.numbers["error"].tolist() == [100 - 65.01599884033203, 39]


def test_a_fraction_becomes_percent(tmp_path):
    assert taken(tmp_path, "m,val_acc\na,0.75\nb,0.5\n").numbers["error"].tolist() == [25, 50]
    assert taken(tmp_path, "m,err\na,0.25\nb,0.5\n").numbers["error"].tolist() == [25, 50]


def test_a_name_with_percent_says_that_small_errors_are_no_fractions(tmp_path):
    table = taken(tmp_path, "m,test error (%)\na,0.75\nb,0.5\n")
    assert table.numbers["error"].tolist() == [0.75, 0.5]


def test_units_of_the_file_become_base_units(tmp_path):
    text = "m,GMACs,Params (M),latency_ms,error\na,4.1,25.56,12.5,20\nb,0.2,1.5,7,30\n"
    table = taken(tmp_path, text)
    assert table.numbers["flops"].tolist() == [4.1e9, 2e8]
    assert table.numbers["params"].tolist() == [25_560_000, 1_500_000]
    assert table.numbers["latency"].tolist() == [0.0125, 0.007]
    assert table.quantities["flops"] is QUANTITIES["flops"]


def test_a_column_of_its_own_has_a_quantity_with_its_label_unit_and_axis(tmp_path):
    table = taken(tmp_path, "m,error,infer_samples_per_sec\na,1,5\nb,2,50000.5\n")
    own = table.quantities["infer_samples_per_sec"]
    assert (own.label, own.unit, own.log) == ("infer samples per sec", "images/s", True)
    assert own.role == "result"


def test_a_row_is_refused_with_its_line_the_cell_and_the_reason(tmp_path):
    text = "model,error,lr\na,10,0.1\nb,101,0.1\nc,12,abc\nd,1,2,3\ne,-1,0.2\nf,20,0.3\n"
    report = taken(tmp_path, text).report
    assert [(one.line, one.column, one.value) for one in report.refused] == [
        (3, "error", "101"),
        (4, "lr", "abc"),
        (5, "", "d,1,2,3"),
        (6, "error", "-1"),
    ]
    assert report.refused_by_reason == {
        gathering.NO_ERROR: 2,
        gathering.NO_NUMBER: 1,
        "another number of cells than the header": 1,
    }
    assert (report.rows, report.taken) == (6, 2)


def test_every_refused_row_is_counted_and_the_first_hundred_are_told(tmp_path):
    text = "m,error\n" + "a,1\n" * 300 + "b,500\n" * 250
    report = taken(tmp_path, text, repeats="apart").report
    assert (len(report.refused), report.refused_by_reason) == (100, {gathering.NO_ERROR: 250})
    assert report.refused[0].line == 302


def test_a_network_that_diverged_has_an_infinite_error_and_one_without_has_none(tmp_path):
    table = taken(tmp_path, "m,error\na,10\nb,inf\nc,nan\nd,\ne,20\n")
    np.testing.assert_array_equal(table.numbers["error"], [10, np.inf, np.nan, np.nan, 20])
    assert "error: rows that lack an error: 2" in table.report.notes
    assert "error: rows that diverged (inf): 1" in table.report.notes


def test_an_infinite_accuracy_is_no_error_at_all(tmp_path):
    table = taken(tmp_path, "m,acc\na,90\nb,inf\nc,-inf\nd,80\n")
    np.testing.assert_array_equal(table.numbers["error"], [10, np.nan, np.nan, 20])


def test_no_other_number_is_infinite(tmp_path):
    table = taken(tmp_path, "m,error,val_loss\na,10,1.5\nb,20,inf\nc,30,2.5\n")
    np.testing.assert_array_equal(table.numbers["val_loss"], [1.5, np.nan, 2.5])
    assert "val_loss: infinite numbers that are left out: 1" in table.report.notes


def test_a_table_of_timings_alone_is_one(tmp_path):
    table = taken(tmp_path, "model,latency_ms\na,1.5\nb,2.5\n")
    assert set(table.numbers) == {"latency"}


def test_repeats_become_one_row_with_the_means_of_what_was_measured(tmp_path):
    text = "model,seed,lr,error,latency_ms\n"
    text += "a,1,0.1,10,1\na,2,0.1,13,3\nb,1,0.1,20,5\na,1,0.2,40,2\na,3,0.1,,2\n"
    table = taken(tmp_path, text)
    assert table.texts["model"].to_pylist() == ["a", "b", "a"]
    assert table.numbers["error"].tolist() == [11.5, 20, 40]  # of those that have one
    assert table.numbers["latency"].tolist() == [0.002, 0.005, 0.002]
    assert table.numbers["lr"].tolist() == [0.1, 0.1, 0.2]
    assert table.repeats.tolist() == [3, 1, 1]
    assert table.lines.tolist() == [2, 4, 5]
    assert (table.report.taken, table.report.merged) == (3, 2)
    assert "seed" not in table.numbers


def test_a_repeat_that_diverged_makes_the_mean_infinite(tmp_path):
    table = taken(tmp_path, "model,seed,error\na,1,10\na,2,inf\nb,1,20\n")
    assert table.numbers["error"].tolist() == [np.inf, 20]


def test_repeats_are_kept_apart_with_their_seeds_where_the_plan_says_so(tmp_path):
    table = taken(tmp_path, "model,seed,error\na,1,10\na,2,13\n", repeats="apart")
    assert table.numbers["error"].tolist() == [10, 13]
    assert table.numbers["seed"].tolist() == [1, 2]


def test_names_of_runs_do_not_keep_seeds_apart(tmp_path):
    text = "run_name,seed,lr,error\nbold-ant,1,0.1,10\nswift-sun,2,0.1,12\nlucky-sea,1,0.2,30\n"
    assert taken(tmp_path, text).numbers["error"].tolist() == [11, 30]


def test_names_tell_networks_apart_where_nothing_else_was_set(tmp_path):
    text = "model,remarks,seed,error\n" + "".join(
        f"net_{i},good,{i % 3},{i + 1}\n" for i in range(9)
    )
    assert taken(tmp_path, text).numbers["error"].tolist() == [*range(1, 10)]


def test_names_are_one_line_without_control_characters(tmp_path):
    text = 'model,error\n" a\tb\nc ",1\n\x1b[31mred,2\n=cmd(),3\n' + "x" * 600 + ",4\n"
    table = taken(tmp_path, text)
    assert table.texts["model"].to_pylist() == ["a b c", "=cmd()", "x" * 500]
    assert table.report.refused_by_reason == {gathering.NO_TEXT: 1}
    assert "model: texts that are cut: 1" in table.report.notes
    assert "\x1b" not in table.report.refused[0].value


def test_what_is_left_out_is_said(tmp_path):
    text = "id,model,error,epochs,created_at,empty\n"
    text += "1,a,10,90,2024-01-01,\n2,b,11,90,2024-01-02,\n"
    notes = taken(tmp_path, text).report.notes
    assert "columns that are left out: id, epochs, created_at, empty" in notes


def test_names_that_addresses_use_get_others(tmp_path):
    text = "model,error,limit,ordinal,sort\na,1,0.5,3,x\nb,2,0.7,9,y\n"
    table = taken(tmp_path, text)
    assert {"x_limit", "x_ordinal"} <= set(table.numbers)
    assert "x_sort" in table.texts
    assert any("'limit' is x_limit" in note for note in table.report.notes)


def test_columns_of_one_name_are_told_apart(tmp_path):
    shown = sniffed(tmp_path, "model,error,lr,lr\na,1,0.5,3\nb,2,0.7,9\n")
    assert [one.source for one in shown.columns][-1] == "lr (2)"
    assert any("several columns 'lr'" in note for note in shown.notes)


def test_a_plan_of_another_file_is_refused_by_the_column_that_is_missing(tmp_path):
    plan = preview(file(tmp_path, "model,error\na,1\nb,2\n"), "x").plan
    other = file(tmp_path, "model,lr\na,1\n")
    with pytest.raises(Refused, match="columns that the file has: model, lr"):
        read(other, plan)
    assert "there is no column 'error'" in preview(other, "x", plan).problems[0]


def test_a_file_of_which_no_row_can_be_used_is_refused(tmp_path):
    plan = preview(file(tmp_path, "model,error\na,1\n"), "x").plan
    with pytest.raises(Refused, match="no row can be used"):
        read(file(tmp_path, "model,error\na,500\nb,600\n"), plan)


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = file(tmp_path, "model,error\n" + "a,1\n" * 100)
    plan = preview(path, "x").plan
    monkeypatch.setattr(source, "LARGEST_FILE", 50)
    with pytest.raises(TooLarge, match="file"):
        read(path, plan)


@pytest.mark.parametrize("name", ["csv", "json"])
def test_too_many_rows_are_refused(tmp_path, monkeypatch, name):
    rows = ",".join(['{"error": 1}'] * 100)
    text = {"csv": "error\n" + "1\n" * 100, "json": f"[{rows}]"}[name]
    path = file(tmp_path, text)
    plan = preview(path, "x").plan
    for place in ("source.MOST_ROWS", "delimited.MOST_ROWS"):
        monkeypatch.setattr(f"services.exchange.tables.sources.{place}", 50)
    with pytest.raises(TooLarge, match="rows"):
        read(path, plan)


def test_too_many_numbers_are_refused(tmp_path, monkeypatch):
    path = file(tmp_path, "error,lr\n" + "1,2\n2,3\n" * 50)
    plan = preview(path, "x").plan
    monkeypatch.setattr(gathering, "MOST_NUMBERS", 150)
    with pytest.raises(TooLarge, match="100 rows of 2 numbers"):
        read(path, plan)


def test_too_many_columns_are_refused(tmp_path):
    with pytest.raises(TooLarge, match="at most 500"):
        sniffed(tmp_path, ",".join(f"c{i}" for i in range(501)) + "\n" + ",".join("1" * 501))


def test_a_row_without_end_is_refused(tmp_path):
    text = 'model,error\n"' + "x " * 9_000_000
    path = file(tmp_path, "model,error\na,1\n")
    plan = preview(path, "x").plan
    path.write_text(text)
    with pytest.raises(Refused, match="quote"):
        read(path, plan)


def test_a_choice_in_the_preview_is_what_is_read(tmp_path):
    text = "model,value\na,0.2\nb,0.3\n"
    plan = sniffed(tmp_path, text).plan
    assert not column(plan, "value").complement  # below one half: taken for an error
    accuracy = chosen(plan, "value", complement=True)
    table = read(tmp_path / "table.csv", accuracy)
    np.testing.assert_allclose(table.numbers["error"], [80, 70])
