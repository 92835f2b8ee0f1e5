"""How the run is summed up, and who signs in."""

import pytest

from vitae import UPN


@pytest.fixture(autouse=True)
def signs_in(monkeypatch):
    """Whom the browser chooses."""
    monkeypatch.setenv("VITAE_SIGNS_IN", UPN)


def pytest_terminal_summary(terminalreporter):
    count = {outcome: len(terminalreporter.stats.get(outcome, [])) for outcome in ("passed", "failed", "error")}
    terminalreporter.write_line(f"{count['passed']} passed, {count['failed'] + count['error']} failed")
