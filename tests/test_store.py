"""The store, on SQLite and on PostgreSQL: what is kept of calls and feedback, and for how long."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import orjson
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgres import PostgreSQL
from sqlalchemy import Table, func, select

from rules.assessment import RulebookId
from service.cds.answer import Said
from service.cds.feedback import Feedback, Reaction, Reason
from service.cds.speaking import Indicator
from service.record.call_record import CallRecord, Conclusion, IssuedCard
from service.store.aside import Aside
from service.store.comments import LONGEST, Comments, new_key, read_comments
from service.store.engines import Use, read_address
from service.store.errors import StoreAwayError, StoreUnusableError
from service.store.export import COLUMNS, exported, write_csv, write_ndjson
from service.store.feedback import FeedbackKeeper
from service.store.figures import NO_REASON, figures
from service.store.gathering import NO_SERVICE, Gathering
from service.store.overridden import Overridden
from service.store.recorder import StoreRecorder
from service.store.retention import purge, purge_daily
from service.store.store import Store
from service.store.tables import feedback, issued_card, metadata
from service.store.tallies import read_tallies
from service.store.upgrading import locked, status
from service.trust.gate import ANYBODY

SIGN = "liver-response-order-sign"
UUID = "3f2b8c1e-5f0a-4a57-9d3c-0d8a4f6f1f10"
EVER = datetime(2000, 1, 1, tzinfo=timezone.utc)
COMMENT = "Mrs Doe from ward 7"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 20, 10, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return str(request.getfixturevalue("postgresql").database())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(address: str, clock: Clock) -> Iterator[Store]:
    made = Store(address, clock)
    yield made
    made.close()


def call(at: datetime, uuid: str = UUID, **members: object) -> CallRecord:
    """A call of somebody on this machine that was answered with one card."""
    conclusion = Conclusion(
        grade="TREATMENT_EFFECT_SUPPORTED",
        because="G4",
        rules=("P1", "C2"),
        rulebook=RulebookId("1.0.0", "abc"),
        input_hash="0f",
        likeness="alike",
    )
    card = IssuedCard(uuid, "TreatmentEffectSupported", "warning", ("s1", "s2"))
    whole = CallRecord(at, SIGN, 200, "anybody", conclusion=conclusion, cards=(card,))
    states = {"imaging": "present", "markers": "absent"}
    record = replace(whole, states=states, milliseconds={"whole": 12.0})
    return replace(record, **members)  # type: ignore[arg-type]


def record(store: Store, *calls: CallRecord) -> None:
    gathering = Gathering(store)
    for one in calls:
        StoreRecorder(gathering)(one)
    gathering.settle(30)


def tell(store: Store, *entries: Feedback, comments: Comments | None = None) -> None:
    FeedbackKeeper(store, comments or Comments()).keep(ANYBODY, SIGN, entries)


def overridden(at: datetime, card: str = UUID, **members: object) -> Feedback:
    reason = Reason("urn:liver-response-cds:override", "Toxicity")
    entry = Feedback(card, Reaction.OVERRIDDEN, at, reason=reason, comment=COMMENT)
    return replace(entry, **members)  # type: ignore[arg-type]


def count_of(store: Store, table: Table) -> int:
    with store.transaction(Use.AT_LEISURE) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def number(store: Store) -> int:
    return count_of(store, feedback)


def heard(store: Store, likeness: str = "alike") -> frozenset[Said]:
    return Overridden(store, Aside(wait=30), 24)(likeness)


def test_the_migrations_make_exactly_the_tables_that_are_used(store: Store) -> None:
    store.make_ready()
    with store.transaction(Use.AT_LEISURE) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_several_that_start_at_once_make_the_tables_once_and_share_one_secret(address: str) -> None:
    stores = [Store(address) for _ in range(6)]
    threads = [threading.Thread(target=store.make_ready) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {store.secret for store in stores} == {stores[0].secret} != {None}
    assert status(stores[0].url).current
    for store in stores:
        store.close()


def test_a_store_of_a_newer_version_is_not_touched(address: str) -> None:
    store = Store(address)
    store.make_ready()
    with locked(store.url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnusableError, match="newer version"):
        Store(address).make_ready()
    store.close()


def test_a_failed_migration_leaves_nothing_behind(address: str) -> None:
    url = read_address(address)
    store = Store(address)
    with suppress(RuntimeError), locked(url) as connection:
        connection.exec_driver_sql("CREATE TABLE half (n INTEGER)")
        raise RuntimeError("power cut")
    store.make_ready()
    with store.transaction(Use.AT_LEISURE) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()


def test_feedback_is_kept_once_however_often_it_is_sent(store: Store, clock: Clock) -> None:
    tell(store, overridden(clock.at), overridden(clock.at))
    tell(store, overridden(clock.at))
    assert number(store) == 1
    tell(store, Feedback(UUID, Reaction.ACCEPTED, clock.at, accepted=("s1",)))
    assert number(store) == 2


def test_what_a_client_sends_is_cut_to_what_is_kept(store: Store, clock: Clock) -> None:
    odd = Reason("s" * 5000, "c\0" * 5000)
    tell(store, overridden(clock.at, card="x\0" * 100, reason=odd, comment="y" * 50_000))
    (row,) = exported(store, EVER, Comments())
    assert (len(row["reason_system"]), len(row["reason_code"])) == (256, 128)
    assert row["comment_length"] == 50_000


def test_comments_are_not_kept_without_a_key(store: Store, clock: Clock) -> None:
    tell(store, overridden(clock.at))
    (row,) = exported(store, EVER, Comments())
    assert (row["comment"], row["comment_length"]) == ("", len(COMMENT))


def test_comments_are_kept_encrypted_under_a_key(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_text(new_key() + "\n", "ascii")
    comments = read_comments(str(file))
    tell(store, overridden(clock.at, comment=COMMENT + "." * 5000), comments=comments)
    with store.transaction(Use.AT_LEISURE) as connection:
        kept = connection.execute(select(feedback.c.comment)).scalar_one()
    assert kept is not None
    assert COMMENT.encode() not in kept
    file.write_text(f"{new_key()}\n{file.read_text('ascii')}", "ascii")  # changed since
    (row,) = exported(store, EVER, read_comments(str(file)))
    assert row["comment"].startswith(COMMENT)
    assert len(row["comment"]) == LONGEST


def test_the_words_of_a_user_are_in_no_text_that_a_log_could_have(clock: Clock) -> None:
    assert COMMENT not in repr(overridden(clock.at))


def test_an_overridden_card_is_known_for_a_day_and_not_longer(store: Store, clock: Clock) -> None:
    record(store, call(clock.at))
    assert heard(store) == set()
    tell(store, overridden(clock.at))
    clock.at += timedelta(hours=23, minutes=59)
    assert heard(store) == {Said("TreatmentEffectSupported", Indicator.WARNING)}
    assert heard(store, "another") == set()
    clock.at += timedelta(minutes=2)
    assert heard(store) == set()


def test_a_clients_clock_that_runs_ahead_does_not_silence_for_longer(
    store: Store, clock: Clock
) -> None:
    record(store, call(clock.at))
    tell(store, overridden(clock.at + timedelta(days=300)))
    clock.at += timedelta(hours=25)
    assert heard(store) == set()


def test_accepting_is_not_overriding(store: Store, clock: Clock) -> None:
    record(store, call(clock.at))
    tell(store, Feedback(UUID, Reaction.ACCEPTED, clock.at, accepted=("s1",)))
    assert heard(store) == set()


def test_feedback_of_one_client_says_nothing_of_the_cards_of_another(
    store: Store, clock: Clock
) -> None:
    record(store, call(clock.at, client="elsewhere"))
    tell(store, overridden(clock.at))
    assert heard(store) == set()
    found = figures(store, EVER)
    assert (found.cards.unanswered, found.unknown) == (1, 1)


def test_the_figures_tell_what_became_of_cards(store: Store, clock: Clock) -> None:
    uuids = [f"{n}{UUID[1:]}" for n in range(4)]
    record(store, *(call(clock.at, uuid) for uuid in uuids))
    tell(
        store,
        overridden(clock.at, uuids[0]),
        overridden(clock.at, uuids[1], reason=Reason()),
        overridden(clock.at, uuids[2]),
        Feedback(uuids[2], Reaction.ACCEPTED, clock.at + timedelta(minutes=1), accepted=("s1",)),
        overridden(clock.at, "123456"),
    )
    found = figures(store, clock.at - timedelta(days=1))
    count = found.rules["P1"]
    assert count == found.grades["TREATMENT_EFFECT_SUPPORTED"] == found.sites["anybody"]
    assert (count.fired, count.accepted, count.unanswered) == (4, 1, 1)
    assert count.overridden == {"Toxicity": 1, NO_REASON: 1}
    assert found.unknown == 1
    assert figures(store, clock.at + timedelta(days=1)).cards.fired == 0


def test_calls_are_counted_by_day(store: Store, clock: Clock) -> None:
    failed = CallRecord(clock.at, SIGN, 412, "anybody", failure="MissingDataError")
    made_up = replace(failed, service="x" * 5000, status=404, failure="ServiceUnknownError")
    held = call(clock.at, cards=(), withheld=("TreatmentEffectSupported",), fetched=("imaging",))
    record(store, call(clock.at), held, failed, made_up)
    counts = read_tallies(store)
    assert counts.of("call").by(lambda row: row.name) == {"200": 2, "412": 1, "404": 1}
    assert {row.service for row in counts.rows} == {SIGN, NO_SERVICE}
    assert counts.of("withheld").total == counts.of("card").total == 1
    states = counts.of("state").by(lambda row: (row.name, row.value))
    assert states == {
        ("imaging", "present"): 1,
        ("imaging", "fetched"): 1,
        ("markers", "absent"): 2,
    }
    assert counts.within(0.99) == 12.5
    assert read_tallies(store, clock.at.date() + timedelta(days=1)).rows == ()


def test_calls_at_once_are_all_counted(store: Store, clock: Clock) -> None:
    store.make_ready()
    recorders = [StoreRecorder(Gathering(store)) for _ in range(4)]
    calls = [call(clock.at, f"{n:08d}{UUID[8:]}") for n in range(40)]
    threads = [
        threading.Thread(target=lambda n: [recorders[n](one) for one in calls[n::4]], args=(n,))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for recorder in recorders:
        recorder.gathering.settle(30)
    assert read_tallies(store).of("call").total == 40


def test_the_export_links_feedback_to_card_grade_rules_and_rule_book(
    store: Store, clock: Clock
) -> None:
    record(store, call(clock.at))
    tell(store, overridden(clock.at), overridden(clock.at, "=cmd()"))
    lines, table = io.StringIO(), io.StringIO()
    write_ndjson(exported(store, EVER, Comments()), lines)
    write_csv(exported(store, EVER, Comments()), table)
    rows = {row["card"]: row for row in map(orjson.loads, lines.getvalue().splitlines())}
    ours = rows[UUID]
    assert (ours["known"], ours["rules"], ours["rulebook_version"]) == (True, ["P1", "C2"], "1.0.0")
    assert (ours["outcome_at"], ours["input_hash"]) == ("2026-05-20T10:00:00Z", "0f")
    assert (rows["=cmd()"]["known"], rows["=cmd()"]["grade"]) == (False, None)
    cells = {row["card"]: row for row in csv.DictReader(io.StringIO(table.getvalue()))}
    assert tuple(cells[UUID]) == COLUMNS
    assert cells[UUID]["rules"] == "P1 C2"
    assert "'=cmd()" in cells  # no formula of a stranger in a spreadsheet
    assert list(exported(store, clock.at + timedelta(seconds=1), Comments())) == []


def test_what_is_older_than_it_may_be_kept_is_deleted(store: Store, clock: Clock) -> None:
    old = call(clock.at)
    record(store, old, replace(old, cards=(IssuedCard("unanswered", "T", "info"),)))
    clock.at += timedelta(days=390)
    tell(store, overridden(clock.at))
    clock.at += timedelta(days=20)
    gone = purge(store, 400)
    assert (gone.cards, gone.feedback) == (1, 0)  # the other one is what kept feedback is about
    clock.at += timedelta(days=400)
    gone = purge(store, 400)
    assert (gone.cards, gone.feedback) == (1, 1)
    assert read_tallies(store).of("call").total == 2


def test_old_rows_are_deleted_day_after_day_though_the_store_is_away_once(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(store, call(clock.at))
    clock.at += timedelta(days=2)
    tries: list[int] = []
    real = store.transaction

    def away_once(use: Use) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise StoreAwayError
        return real(use)

    monkeypatch.setattr(store, "transaction", away_once)
    purge_daily(store, 1, sleep=lambda _: None, times=2).join(30)
    with real(Use.AT_LEISURE) as connection:
        assert connection.execute(select(func.count()).select_from(issued_card)).scalar_one() == 0


def test_one_that_cannot_be_stored_keeps_the_batch_from_being_stored(
    postgresql: PostgreSQL, clock: Clock
) -> None:
    store = Store(postgresql.database(), clock)
    with pytest.raises(StoreAwayError):
        tell(store, overridden(clock.at), overridden(clock.at, "longer than the column" * 30))
    assert number(store) == 0
    store.close()


def test_a_table_that_another_holds_is_not_waited_for_by_a_call(store: Store, clock: Clock) -> None:
    record(store, call(clock.at))
    gathering = Gathering(store, lambda: 0.0)
    sqlite = store.url.get_backend_name() == "sqlite"
    with store.transaction(Use.AT_LEISURE) as connection:
        hold = "DELETE FROM secret" if sqlite else "LOCK TABLE issued_card, tally"
        connection.exec_driver_sql(hold)
        began = time.monotonic()
        StoreRecorder(gathering)(call(clock.at, "another"))
        assert time.monotonic() - began < 0.5
        connection.rollback()
    gathering.settle(5)  # what could not be written is not forgotten
    assert read_tallies(store).of("call").total == 2
    assert count_of(store, issued_card) == 2


def test_cards_outlast_a_store_that_is_away(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, away = store.transaction, [True]

    def transaction(use: Use) -> object:
        if away:
            raise StoreAwayError
        return real(use)

    store.make_ready()
    monkeypatch.setattr(store, "transaction", transaction)
    gathering = Gathering(store)
    for n in range(3):
        StoreRecorder(gathering)(call(clock.at, f"{n:08d}{UUID[8:]}"))
        gathering.settle(5)
    away.clear()
    gathering.settle(5)
    assert count_of(store, issued_card) == 3


def test_of_cards_that_wait_the_newest_are_kept(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.gathering._MOST_CARDS", 3)
    real, gathering = store.transaction, Gathering(store, lambda: 0.0)
    uuids = [f"{n:08d}{UUID[8:]}" for n in range(6)]
    late = iter(uuids[3:])

    def away_while_others_come(use: Use) -> object:
        for uuid in late:
            StoreRecorder(gathering)(call(clock.at, uuid))
            away_since.append(uuid)
        if len(away_since) == 3:
            away_since.append("and back")
            raise StoreAwayError
        return real(use)

    away_since: list[str] = []
    store.make_ready()
    for uuid in uuids[:3]:
        StoreRecorder(gathering)(call(clock.at, uuid))
    monkeypatch.setattr(store, "transaction", away_while_others_come)
    gathering.settle(5)
    gathering.settle(5)
    with real(Use.AT_LEISURE) as connection:
        kept = set(connection.execute(select(issued_card.c.uuid)).scalars())
    assert kept == set(uuids[3:])


def test_what_was_overridden_is_asked_once_a_second_and_at_once_after_feedback(
    store: Store, clock: Clock
) -> None:
    record(store, call(clock.at))
    seconds, taken = [0.0], [0]
    heard = Overridden(store, Aside(wait=30), 24, lambda: taken[0], lambda: seconds[0])
    assert heard("alike") == frozenset()
    tell(store, overridden(clock.at))  # in another process
    assert heard("alike") == frozenset()
    seconds[0] = 1.1
    assert heard("alike") == {Said("TreatmentEffectSupported", Indicator.WARNING)}
    tell(store, overridden(clock.at + timedelta(minutes=1), card="another"))
    taken[0] = 1  # in this one
    seconds[0] = 1.2
    assert heard("alike") == {Said("TreatmentEffectSupported", Indicator.WARNING)}
    assert heard("otherwise") == frozenset()


def test_after_a_failure_a_store_is_left_alone_for_a_while() -> None:
    seconds, tried = [0.0], []
    aside = Aside(rest=3, clock=lambda: seconds[0])

    def away() -> None:
        tried.append(seconds[0])
        raise StoreAwayError

    for at in (1.0, 2.0, 3.9, 4.1):
        seconds[0] = at
        with pytest.raises(StoreAwayError):
            aside.do(away)
    assert tried == [1.0, 4.1]


def test_a_store_that_hangs_is_not_waited_for() -> None:
    go_on = threading.Event()
    with pytest.raises(StoreAwayError):
        Aside(wait=0.05).do(lambda: go_on.wait(30))
    go_on.set()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("store.sqlite", "no SQLAlchemy address"),
        ("mysql://host/name", "known are sqlite, postgresql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////proc/nobody/can/store.sqlite", "cannot be written"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_what_to_do(address: str, says: str) -> None:
    with pytest.raises(StoreUnusableError, match=says):
        Store(address).make_ready()


def test_feedback_is_on_the_disk_when_it_is_acknowledged_and_a_call_waits_for_no_disk(
    store: Store,
) -> None:
    sqlite = store.url.get_backend_name() == "sqlite"
    asked = "PRAGMA synchronous" if sqlite else "SHOW synchronous_commit"
    expected = {Use.TO_BE_KEPT: 2 if sqlite else "on", Use.BESIDE_A_CALL: 1 if sqlite else "off"}
    for use, value in expected.items():
        with store.transaction(use) as connection:
            assert connection.exec_driver_sql(asked).scalar_one() == value


def test_the_file_of_a_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "made" / "store.sqlite"
    store = Store(f"sqlite:///{file}")
    store.make_ready()
    assert file.stat().st_mode & 0o077 == 0
    store.close()


@pytest.mark.parametrize("content", ["", "no key\n"])
def test_a_file_that_has_no_keys_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys"
    file.write_text(content, "ascii")
    with pytest.raises(StoreUnusableError, match="feedback key"):
        read_comments(str(file))
