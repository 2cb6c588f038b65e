"""The services under test, and the record of what each requirement's tests came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Service, serving

from tests.conformance.deployment import Deployment, deployed
from tests.conformance.ehr import ehr
from tests.conformance.report import Outcome, write_report

_FOLDER = Path(__file__).parent


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service without clients configured: open, and reachable from this machine alone."""
    with serving(tmp_path_factory.mktemp("open") / "log") as running:
        yield running


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A service with clients configured, as a hospital runs it."""
    with deployed(tmp_path_factory.mktemp("deployed"), ehr()) as running:
        yield running


def pytest_configure(config: pytest.Config) -> None:
    """Keep the outcomes."""
    config.stash[_OUTCOMES] = defaultdict(list)


_OUTCOMES = pytest.StashKey[dict[str, list[Outcome]]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note what the tests of each requirement came to."""
    report: pytest.TestReport = yield  # type: ignore[misc]
    decided = report.when == "call" or report.outcome != "passed"
    if decided and _FOLDER in item.path.parents:
        name = item.originalname if isinstance(item, pytest.Function) else item.name
        outcome = Outcome(item.path.name, name, report.outcome)
        for marker in item.iter_markers("requirement"):
            for requirement in marker.args:
                item.config.stash[_OUTCOMES][requirement].append(outcome)
    return report  # type: ignore[return-value]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write docs/conformance.md where that was asked for."""
    if session.config.getoption("--conformance"):
        write_report(session.config.stash[_OUTCOMES])
