"""Long tests: what they measured is told at the end, and in one line each what can't run."""

import pytest


@pytest.fixture
def measured(record_property):
    """Tell a number that the documents may repeat."""
    return lambda text: record_property("measured", text)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in report.user_properties:
                if name == "measured" and report.when == "call":
                    terminalreporter.write_line(f"measured: {text}")
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        said = str(reason).removeprefix("Skipped: ")
        terminalreporter.write_line(f"NOT RUN: {report.nodeid}: {said}")
