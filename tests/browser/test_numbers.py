"""Python and the browser write a number alike: columns/numbers.py and base/format.mjs."""

import math

import numpy as np
import pytest

from columns import numbers

pytestmark = pytest.mark.browser

HALVES = [
    0.25,
    0.35,
    0.05,
    0.15,
    1.005,
    2.675,
    1.45,
    0.125,
    0.375,
    2.5,
    3.5,
    0.5,
    12.345,
    99.95,
]
HARD = [0.0, -0.0, 0.04, 1e-7, 5e-324, 0.1 + 0.2, 1 / 3, 999.5, 999_999.995, 1234567.891]
HARD += [
    1e15,
    123456789012345.6,
    2.0**53 + 2,
    1e21,
    1.7976931348623157e308,
    float(np.float32(0.1)),
]
LACKING = [math.nan, math.inf, -math.inf]
DECIMALS = range(5)

WRITE = """async (cases) => {
  const { fixed, percent } = await import("/assets/base/format.mjs");
  const read = { NaN, Infinity, "-Infinity": -Infinity };
  return cases.map(([text, decimals]) => {
    const x = read[text] ?? Number(text);
    return [fixed(x, decimals), percent(x, decimals)];
  });
}"""


def written(page, cases):
    """Each number as `fixed` and `percent` of the browser write it."""
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    texts = [(repr(x), decimals) for x, decimals in cases]
    return page.evaluate(WRITE, [[names.get(text, text), n] for text, n in texts])


def test_python_and_the_browser_write_the_same_text_of_a_number(browser, site):
    page = browser.new_page()
    page.goto(site)
    rng = np.random.default_rng(0)
    drawn = [*(rng.integers(0, 20_000, 300) / 200), *rng.normal(0, 1e4, 300)]
    values = [*HALVES, *HARD, *drawn, *LACKING]
    cases = [(sign * float(x), n) for x in values for sign in (1, -1) for n in DECIMALS]
    own = [[numbers.fixed(x, n), numbers.percent(x, n)] for x, n in cases]
    different = [
        (case, python, browser)
        for case, python, browser in zip(cases, own, written(page, cases), strict=True)
        if python != browser
    ]
    page.close()
    assert different == []
