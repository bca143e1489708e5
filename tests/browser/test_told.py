"""How often Dash's components are told that something has happened."""

import pytest
from views import full  # noqa: F401  # the fixture

pytestmark = pytest.mark.browser

STORE = """(() => {
  let state = { layout: 0, layoutHashes: 0, paths: 0, callbacks: 0, told: 0 };
  const heard = new Set();
  const store = {
    getState: () => state,
    subscribe(listener) { heard.add(listener); return () => heard.delete(listener); },
    set(part) {
      state = { ...state, [part]: state[part] + 1 };
      for (const one of heard) one();
    },
  };
  it.tellLess(store);
  let told = 0;
  const stop = store.subscribe(() => { told += 1; });
  const later = () => new Promise((after) => setTimeout(after));
"""
"""What happened in a part of a store like Redux's, and how often a component heard of it."""


def test_a_component_hears_of_the_layout_at_once(module):
    heard = "for (let i = 0; i < 3; i += 1) store.set('layout'); return told; })()"
    assert module("base/told.mjs", STORE + heard) == 3


def test_a_component_hears_once_of_all_else_that_happens_at_once_and_never_of_callbacks(module):
    heard = """return (async () => {
        store.set("callbacks");
        await later();
        const none = told;
        for (let i = 0; i < 1000; i += 1) store.set(i % 2 ? "layoutHashes" : "paths");
        const sync = told;
        await later();
        const once = told;
        store.set("paths");
        store.set("layout");
        await later();
        return [none, sync, once, told];
      })(); })()"""
    assert module("base/told.mjs", f"await {STORE}{heard}") == [0, 0, 1, 2]


def test_what_a_component_does_when_it_hears_is_heard_of_too(module):
    heard = """let left = 2;
      store.subscribe(() => { if (left) { left -= 1; store.set("paths"); } });
      return (async () => {
        store.set("layout");
        await later();
        return [left, told];
      })(); })()"""
    assert module("base/told.mjs", f"await {STORE}{heard}") == [0, 3]


def test_who_has_gone_hears_nothing(module):
    heard = """return (async () => {
        store.set("paths");
        stop();
        await later();
        return told;
      })(); })()"""
    assert module("base/told.mjs", f"await {STORE}{heard}") == 0


def test_dash_tells_its_components_by_what_hears_less(windows, full):  # noqa: F811  # the fixture
    with windows.lent(full) as window:
        page = window.new_page()
        page.goto(f"{full.url}/app/account")
        page.locator("#account-who h2").wait_for(timeout=60_000)
        listeners = page.evaluate(
            """async () => {
              const { href } = document.querySelector("link[href$='/base/told.mjs']");
              return (await import(href)).listeners.size;
            }"""
        )
        assert listeners == 1, "that of the components; Dash's own hears of all"
