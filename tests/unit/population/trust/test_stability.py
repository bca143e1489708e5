"""Rankings trained twice, against scipy and brute force; noise against spread by simulation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, multivariate_normal, norm, rankdata, spearmanr

from population.basics.shares import clopper_pearson
from population.trust.correlation import in_order, inversions, mid_ranks, spearman
from population.trust.noise import intraclass, over_seeds, robust_ratio, seed_noise
from population.trust.stability import (
    best_found_again,
    found_again,
    stability,
)

INF = math.inf
error = st.integers(0, 6).map(float) | st.just(INF)  # ties are the rule
pairs_of_errors = st.lists(st.tuples(error, error), min_size=5, max_size=14)


def rng(seed=0):
    return np.random.default_rng(seed)


def correlated(seed, n, rho):
    r = rng(seed)
    x = r.normal(size=n)
    return x, rho * x + math.sqrt(1 - rho**2) * r.normal(size=n)


def finite(errors):
    """+inf as any number above the others: the rank is the same."""
    return np.where(np.isinf(errors), 99.0, errors)


@settings(max_examples=25)
@given(pairs_of_errors)
def test_rho_is_scipy_s(pairs):
    x, y = np.array(pairs).T
    found = spearman(x, y, rng())
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found.reason == "all errors of a training are equal"
    else:
        assert found.value == pytest.approx(spearmanr(finite(x), finite(y)).statistic)
        assert found.lo <= found.value <= found.hi


@given(pairs_of_errors)
def test_pairs_in_order_are_counted_ties_half(pairs):
    x, y = np.array(pairs).T
    found = in_order(x, y)
    if found.reason is None:
        kept = [
            0.5 if a == c or b == d else float((a < c) == (b < d))
            for (a, b), (c, d) in itertools.combinations(pairs, 2)
        ]
        assert found.value == pytest.approx(np.mean(kept))
        assert 0 <= found.lo <= found.value <= found.hi <= 1


@pytest.mark.parametrize("n", [5, 100, 20_000])
def test_without_ties_tau_is_scipy_s(n):
    x, y = correlated(n, n, 0.6)
    assert 2 * in_order(x, y).value - 1 == pytest.approx(kendalltau(x, y).statistic)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40))
def test_inversions_are_pairs_out_of_order(values):
    expected = sum(a > b for a, b in itertools.combinations(values, 2))
    assert inversions(np.array(values)) == expected


@given(st.lists(st.integers(0, 9), min_size=1))
def test_mid_ranks_are_scipy_s(values):
    assert mid_ranks(np.array(values)) == pytest.approx(rankdata(values))


@settings(max_examples=25)
@given(pairs_of_errors, st.randoms())
def test_order_and_rising_functions_change_nothing(pairs, random):
    x, y = np.array(pairs).T
    a, b = np.array(random.sample(pairs, len(pairs))).T
    plain, other = stability(x, y, rng()), stability(np.exp(a / 3) + 2, b**3 + 7, rng())
    for name in ("spearman", "in_order", "found"):
        one, two = getattr(plain, name), getattr(other, name)
        assert two.value == pytest.approx(one.value, nan_ok=True)
        assert two.reason == one.reason
    if not plain.spearman.method.endswith(
        "bootstrap"
    ):  # bootstrapped draws depend on the order
        assert other.spearman.lo == pytest.approx(plain.spearman.lo, nan_ok=True)


def test_the_interval_of_bonett_and_wright():
    x, y = correlated(5, 12, 0.4)
    found = spearman(x, y, rng())
    r, se = found.value, math.sqrt((1 + found.value**2 / 2) / 9)
    assert abs(r) <= 0.7
    ends = math.tanh(math.atanh(r) - 1.959964 * se), math.tanh(math.atanh(r) + 1.959964 * se)
    assert (found.lo, found.hi) == pytest.approx(ends, abs=1e-6)


def test_a_high_rho_is_bootstrapped_too_and_a_perfect_one_has_one_end():
    x, y = correlated(1, 100, 0.99)
    found = spearman(x, y, rng())
    assert found.method == "Spearman, outer ends of Bonett-Wright and bootstrap"
    assert found.lo < found.value < found.hi < 1
    assert found == spearman(x, y, rng())  # the same seed
    for n in (5, 30):
        up, down = spearman(x[:n], x[:n], rng()), spearman(x[:n], -x[:n], rng())
        assert (up.value, up.hi) == (pytest.approx(1), 1)
        assert 0 < up.lo < 1
        assert (down.lo, down.hi) == (-1, pytest.approx(-up.lo))
        pairs = in_order(x[:n], x[:n])
        assert (pairs.value, pairs.hi) == (1, 1)
        assert 0.5 < pairs.lo < 1


@pytest.mark.parametrize(("rho", "n"), [(0.4, 12), (0.4, 100)])
def test_the_intervals_cover_the_truth(rho, n):
    # Of a normal law: Spearman's rho is 6/pi asin(rho/2), tau is 2/pi asin(rho).
    true_rho = 6 / math.pi * math.asin(rho / 2)
    in_pairs = (1 + 2 / math.pi * math.asin(rho)) / 2
    covered = np.zeros(2)
    for seed in range(150):
        x, y = correlated(seed, n, rho)
        a, b = spearman(x, y, rng(seed)), in_order(x, y)
        covered += [a.lo <= true_rho <= a.hi, b.lo <= in_pairs <= b.hi]
    assert (covered >= 136).all()  # nominal 142.5, sd 2.7


def test_the_interval_of_a_very_high_rho_covers_it():
    # Bonett and Wright's alone covers .91 of 12 networks: from r = .9 it doesn't reach .98.
    true_rho = 6 / math.pi * math.asin(0.98 / 2)
    covered = 0
    for seed in range(25):
        found = spearman(*correlated(seed, 12, 0.98), rng(seed))
        covered += found.lo <= true_rho <= found.hi
    assert covered >= 22  # nominal 23.75


@pytest.mark.parametrize(("n", "rho"), [(12, 0.9), (12, 0.98), (20, 0.99), (40, 0.95)])
def test_the_share_of_pairs_in_order_is_covered_where_few_are_out_of_order(n, rho):
    true = 0.5 + math.asin(rho) / math.pi
    covered = 0
    for seed in range(200):
        found = in_order(*correlated(seed, n, rho))
        covered += found.lo <= true <= found.hi
    assert covered >= 184  # nominal 190, sd 3.1


def test_a_high_rho_may_be_that_of_the_failures():
    # Networks that work are ranked at random; those that don't are bad both times.
    r = rng(4)
    bad = np.arange(200) % 2 == 0
    x, y = r.uniform(5, 6, 200) + 50 * bad, r.uniform(5, 6, 200) + 50 * bad
    found = stability(x, y, rng())
    assert found.spearman.lo > 0.5
    assert found.spearman_best.n == 20
    assert found.spearman_best.lo < 0 < found.spearman_best.hi
    assert found.in_order_best.lo < 0.5 < found.in_order_best.hi


def test_how_many_of_the_best_tenth_are_in_the_best_third():
    y = np.arange(60.0)
    x = y.copy()
    x[[0, 1]] = 30.5, 31.5  # two of the best six fall out of the first twenty
    found = stability(x, y, rng())
    assert found.found.value == pytest.approx(4 / 6)
    assert found.found_by_chance == pytest.approx(1 / 3)
    lower, upper = clopper_pearson(4, 6)
    assert (found.found.lo, found.found.hi) == pytest.approx((float(lower), float(upper)))


@pytest.mark.parametrize(("n", "best"), [(9, 1), (12, 1), (19, 1), (20, 2), (59, 5)])
def test_the_best_tenth_is_no_more_than_a_tenth_and_the_answer_says_how_many(n, best):
    found = stability(np.arange(n), np.arange(n), rng())
    assert found.found.n == best
    assert found.found.method.startswith(f"best {best} of {n} in the best {-(-n // 3)},")
    assert (found.found.value, found.found.hi) == (1, 1)
    assert found.found.lo == pytest.approx(0.025 ** (1 / best))


def test_a_share_that_ties_leave_open_has_the_ends_of_whole_counts():
    # The best of eight is one of four that tie for the three places of the best third.
    x, y = np.array([1, 1, 1, 1, 2, 3, 4, 5.0]), np.arange(8.0)
    found = stability(x, y, rng()).found
    assert (found.value, found.n) == (pytest.approx(3 / 4), 1)
    assert (found.lo, found.hi) == (0, 1)


def test_diverged_networks_are_never_among_the_best():
    # Three of 60 learn the second time: the best tenth is these three.
    y = np.append([10.0, 11.0, 12.0], np.full(57, INF))
    found = stability(np.arange(60.0), y, rng())
    assert (found.found.value, found.found.n) == (1, 3)
    assert found.spearman_best.n == found.in_order_best.n == 3
    assert found.spearman_best.reason == "3 networks; a ranking needs 5"
    # Were all tied for the best, a good ranking of the rest would be called one of the best.
    assert stability(np.arange(60.0), np.full(60, INF), rng()).spearman_best.n == 0


@pytest.mark.parametrize("n", [11, 12, 21, 60])
def test_the_share_of_the_best_that_are_found_again_is_covered(n):
    # P(X in its best third | Y in its best tenth) of normal errors with rho .95.
    law = multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]])
    true = law.cdf([norm.ppf(1 / 3), norm.ppf(1 / 10)]) / (1 / 10)
    covered = 0
    for seed in range(300):
        found = best_found_again(*correlated(seed, n, 0.95))
        covered += found.lo <= true <= found.hi
    assert covered >= 276  # nominal 285, sd 3.8


@settings(max_examples=12)
@given(st.lists(st.tuples(error, error), min_size=4, max_size=8))
def test_across_a_cut_the_tied_are_found_as_often_as_when_ties_are_drawn(pairs):
    x, y = np.array(pairs).T
    found = found_again(x, y, 2, 3)
    if found.reason is None:
        r = rng(0)
        draws = []
        for _ in range(400):
            best_y = np.lexsort((r.random(x.size), y))[:2]
            best_x = np.lexsort((r.random(x.size), x))[:3]
            draws.append(np.isin(best_y, best_x).mean())
        assert found.value == pytest.approx(np.mean(draws), abs=0.1)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 30])
@pytest.mark.parametrize("value", [5.0, INF])
def test_few_tied_and_diverged_networks_never_raise(n, value):
    found = stability(np.full(n, value), np.arange(n), rng())
    assert found.n == n
    assert found.spearman.reason
    assert found.in_order.reason
    assert found.found.reason
    noise = seed_noise(np.full((n, 2), value), rng(), chance=90, draws=9)
    assert noise.ratio.reason
    assert math.isnan(noise.reliability.value)


def test_networks_without_one_of_the_errors_are_left_out_and_counted():
    x, y = correlated(2, 40, 0.7)
    x[3], y[5] = math.nan, math.nan
    found = stability(x, y, rng())
    assert (found.n, found.lacking) == (38, 2)
    keep = ~np.isnan(x + y)
    assert found.spearman.value == pytest.approx(spearmanr(x[keep], y[keep]).statistic)
    with pytest.raises(ValueError, match="same networks"):
        stability([1.0], [1.0, 2.0], rng())


def test_large_populations_have_intervals_of_their_own_size():
    x, y = correlated(6, 20_000, 0.95)
    found = spearman(x, y, rng())
    # The delta method for a normal law: sd of rho about 1.06 (1 - rho^2) / sqrt(n).
    assert found.hi - found.lo == pytest.approx(2 * 1.96 * 1.06 * 0.1 / 141, rel=0.4)


# noise


def seeds_of(seed, n, k, ratio):
    """Log-normal errors: sd `ratio` around networks, sd 1 between trainings."""
    r = rng(seed)
    true = r.normal(0, math.sqrt(1 - ratio**2), (n, 1))
    return 30 * np.exp(0.2 * (true + r.normal(0, ratio, (n, k))))


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_the_ratio_of_a_normal_law_is_the_one_put_in(k, ratio):
    found = seed_noise(seeds_of(k, 4_000, k, ratio), rng(), chance=90, draws=20)
    assert found.ratio.value == pytest.approx(ratio, rel=0.06)
    assert found.reliability.value == pytest.approx(1 - ratio**2, abs=0.03)
    assert found.reliability.lo < found.reliability.value < found.reliability.hi
    assert (found.n, found.seeds, found.lacking, found.at_chance) == (4_000, k, 0, 0)


@pytest.mark.parametrize("k", [2, 3])
def test_reliability_is_what_two_trainings_correlate_by_though_noise_grows_with_the_error(k):
    # As trainings do: networks of a large error differ more from seed to seed.
    r = rng(k)
    true = r.exponential(0.3, (3_000, 1))
    logs = true + 0.5 * true * r.normal(size=(3_000, k))
    found = seed_noise(30 * np.exp(logs), rng(), chance=1e9, draws=50)
    correlation = np.corrcoef(logs[:, 0], logs[:, 1])[0, 1]
    assert found.reliability.value == pytest.approx(correlation, abs=0.04)
    assert found.reliability.value < 1 - found.ratio.value**2 - 0.05  # robust scales miss it


def test_reliability_is_the_intraclass_correlation_of_shrout_and_fleiss():
    # Their table 2: six targets, four judges; ICC(1,1) = .17.
    judged = [
        [9, 2, 5, 8],
        [6, 1, 3, 2],
        [8, 4, 6, 8],
        [7, 1, 2, 6],
        [10, 5, 6, 9],
        [6, 2, 4, 7],
    ]
    assert float(intraclass(np.array(judged, float))) == pytest.approx(0.17, abs=0.005)


@pytest.mark.parametrize("tails", [None, 4])
def test_the_interval_of_reliability_covers_it(tails):
    covered = 0
    for seed in range(100):
        r = rng(seed)
        true = r.normal(size=(20, 1)) if tails is None else r.standard_t(tails, (20, 1))
        spread = 1 if tails is None else math.sqrt(tails / (tails - 2))
        e = np.exp(0.2 * (true / spread + 0.5 * r.normal(size=(20, 3))))
        found = seed_noise(e, rng(seed), chance=1e9, draws=99).reliability
        covered += found.lo <= 1 / 1.25 <= found.hi
    assert covered >= 88  # nominal 95, sd 2.2


def test_the_ratio_by_its_definition():
    logs = np.log(seeds_of(7, 9, 2, 0.5))
    noise = 1.4826022185 * np.median(abs(logs[:, 0] - logs[:, 1])) / math.sqrt(2)
    low, high = np.percentile(logs, [25, 75])
    assert robust_ratio(logs) == pytest.approx(noise / ((high - low) / 1.3489795))


def test_its_interval_covers_the_truth_from_20_networks_on():
    covered = 0
    for seed in range(100):
        found = seed_noise(seeds_of(seed, 20, 2, 0.4), rng(seed), chance=1e9, draws=80).ratio
        covered += found.lo <= 0.4 <= found.hi
    assert covered >= 89  # nominal 95, sd 2.2
    few = seed_noise(seeds_of(0, 19, 2, 0.4), rng(), chance=1e9)
    assert few.ratio.reason == "19 networks; an interval needs 20"
    assert few.ratio.value > 0
    assert math.isnan(few.reliability.lo)


def test_failures_do_not_make_the_noise_look_small():
    errors = seeds_of(8, 200, 2, 0.5)
    errors[:20] = INF  # a tenth diverges from either seed
    found = seed_noise(errors, rng(), chance=90, draws=20)
    assert found.ratio.value == pytest.approx(0.5, abs=0.12)
    assert found.at_chance == 40
    logs = np.log(np.where(np.isinf(errors), 90, errors))
    assert np.corrcoef(logs.T)[0, 1] > 0.9  # 1 - .5^2 = .75 without the failures


def test_a_network_that_lacks_a_seed_is_left_out():
    errors = seeds_of(9, 30, 2, 0.5)
    errors[4, 1] = math.nan
    found = seed_noise(errors, rng(), chance=90)
    assert (found.n, found.lacking) == (29, 1)
    with pytest.raises(ValueError, match="seeds >= 2"):
        seed_noise(errors[:, :1], rng(), chance=90)


def test_the_mean_over_seeds_is_of_the_seeds_that_a_network_has():
    means, seeds = over_seeds([[4, 6, 8], [4, 6, math.nan], [5, INF, 6], [math.nan] * 3])
    assert means.tolist()[:3] == [6, 5, INF]  # one training that diverged makes it so
    assert math.isnan(means[3])
    assert seeds.tolist() == [3, 2, 3, 0]


def test_noise_is_told_in_each_third_of_the_errors():
    # ln e of a network is evenly between 1 and 4, and its noise .1, .2, .3 in the three units.
    true = np.linspace(1, 4, 3_001)[:-1, None]
    noise = 0.1 * np.floor(true)
    found = seed_noise(np.exp(true + noise * rng().normal(size=(3_000, 2))), rng(), chance=1e9)
    for at, (part, low) in zip(found.by_error, [(0.1, 1), (0.2, 2), (0.3, 3)], strict=True):
        assert at.noise.value == pytest.approx(part, rel=0.15)
        assert at.noise.lo < at.noise.value < at.noise.hi
        assert at.noise.n == 1_000
        assert math.log(at.lower) == pytest.approx(low, abs=0.35)
        assert math.log(at.upper) == pytest.approx(low + 1, abs=0.5)


def test_noise_by_error_covers_what_is_equal_everywhere_and_says_where_there_is_too_little():
    covered = 0
    for seed in range(40):
        found = seed_noise(seeds_of(seed, 60, 2, 0.4), rng(seed), chance=1e9, draws=99)
        covered += sum(at.noise.lo <= 0.2 * 0.4 <= at.noise.hi for at in found.by_error)
    assert covered >= 106  # of 120: nominal 114, sd 2.4
    few = seed_noise(seeds_of(0, 20, 3, 0.4), rng(), chance=1e9).by_error
    assert [at.noise.n for at in few] == [7, 7, 6]
    assert few[0].noise.reason == "7 networks; an interval needs 20"
    assert seed_noise(seeds_of(0, 8, 2, 0.4), rng(), chance=1e9).by_error == ()
