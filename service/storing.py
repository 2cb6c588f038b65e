"""The store and what works with it, put together from the settings."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import mkdtemp

from service.cds.feedback import Feedback
from service.settings import Settings
from service.store.aside import Aside
from service.store.comments import read_comments
from service.store.errors import StoreAwayError
from service.store.feedback import FeedbackKeeper
from service.store.figures import Figures, figures
from service.store.gathering import Gathering
from service.store.likeness import SharedLikeness
from service.store.metrics import CONTENT_TYPE, metrics
from service.store.overridden import Overridden
from service.store.recorder import StoreRecorder
from service.store.store import Store
from service.store.tallies import Tallies, read_tallies
from service.trust.gate import Caller
from service.web.figures import Sources

_SETTLE_SECONDS = 1.0
_BEFORE_FEEDBACK_SECONDS = 0.25

log = logging.getLogger(__name__)


class NoPlaceError(StoreAwayError):
    """Feedback of a client where nothing is kept beyond a restart."""


@dataclass
class Taken:
    """How often feedback was taken in this process."""

    times: int = 0


@dataclass(frozen=True)
class Storing:
    """All that calls, feedback and pages need of the store.

    Attributes:
        lasting: whether what is kept outlives the service.
    """

    store: Store
    keeper: FeedbackKeeper
    lasting: bool
    gathering: Gathering
    aside: Aside = field(default_factory=Aside)
    taken: Taken = field(default_factory=Taken)

    @property
    def recorder(self) -> StoreRecorder:
        """Keeps calls."""
        return StoreRecorder(self.gathering)

    @property
    def likeness(self) -> SharedLikeness:
        """Knows repeats."""
        return SharedLikeness(self.store)

    def ask(self) -> None:
        """Whether the store answers.

        Raises:
            StoreAwayError: it does not, or not in time.
        """
        self.aside.do(self.store.reachable)

    def overridden(self, hours: int) -> Overridden:
        """Knows what was overridden within some hours."""
        return Overridden(self.store, self.aside, hours, lambda: self.taken.times)

    def keep(self, caller: Caller, service: str, batch: Sequence[Feedback]) -> None:
        """Keep feedback, if need be until the service ends.

        Raises:
            StoreAwayError: it is not kept.
        """
        if caller.client and not self.lasting:
            raise NoPlaceError
        # First the cards that it is about, so that what was overridden is known at once.
        self.gathering.settle(_BEFORE_FEEDBACK_SECONDS)
        self.keeper.keep(caller, service, batch)
        self.taken.times += 1


def open_store(settings: Settings) -> Store:
    """The store that is configured.

    Raises:
        StoreUnusableError: none is, or it cannot be used.
    """
    return Store(lasting_place(settings) or _temporary())


def lasting_place(settings: Settings) -> str | None:
    """Where what is kept outlives the service: the database that is set, else the state folder."""
    if settings.database or not settings.state_folder:
        return settings.database
    return f"sqlite:///{Path(settings.state_folder).resolve() / 'feedback.sqlite'}"


def storing(settings: Settings) -> Storing:
    """Everything with the store, made ready if it answers.

    A database that is away keeps nobody from advice: the service starts without it.

    Raises:
        StoreUnusableError: it is set up wrongly.
    """
    store, lasting = open_store(settings), lasting_place(settings) is not None
    comments = read_comments(settings.comment_key_file)
    if settings.clients and not lasting:
        log.error(
            "no database or state_folder is configured: feedback of clients is refused with 503"
        )
    try:
        store.make_ready()
    except StoreAwayError:
        log.error("the store is away: calls are answered and not recorded, feedback gets 503")
    return Storing(store, FeedbackKeeper(store, comments), lasting, Gathering(store))


def sources(kept: Storing) -> Sources:
    """Where the operators' page has its figures from; of this process, up to the present."""
    store = kept.store

    def tallies(since: date) -> Tallies:
        kept.gathering.settle(_SETTLE_SECONDS)
        return read_tallies(store, since)

    def fates(since: datetime) -> Figures:
        kept.gathering.settle(_SETTLE_SECONDS)
        return figures(store, since)

    def measured() -> tuple[bytes, str]:
        kept.gathering.settle(_SETTLE_SECONDS)
        return metrics(store), CONTENT_TYPE

    return Sources(
        tallies=tallies,
        figures=fates,
        metrics=measured,
        today=lambda: store.clock().date(),
    )


def _temporary() -> str:
    """A file that worker processes share, deleted by the process that made it."""
    folder = mkdtemp(prefix="liver-response-")
    atexit.register(_remove, folder, os.getpid())
    return f"sqlite:///{Path(folder) / 'store.sqlite'}"


def _remove(folder: str, of_process: int) -> None:
    if os.getpid() == of_process:
        shutil.rmtree(folder, ignore_errors=True)
