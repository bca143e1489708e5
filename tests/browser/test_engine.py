"""The JavaScript engine against designspace: the same numbers from the same bytes.

Two populations of 10,000 really sampled networks with errors of a stated law, each under 25
random constraint sets; then the small and the odd populations. The page holds errors as
float32, so the law's errors are rounded to float32 before both sides read them; cuts likewise.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Error

from columns.constraints import OneOf, Range, parse
from dashboard.figures import parallel
from designspace.lines import fits
from designspace.lines.line import Line
from designspace.regimes import DIGITS
from designspace.sampling import fitted, sample
from designspace.spaces.presets import PRESETS
from population.basics.shares import endless, wilson
from population.curves.bootstrap import best_ranges
from population.curves.edf import edf
from population.population import Population
from services.reading.columns import encode
from services.reading.snapshots import Snapshot

pytestmark = pytest.mark.browser

NETWORKS = 10_000
SETS = 25
SPACES = {
    # In 100k..300k lie fewer than 10,000 distinct RegNets of this space.
    "RegNetX small": parse("30k..600k"),
    "AnyNetX_A small": parse("50k..2M"),
}
CAUSES = ["crash", "out of memory", "time limit"]
HISTOGRAMS = {"depth": {"count": 15}, "flops": {"count": 32, "log": True}, "error": {}}

# What a test asks of the engine, as functions of the page.
ASK = """
  window.numbers = (array) => Array.from(array);
  window.ids = (table, rows) => numbers(rows).map((row) => table.id[row]);

  window.counted = (view) => {
    const counts = { ...view.counts() };
    const { causes } = view.table;
    counts.failedBy = Object.fromEntries(
      causes.map((cause, i) => [cause, counts.failedBy[i]]).filter(([, k]) => k),
    );
    return counts;
  };

  window.answer = (view, cuts, names, binnings) => {
    const { table } = view;
    const { share, lower, upper } = view.edf(cuts);
    const ranges = names.map((name) => [name, view.bestRange(name)]);
    const histograms = Object.entries(binnings).map(([name, how]) => {
      const bins = table.bins(name, how);
      return [name, { edges: numbers(bins.edges), all: numbers(bins.all),
        passing: numbers(view.histogram(bins)) }];
    });
    return {
      counts: counted(view),
      share: numbers(share), lower: numbers(lower), upper: numbers(upper),
      median: view.median(), min: view.min(), span: view.span(),
      quantiles: [0.05, 0.25, 0.5, 0.9, 1].map((q) => view.quantile(q)),
      at: numbers(cuts.slice(0, 20)).map((cut) => view.share(cut)),
      ranges: Object.fromEntries(ranges.map(([name, range]) => [name, range && { ...range }])),
      best: ids(table, view.best(12)), worst: ids(table, view.worst(12)),
      rows: ids(table, view.rows(50, 10)), histograms: Object.fromEntries(histograms),
      lacks: view.lacks,
    };
  };
"""


@pytest.fixture(scope="module")
def page(engine):
    engine.evaluate(f"() => {{ {ASK} }}")
    return engine


@pytest.fixture(scope="module")
def load(page, files):
    """Puts a population into the page as `tables[name]`."""
    page.evaluate("() => { window.tables = {}; }")

    def load(name, population, **given):
        files[name] = columns(population, **given)
        page.evaluate("async (name) => { tables[name] = await load(name); }", name)

    return load


def columns(population, version=1, whole=False):
    """The population's bytes, as the server sends them."""
    snapshot = Snapshot(1, "a population", version, population, "digits", 90.0, whole=whole)
    return encode(snapshot, tuple(snapshot.population.columns))


# ------------------------------------------------------------------ populations


def draw(name):
    """10,000 distinct networks of a space, as their columns and multiplicities.

    Fitting a line to an AnyNet takes 3 ms: every twentieth has one, the others lack the
    columns, which is a case to test, too.
    """
    lacking = fits.Fit(Line(math.nan, math.nan, math.nan), math.nan)
    found = sample(
        PRESETS[name],
        NETWORKS,
        np.random.default_rng(7),
        {"flops": SPACES[name]},
        resolution=DIGITS.resolution,
        channels=DIGITS.channels,
        classes=DIGITS.classes,
    )
    draws = [replace(draw, fit=lacking) for draw in found.draws]
    draws[::20] = fitted(found.draws[::20])
    names = dict.fromkeys(name for draw in draws for name in draw.parameters)
    drawn = {
        name: np.array([draw.parameters.get(name, np.nan) for draw in draws]) for name in names
    }
    drawn |= {
        name: np.array([float(getattr(draw.complexity, name)) for draw in draws])
        for name in ("flops", "params", "activations")
    }
    drawn |= {
        f"fit_{name}": np.array([getattr(draw.fit.line, name) for draw in draws])
        for name in ("w0", "wa", "wm")
    }
    drawn["e_fit"] = np.array([draw.fit.e_fit for draw in draws])
    return drawn, np.array([draw.multiplicity for draw in draws])


def law(drawn, rng, step):
    """Errors in steps: best near 8 blocks and 250 kF, log-normal noise, a heavy tail."""
    off = np.abs(np.log(drawn["depth"] / 8)) + 0.3 * np.abs(np.log(drawn["flops"] / 250e3))
    noise = rng.lognormal(0, 0.35, off.size) + rng.pareto(3, off.size)
    errors = np.round((3 + 6 * off * noise + 2 * noise) / step) * step
    return np.float32(np.minimum(errors, 100)).astype(float)


def settled(drawn, multiplicity, rng, step):
    """A running population: most measured, some diverged or failed, the last ones pending."""
    n = multiplicity.size
    errors = law(drawn, rng, step)
    errors[rng.random(n) < 0.02] = np.inf
    failures = np.where(rng.random(n) < 0.03, rng.choice(CAUSES, n), "")
    waiting = (np.arange(n) > 0.85 * n) & (rng.random(n) < 0.4)  # the others have finished
    errors[waiting] = np.nan
    failures[waiting] = ""
    return Population.from_columns(
        drawn | {"error": errors, "loss": np.where(errors < 50, errors / 20, np.nan)},
        failures=failures.astype(object),
        multiplicity=multiplicity,
        ids=100 + rng.permutation(n),
        chance=DIGITS.chance,
    )


@pytest.fixture(scope="module")
def populations(load):
    """The two populations by name, in Python and in the page."""
    rng = np.random.default_rng(3)
    regnet, regnet_draws = draw("RegNetX small")
    anynet, _ = draw("AnyNetX_A small")  # hardly any is drawn twice: multiplicities of ours
    both = {
        # As of 597 images: a few hundred different errors.
        "RegNetX small": settled(regnet, regnet_draws, rng, step=100 / 597),
        "AnyNetX_A small": settled(
            anynet, rng.choice([1, 1, 1, 2, 3, 7], NETWORKS), rng, step=0.001
        ),
    }
    for name, population in both.items():
        load(name, population)
    return both


def small(errors, x=None, **given):
    """A population of few networks with a parameter `x`, by default 0, 1, 2 .."""
    x = np.arange(len(errors), dtype=float) if x is None else x
    given = {"ids": np.arange(len(errors)) + 1, "awaits_errors": True} | given
    return Population.from_columns({"error": errors, "x": x}, **given)


# ------------------------------------------------------------------ constraint sets


def random_sets(population, seed):
    """25 constraint sets: none, wide, narrow, ends on stored values, hardly any left."""
    rng = np.random.default_rng(seed)
    names = list(population.columns)
    sets = [{}]
    while len(sets) < SETS:
        few = rng.choice(names, rng.integers(1, 9), replace=False).tolist()
        sets.append({name: random_constraint(population.columns[name], rng) for name in few})
    return sets


def random_constraint(x, rng):
    x = x[np.isfinite(x)]
    levels = np.unique(x)
    if levels.size <= 12 and rng.random() < 0.6:
        some = rng.choice(levels, rng.integers(1, levels.size + 1), replace=False)
        return OneOf(tuple(some.tolist()))
    lo, hi = sorted([rng.uniform(0, 0.3), rng.uniform(0.5, 1)])
    lo, hi = np.quantile(x, [lo, hi], method=rng.choice(["nearest", "linear"])).tolist()
    return Range(
        lo if rng.random() < 0.8 else -math.inf, hi if rng.random() < 0.8 else math.inf
    )


def as_js(constraints):
    return {
        name: {"values": list(c.values)}
        if isinstance(c, OneOf)
        else {"lo": c.lo if c.lo > -math.inf else None, "hi": c.hi if c.hi < math.inf else None}
        for name, c in constraints.items()
    }


def test_a_ray_is_in_the_order_of_its_scales(page, load):
    scales = np.array([4, 0.5, 1, 8, 16, 2])
    error = np.array([20, 40, 35, math.inf, 9, math.nan])
    given = {"error": error, "scale": scales}
    load("ray", Population.from_columns(given, ids=np.arange(10, 16), chance=90))
    ray = "(limit) => ids(tables.ray, tables.ray.view().ray(limit))"
    assert page.evaluate(ray, 200) == [11, 12, 10, 14]
    assert page.evaluate(ray, 3) == []


# ------------------------------------------------------------------ what designspace says


def expected(population, constraints, cuts):
    """What the engine should answer, by designspace and numpy."""
    passing = population.constrained(constraints)
    judged = population.prefix().constrained(constraints)
    results = judged.results()
    curve = edf(results.error, results.multiplicity)
    share = curve(cuts)
    lower, upper = wilson(curve.effective_n * share, curve.effective_n)
    finite = results.by_error().ids[: curve.finite.size]
    return {
        "counts": {
            "n": len(population),
            "passing": len(passing),
            "results": len(results),
            "draws": results.counts.draws,
            "diverged": results.counts.diverged,
            "failed": judged.counts.failed,
            "failedBy": dict(judged.counts.failed_by_cause),
            "pending": len(passing) - len(judged),
        },
        "effective": curve.effective_n,
        "curve": (share, lower, upper),
        "median": curve.median,
        "min": curve.min,
        "span": [curve.finite[0], curve.finite[-1]] if curve.finite.size else None,
        "quantiles": [curve.quantile(q) for q in (0.05, 0.25, 0.5, 0.9, 1)],
        "ranges": best_ranges(results, list(population.columns)),
        "best": finite[:12].tolist(),
        "worst": finite[-12:].tolist(),
        "rows": in_rows(passing)[10:60],
    }


def in_rows(population):
    """Ids best first, then diverged, failed and pending ones."""
    order = np.lexsort((np.arange(len(population)), population.status == 0, population.error))
    return population.ids[order].tolist()


def assert_agrees(answer, population, constraints, cuts):
    """One answer of the engine against `expected`."""
    wanted = expected(population, constraints, cuts)
    counts = dict(answer["counts"])
    assert counts.pop("effective") == pytest.approx(wanted["effective"], rel=1e-12)
    assert counts == wanted["counts"]
    curve = [answer["share"], answer["lower"], answer["upper"]]
    assert np.array(curve) == pytest.approx(np.array(wanted["curve"]), abs=1e-12, nan_ok=True)
    for name in ("median", "min", "quantiles", "span"):
        assert answer[name] == pytest.approx(wanted[name], abs=0, nan_ok=True), name
    assert answer["at"] == pytest.approx(wanted["curve"][0][:20], abs=1e-12, nan_ok=True)
    for name in ("best", "worst", "rows"):
        assert answer[name] == wanted[name], name
    assert_ranges(answer["ranges"], wanted["ranges"])


def assert_ranges(ranges, wanted):
    for name, range in wanted.items():
        if range is None:
            assert ranges[name] is None, name
            continue
        ends = [range.lo, range.median, range.hi]
        found = [ranges[name][end] for end in ("lo", "median", "hi")]
        assert found == np.float32(ends).tolist(), name
        assert ranges[name]["n"] == range.n, name


def assert_histograms(histograms, population, constraints):
    passing = population.constrained(constraints)
    for name, histogram in histograms.items():
        for among, counts in ((population, "all"), (passing, "passing")):
            x = np.float32(among.columns[name])
            inside, _ = np.histogram(x[~np.isnan(x)], histogram["edges"])
            outside = x.size - inside.sum()
            assert histogram[counts] == [*inside, outside], (name, counts)


def ask(page, name, sets, cuts, names, binnings=None):
    """The engine's answers under each constraint set, one view moving through all of them."""
    return page.evaluate(
        """({ name, sets, cuts, names, binnings }) => {
          const view = tables[name].view();
          return sets.map((constraints) => {
            view.apply(constraints);
            return answer(view, cuts, names, binnings);
          });
        }""",
        {
            "name": name,
            "sets": [as_js(constraints) for constraints in sets],
            "cuts": cuts.tolist(),
            "names": names,
            "binnings": binnings or {},
        },
    )


def cuts_of(population, n=512):
    """Cuts across the chart and on some errors themselves: there F is of those below."""
    results = population.prefix().results()
    spaced = edf(results.error).cuts(n)
    on = results.error[np.isfinite(results.error)][:50]
    return np.unique(np.float32(np.append(spaced, on))).astype(float)


@pytest.mark.parametrize("name", SPACES)
def test_the_page_says_what_designspace_says_under_25_random_constraint_sets(
    name, page, populations
):
    population = populations[name]
    sets, cuts = random_sets(population, seed=len(name)), cuts_of(population)
    answers = ask(page, name, sets, cuts, list(population.columns), HISTOGRAMS)
    sizes = []
    for answer, constraints in zip(answers, sets, strict=True):
        assert_agrees(answer, population, constraints, cuts)
        assert_histograms(answer["histograms"], population, constraints)
        sizes.append(answer["counts"]["results"])
    assert sizes[0] > 8_000  # no constraint
    assert len(set(sizes)) > 15
    assert min(sizes) < 500


def test_the_populations_of_these_tests_have_every_kind_of_network(populations):
    for population in populations.values():
        counts = population.counts
        assert counts.n == NETWORKS
        assert min(counts.measured - 8_000, counts.diverged, counts.pending) > 100
        assert set(counts.failed_by_cause) == set(CAUSES)
        assert counts.draws > NETWORKS  # some were drawn more than once
        behind = population.status[len(population.prefix()) :]
        assert (behind >= 2).sum() > 500  # finished, but behind one that is not
        measured = population.error[population.status == 2]
        assert np.unique(measured).size < measured.size  # ties


def test_moving_one_slider_to_and_fro_leaves_the_view_as_if_made_anew(page, populations):
    same = page.evaluate(
        """() => {
          const table = tables["RegNetX small"];
          const constraints = { depth: { lo: 6, hi: 12 }, group_width: { values: [1, 2] } };
          const moved = table.view();
          moved.apply(constraints);
          for (let i = 0; i < 140; i++) {
            moved.setConstraint("wm", { lo: 1.5 + i / 100, hi: 2.9 });
            moved.bestRange("depth");
            for (let k = 0; k < i % 3; k++) moved.histogram(table.bins("wa")); // 0 to 2 times
          }
          moved.setConstraint("wa", { hi: 20 });
          moved.clearConstraint("wm");
          const fresh = table.view();
          fresh.apply({ wa: { lo: null, hi: 20 }, ...constraints });
          const picture = (view) => JSON.stringify([
            view.constraints(), counted(view), numbers(view.rows()), view.bestRange("depth"),
            ...[1, 2].map(() => numbers(view.histogram(table.bins("wa")))), // asked again, too
          ]);
          moved.apply(fresh.constraints());
          return [picture(moved), picture(fresh), moved.counts().passing < table.n];
        }"""
    )
    moved, fresh, fewer = same
    assert sorted(moved) == sorted(fresh)  # the constraints stand in another order
    assert fewer


def test_another_population_takes_the_same_constraints_and_names_the_columns_it_lacks(
    page, populations
):
    constraints = {"depth": Range(5, 9), "wm": Range(2, 2.5), "flops": Range(1e5, 4e5)}
    against = populations["AnyNetX_A small"]
    cuts = cuts_of(against)
    (answer,) = ask(page, "AnyNetX_A small", [constraints], cuts, ["depth"])
    assert answer["lacks"] == ["wm"]
    del constraints["wm"]
    wanted = expected(against, constraints, cuts)
    assert answer["counts"]["passing"] == wanted["counts"]["passing"]
    assert answer["share"] == pytest.approx(wanted["curve"][0], abs=1e-12)


def test_a_column_that_is_lacking_is_no_longer_named_when_its_constraint_is_cleared(
    page, populations
):
    lacks = page.evaluate(
        """() => {
          const view = tables["AnyNetX_A small"].view();
          view.setConstraint("wm", { lo: 2 });
          const before = view.lacks;
          const kept = view.constraints();
          view.reset();
          return [before, kept, view.lacks, view.counts().passing];
        }"""
    )
    assert lacks == [["wm"], {"wm": {"lo": 2, "hi": None}}, [], NETWORKS]


# ------------------------------------------------------------------ small and odd populations


def test_the_band_of_all_networks_is_of_n_of_them_and_has_no_width_at_last(page, load):
    errors = np.append(np.arange(10.0, 40.0), np.full(10, np.nan))
    load("all so far", small(errors), whole=True)
    load("all", small(np.arange(10.0, 50.0)), whole=True)
    asked = """([name, constraints]) => {
      const view = tables[name].view();
      view.apply(constraints);
      const { share, lower, upper } = view.edf(Float64Array.of(20));
      return [view.among, share[0], lower[0], upper[0]];
    }"""
    among, share, lower, upper = page.evaluate(asked, ["all so far", {}])
    limits = wilson(share * endless(30, 40), endless(30, 40))
    assert (among, share) == (40, pytest.approx(1 / 3))
    assert (lower, upper) == pytest.approx(limits)
    # Of x 5 .. 34 those from 30 on are pending; of errors nobody knows who will pass.
    by_column = page.evaluate(asked, ["all so far", {"x": {"lo": 5, "hi": 34}}])
    assert by_column[0] == 30
    by_error = page.evaluate(asked, ["all so far", {"error": {"hi": 35}}])
    assert by_error[0] is None
    assert page.evaluate(asked, ["all", {}]) == [40, 0.25, 0.25, 0.25]


@pytest.mark.parametrize("n", [0, 1, 2, 19, 20, 21])
def test_few_networks_have_a_curve_and_from_20_on_a_best_range(n, page, load):
    errors = np.float32(np.random.default_rng(n).uniform(4, 40, n)).astype(float)
    population = small(errors)
    load(f"few {n}", population)
    cuts = np.linspace(0, 50, 26)
    (answer,) = ask(page, f"few {n}", [{}], cuts, ["x", "error"], {"x": {"count": 4}})
    assert_agrees(answer, population, {}, cuts)
    assert (answer["ranges"]["x"] is None) == (n < 20)
    assert sum(answer["histograms"]["x"]["passing"]) == n


def test_networks_that_lack_a_value_do_not_count_towards_the_20_of_its_best_range(page, load):
    x = np.arange(25.0)
    x[:6] = np.nan
    population = small(np.arange(25.0), x)
    load("lacking", population)
    (answer,) = ask(page, "lacking", [{}], np.arange(3.0), ["x", "error"])
    assert answer["ranges"]["x"] is None
    assert answer["ranges"]["error"]["n"] == 25
    assert_agrees(answer, population, {}, np.arange(3.0))


def test_networks_of_equal_error_share_the_best_range(page, load):
    population = small(np.full(40, 7.5), multiplicity=np.arange(1, 41))
    load("equal", population)
    cuts = np.array([7.0, 7.5, 8.0])
    (answer,) = ask(page, "equal", [{}], cuts, ["x", "error"])
    assert answer["share"] == [0, 0, 1]  # strictly below
    assert answer["ranges"]["x"]["lo"] > 0
    assert_agrees(answer, population, {}, cuts)


def test_where_all_networks_failed_there_is_no_curve_and_the_causes_are_counted(page, load):
    failures = ["crash", "crash", "crash", "time limit"]
    population = small(np.full(4, np.nan), failures=np.array(failures, dtype=object))
    load("failed", population)
    (answer,) = ask(page, "failed", [{}], np.array([1.0, 2.0]), ["x", "error"])
    assert answer["counts"]["failedBy"] == {"crash": 3, "time limit": 1}
    assert np.isnan(answer["share"]).all()
    assert (answer["lower"], answer["upper"]) == ([0, 0], [1, 1])
    assert_agrees(answer, population, {}, np.array([1.0, 2.0]))


def test_where_all_networks_are_pending_they_pass_and_nothing_is_read(page, load):
    population = small(np.full(30, np.nan))
    load("pending", population)
    (answer,) = ask(page, "pending", [{"x": Range(0, 9)}], np.array([1.0]), ["x", "error"])
    assert answer["counts"]["passing"] == answer["counts"]["pending"] == 10
    assert_agrees(answer, population, {"x": Range(0, 9)}, np.array([1.0]))


def test_where_all_networks_diverged_the_median_is_infinite_and_there_is_no_best(page, load):
    population = small(np.full(30, np.inf))
    load("diverged", population)
    (answer,) = ask(page, "diverged", [{}], np.array([50.0]), ["x", "error"])
    assert answer["median"] == answer["min"] == math.inf
    assert answer["best"] == answer["worst"] == []
    assert_agrees(answer, population, {}, np.array([50.0]))


@pytest.mark.parametrize("bound", [2.9, 2.3])  # float32 is a little more, a little less
def test_a_bound_lets_a_stored_value_of_the_same_decimals_pass(bound, page, load):
    near = np.nextafter(np.float32(bound), np.float32([0, 9]))
    population = small(np.arange(4.0), np.array([near[0], bound, near[1], 3.5]))
    load("bound", population)
    sets = [{"x": Range(hi=bound)}, {"x": Range(lo=bound)}, {"x": OneOf((bound,))}]
    answers = ask(page, "bound", sets, np.ones(1), ["x"])
    passing = [answer["counts"]["passing"] for answer in answers]
    assert passing == [len(population.constrained(s)) for s in sets] == [2, 3, 1]


def test_a_network_without_a_value_fails_even_a_range_that_is_open_at_both_ends(page, load):
    population = small(np.arange(4.0), np.array([1, np.nan, 3, np.nan]))
    load("open", population)
    answers = ask(page, "open", [{}, {"x": Range()}, {}], np.ones(1), ["x", "error"])
    assert [answer["counts"]["passing"] for answer in answers] == [4, 2, 4]


def test_a_share_below_an_error_does_not_count_the_networks_of_that_error(page, load):
    # Errors as measured, in doubles, most of which float32 doesn't hold.
    errors = np.sort(np.random.default_rng(0).integers(10, 500, 300)) * 100 / 597
    load("steps", small(errors))
    curve, one_by_one = page.evaluate(
        """(cuts) => {
          const { all } = tables.steps;
          return [numbers(all.edf(cuts).share), cuts.map((cut) => all.share(cut))];
        }""",
        np.unique(errors).tolist(),
    )
    assert curve == one_by_one == pytest.approx(edf(errors)(np.unique(errors)), abs=1e-12)


@pytest.mark.parametrize("n", [20, 49, 100])
def test_a_quantile_is_the_error_of_a_network_also_where_a_share_is_met_exactly(n, page, load):
    population = small(np.arange(float(n)))
    load("quantiles", population)
    shares = [k / n for k in range(n + 1)]
    found = page.evaluate("(qs) => qs.map((q) => tables.quantiles.all.quantile(q))", shares)
    assert found == [edf(population.error).quantile(q) for q in shares]


def test_a_best_range_orders_values_of_either_sign(page, load):
    x = np.array([0.0, -0.0, *np.random.default_rng(1).normal(0, 100, 98)])
    population = small(np.random.default_rng(2).permutation(100) * 0.5, x)
    load("signs", population)
    (answer,) = ask(page, "signs", [{}], np.ones(1), ["x", "error"])
    assert answer["ranges"]["x"]["lo"] < 0 < answer["ranges"]["x"]["hi"]
    assert_agrees(answer, population, {}, np.ones(1))


def test_more_constraints_than_a_row_has_bits_all_count(page, load):
    rng = np.random.default_rng(5)
    many = {f"x{i}": rng.uniform(0, 1, 500) for i in range(45)}
    population = Population.from_columns(
        {"error": np.arange(500) / 5, **many}, ids=np.arange(500)
    )
    load("many", population)
    sets = [{f"x{i}": Range(0, 0.97) for i in range(k)} for k in (30, 31, 32, 45, 33, 5)]
    answers = ask(page, "many", sets, np.ones(1), ["x0"])
    passing = [len(population.constrained(constraints)) for constraints in sets]
    assert [answer["counts"]["passing"] for answer in answers] == passing
    assert len(set(passing)) == 6


@pytest.mark.parametrize(
    "constraint",
    [
        "{ lo: 3, hi: 2 }",
        "{ lo: NaN }",
        "{ lo: Infinity }",
        "{ values: [] }",
        "{ values: [NaN] }",
    ],
)
def test_what_designspace_refuses_is_refused(constraint, page, load):
    load("refusing", small(np.arange(3.0)))
    said = page.evaluate(
        f"""() => {{
          const view = tables.refusing.view();
          try {{ view.setConstraint("x", {constraint}); }} catch (error) {{
            return [error.name, view.counts().passing];
          }}
        }}"""
    )
    assert said == ["RangeError", 3]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-4],
        lambda data: data + b"\0" * 4,
        lambda data: b"",
        lambda data: b"<!doctype html>",
    ],
)
def test_bytes_that_are_incomplete_are_refused(damage, page, files):
    files["damaged"] = damage(columns(small(np.arange(3.0))))
    said = page.evaluate("() => load('damaged').catch((error) => error.message)")
    assert "incomplete" in said


# ------------------------------------------------------------------ what the pictures read


def test_the_stages_of_a_row_are_those_of_its_network_as_built(page, populations):
    population = populations["AnyNetX_A small"]
    found = page.evaluate(
        """() => {
          const table = tables["AnyNetX_A small"];
          return numbers(table.all.best(5)).map((row) => {
            const id = table.id[row];
            return [id, table.steps(row), table.line(row), table.rowOf(id) === row];
          });
        }"""
    )
    place = {id: i for i, id in enumerate(population.ids.tolist())}
    for id, steps, line, found_again in found:
        at = {name: values[place[id]] for name, values in population.columns.items()}
        stages = [[at[f"effective_width_{i}"], at[f"depth_{i}"]] for i in (1, 2, 3)]
        assert steps == stages
        fit = np.float32([at["fit_w0"], at["fit_wa"], at["fit_wm"]])
        assert [line[name] for name in ("w0", "wa", "wm")] == pytest.approx(fit, nan_ok=True)
        assert found_again


def test_a_record_of_a_row_names_its_cause_and_has_null_where_a_number_lacks(page, load):
    population = small(
        np.array([3.5, np.nan]), failures=np.array(["", "crash"], dtype=object), ids=[8, 9]
    )
    load("records", population)
    done, failed = page.evaluate("() => [0, 1].map((row) => tables.records.record(row))")
    assert done["id"] == 8
    assert (done["status"], done["cause"], done["error"]) == ("measured", None, 3.5)
    assert (failed["status"], failed["cause"], failed["error"]) == ("failed", "crash", None)


def test_a_cloud_above_its_limit_is_a_subset_that_keeps_its_networks_as_the_hand_moves(
    page, populations
):
    wide, narrow, all_of_few = page.evaluate(
        """() => {
          const table = tables["RegNetX small"];
          const view = table.view();
          const wide = ids(table, view.cloud(1000));
          view.setConstraint("depth", { lo: 4, hi: 14 });
          const narrow = ids(table, view.cloud(1000));
          view.setConstraint("depth", { lo: 6, hi: 6 });
          return [wide, narrow, numbers(view.cloud(4000)).length];
        }"""
    )
    assert len(set(wide)) == len(set(narrow)) == 1000
    population = populations["RegNetX small"]
    depth = dict(zip(population.ids.tolist(), population.columns["depth"], strict=True))
    still = {id for id in wide if 4 <= depth[id] <= 14}
    assert still <= set(narrow)
    results = population.prefix().constrained({"depth": Range(6, 6)}).results()
    assert all_of_few == results.counts.measured


def test_levels_are_the_different_values_and_their_bins_count_each(page, populations):
    population = populations["RegNetX small"]
    levels, counts, too_many = page.evaluate(
        """() => {
          const table = tables["RegNetX small"];
          const bins = table.bins("group_width", { levels: true });
          return [numbers(table.levels("group_width")), numbers(bins.all), table.levels("wa")];
        }"""
    )
    values, times = np.unique(population.columns["group_width"], return_counts=True)
    assert levels == values.tolist()
    assert counts == [*times, 0]
    assert too_many is None


# ------------------------------------------------------------------ another column judges


def test_networks_judged_by_another_column_are_counted_as_designspace_counts_them(page, files):
    rng = np.random.default_rng(3)
    x = np.where(rng.random(60) < 0.2, np.nan, rng.normal(0, 5, 60))  # negative ones, too
    population = small(rng.uniform(5, 50, 60), x).judged_by("x")
    files["judged"] = columns(population)
    found = page.evaluate(
        """async () => {
          const { all, criterion, judged } = await load("judged");
          return { name: criterion.name, counts: counted(all), median: all.median(),
            best: all.bestRange("error"), least: judged[0] };
        }"""
    )
    results = population.results().by_error()
    assert (found["name"], found["counts"]["results"]) == ("x", len(results))
    assert found["counts"]["failedBy"] == {"no x": int(np.isnan(x).sum())}
    assert found["least"] == pytest.approx(np.nanmin(x), rel=1e-6)
    assert found["median"] == pytest.approx(edf(results.judged).median, rel=1e-6)
    best = best_ranges(results, ["error"])["error"]
    assert found["best"]["median"] == pytest.approx(best.median, rel=1e-6)


# ------------------------------------------------------------------ the selection

TRIANGLE = [2.0, 10.0, 8.0, 10.0, 5.0, 45.0]
"""Corners (x, error) of a lasso."""


def in_triangle(x, error):
    """Left of all three edges, walked round."""
    corners = np.reshape(TRIANGLE, (3, 2))
    inside = np.ones(x.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside &= (bx - ax) * (error - ay) - (by - ay) * (x - ax) > 0
    return inside


@pytest.fixture
def selecting(page, load):
    """A table of 500 networks of which some lack x, and a view of it."""
    rng = np.random.default_rng(11)
    x = np.where(rng.random(500) < 0.1, np.nan, rng.uniform(0, 10, 500)).astype(np.float32)
    error = rng.uniform(5, 50, 500).astype(np.float32)
    load("selecting", small(error.astype(float), x.astype(float)))
    page.evaluate(
        """() => {
          window.selecting = tables.selecting.view();
          window.region = (ranges, lasso = null) => ({
            ranges: new Map(Object.entries(ranges)),
            lasso: lasso && { x: "x", y: "error", logX: false, logY: false, corners: lasso },
          });
          window.selectedIds = () => ids(tables.selecting, selecting.selected()).sort();
        }"""
    )
    return x, error


def selected(page, text):
    """Ids that a region selects, sorted as texts are."""
    return page.evaluate(f"() => {{ selecting.select({text}); return selectedIds(); }}")


def in_order(ids):
    return sorted((int(id) for id in ids), key=str)


def test_a_box_selects_the_networks_inside_both_of_its_ranges(page, selecting):
    x, error = selecting
    inside = (x >= 2) & (x <= 5) & (error >= 10) & (error <= 30)
    found = selected(page, "region({ x: { lo: 2, hi: 5 }, error: { lo: 10, hi: 30 } })")
    assert found == in_order(np.flatnonzero(inside) + 1)


def test_a_lasso_selects_the_networks_inside_it_and_none_that_lacks_a_value(page, selecting):
    inside = in_triangle(*selecting)
    found = selected(page, f"region({{}}, {TRIANGLE})")
    assert 0 < inside.sum() < 500
    assert found == in_order(np.flatnonzero(inside) + 1)


def inside_polygon(corners, x, y):
    """Even-odd, a row a point: how many edges a ray to the right crosses."""
    inside = np.zeros(x.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ay == by:
            continue
        crosses = (ay > y) != (by > y)
        inside ^= crosses & (x < ax + (y - ay) / (by - ay) * (bx - ax))
    return inside


@pytest.mark.parametrize("log", [False, True])
def test_a_lasso_of_any_shape_selects_what_a_ray_finds_inside(page, load, log):
    rng = np.random.default_rng(7)
    n = 20_000
    x = np.where(rng.random(n) < 0.05, np.nan, 10 ** rng.uniform(-1, 3, n)).astype(np.float32)
    error = rng.choice([*range(5, 95), 50.25], n).astype(np.float32)
    load("any shape", small(error.astype(float), x.astype(float)))
    on = np.log10(x.astype(float)) if log else x.astype(float)
    lo, hi = (-1.2, 3.2) if log else (-50.0, 1_100.0)
    for k in range(12):  # crossing themselves, beyond the data, upright, thin
        corners = np.column_stack([rng.uniform(lo, hi, 3 + k), rng.uniform(-5, 110, 3 + k)])
        if k == 5:
            corners = np.array([(on[9], 0.0), (on[9], 100.0), (hi, 100.0), (hi, 0.0)])
        if k == 6:
            corners = np.array([(lo, 50.0), (hi, 50.2), (hi, 50.4)])
        told = corners.copy()
        if log:
            told[:, 0] = 10 ** corners[:, 0]
        found = page.evaluate(
            """([corners, log]) => {
              const table = tables["any shape"];
              const view = table.view();
              const lasso = { x: "x", y: "error", logX: log, logY: false, corners };
              view.select({ ranges: new Map(), lasso });
              return Array.from(view.selected(), (row) => table.id[row]).sort((a, b) => a - b);
            }""",
            [told.ravel().tolist(), log],
        )
        inside = inside_polygon(corners, on, error.astype(float))
        assert found == (np.flatnonzero(inside) + 1).tolist(), k


def test_a_lasso_and_a_range_select_what_lies_in_both(page, selecting):
    x, error = selecting
    found = selected(page, f"region({{ x: {{ lo: 4 }} }}, {TRIANGLE})")
    assert found == in_order(np.flatnonzero(in_triangle(x, error) & (x >= 4)) + 1)


def test_what_is_selected_follows_constraints_and_changes_no_statistic(page, selecting):
    x, error = selecting
    before, after, found, cleared = page.evaluate(
        """() => {
          selecting.setConstraint("error", { lo: 20 });
          const told = () => [selecting.counts().passing, selecting.median(),
            Array.from(selecting.cloud())];
          const before = told();
          selecting.select(region({ x: { hi: 3 } }));
          const after = told();
          const found = selectedIds();
          selecting.select(null);
          return [before, after, found, selecting.selected().length];
        }"""
    )
    assert before == after
    assert found == in_order(np.flatnonzero((x <= 3) & (error >= 20)) + 1)
    assert cleared == 0


def test_of_many_selected_networks_some_are_drawn_and_all_of_them_are_selected(page, selecting):
    drawn, found = page.evaluate(
        """() => {
          selecting.select(region({ x: { lo: 1 } }));
          return [ids(tables.selecting, selecting.selectedCloud(50)), selectedIds()];
        }"""
    )
    assert len(set(drawn)) == 50 < len(found)
    assert set(drawn) <= set(found)


@pytest.mark.parametrize("constraint", [Range(), Range(30.0, math.inf)])
def test_a_figure_for_a_paper_has_the_lines_that_the_page_draws(page, load, constraint):
    rng = np.random.default_rng(5)
    errors = np.where(rng.random(20_000) < 0.1, np.nan, rng.uniform(5, 80, 20_000).round(2))
    population = small(errors, ids=rng.permutation(90_000)[:20_000] + 1)
    load("lines", population)
    drawn = page.evaluate(
        """(lo) => {
          const view = tables.lines.view();
          if (lo > 0) view.setConstraint("error", { lo });
          return ids(tables.lines, view.sample(700));
        }""",
        max(0.0, constraint.lo),
    )
    order = Snapshot(1, "lines", 1, population, "digits", 90.0).best_first
    passes = constraint.mask(population.error) if constraint.lo > 0 else np.full(20_000, True)
    rows = parallel.some(population.ids, order[passes[order]])
    assert drawn == population.ids[rows].tolist()


def test_a_selection_by_a_column_that_the_table_lacks_is_empty(page, selecting):
    assert selected(page, "region({ nothing: { lo: 1 } })") == []


def test_a_selection_waits_for_its_column(page, late):
    before, waits, after = page.evaluate(
        """async () => {
          const view = tables.late.view();
          view.select({ ranges: new Map([["x", { lo: 3, hi: 6 }]]), lasso: null });
          const before = view.selected().length;
          const { waits } = view;
          tables.late.add(await (await fetch("rest")).arrayBuffer());
          view.resume();
          return [before, waits, view.selected().length];
        }"""
    )
    assert (before, waits) == (0, ["x"])
    assert after == len(late.constrained({"x": Range(3, 6)}))


# ------------------------------------------------------------------ columns that come later


@pytest.fixture
def late(page, files):
    """A table whose column x comes later."""
    rng = np.random.default_rng(4)
    population = small(rng.uniform(5, 50, 50), rng.integers(0, 10, 50).astype(float))
    snapshot = Snapshot(1, "late", 1, population, "digits", 90.0)
    files["first"] = encode(snapshot, ("error",))
    files["rest"] = encode(snapshot, ("x",), marks=False)
    files["others"] = encode(replace(snapshot, version=2), ("x",), marks=False)
    page.evaluate("async () => { tables.late = await load('first'); }")
    return population


def test_a_constraint_waits_for_its_column_and_holds_when_it_has_come(page, late):
    before, waits, after, left = page.evaluate(
        """async () => {
          const view = tables.late.view();
          view.setConstraint("x", { lo: 3, hi: 6 });
          const before = view.counts().passing;
          const { waits, lacks } = view;
          tables.late.add(await (await fetch("rest")).arrayBuffer());
          view.resume();
          return [before, [waits, lacks], view.counts().passing, view.waits];
        }"""
    )
    assert (before, waits, left) == (50, [["x"], []], [])
    assert after == len(late.constrained({"x": Range(3, 6)}))


def test_a_column_is_known_before_it_is_here_and_columns_of_other_rows_are_refused(page, late):
    has, here, awaited = page.evaluate(
        "() => [tables.late.has('x'), tables.late.isHere('x'), tables.late.awaited(['x', 'y'])]"
    )
    assert (has, here, awaited) == (True, False, ["x"])
    with pytest.raises(Error, match="of other rows"):
        page.evaluate(
            "async () => tables.late.add(await (await fetch('others')).arrayBuffer())"
        )


@pytest.mark.parametrize("falls", [False, True])
def test_rows_are_sorted_by_a_column_those_that_lack_it_last_and_equal_ones_as_they_stand(
    page, load, falls
):
    rng = np.random.default_rng(5)
    x = np.where(rng.random(200) < 0.1, np.nan, rng.integers(-5, 5, 200) / 2)
    population = small(rng.uniform(5, 50, 200), x)
    load("sorted", population)
    found = page.evaluate(
        "(falls) => ids(tables.sorted, tables.sorted.sorted('x', falls))", falls
    )
    best = np.argsort(population.error, kind="stable")
    key = np.where(np.isnan(x), np.inf, -x if falls else x)[best]
    expected = best[np.argsort(key, kind="stable")]
    assert found == population.ids[expected].tolist()
