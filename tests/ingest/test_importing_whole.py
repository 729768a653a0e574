"""An import is done whole or not at all, on either engine, and leaves nothing behind.

The killed imports are forks of this process, killed by themselves at one of their own steps: so the
moments are the same in every run.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.database.engines import read_engine
from app.ingest.bulk_insert import Tables
from app.ingest.importing import import_files
from app.settings import Settings
from tests.ingest.loading import (
    counted,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    releases,
    served,
    served_in,
    statements,
    vocabulary,
)
from tests.writing import disconnect, writing

ALPHADOL, ZETADOL = "AAAAAAAAA1", "AAAAAAAAA2"


def test_a_complete_version_removes_what_it_has_no_more(database: Settings) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol")))
    load(
        database,
        "gtopdb",
        guide(
            [ligand(7, "alphadol"), ligand(8, "betadol")],
            [interaction(7, "Pain receptor", "Agonist"), interaction(8, "Joy channel", "Agonist")],
            published="2023-01-01",
        ),
    )

    second = load(
        database,
        "gtopdb",
        guide(
            [ligand(7, "alphadol")],
            [interaction(7, "Pain receptor", "Agonist")],
            published="2024-01-01",
        ),
    )

    assert counted(second) == {"read": 1, "unchanged": 1, "removed": 1}
    assert second.facts["removed"] == 1
    assert {kind: id_ for kind, id_ in served_in(database) if kind == "drugs"} == {
        "drugs": "alphadol"
    }
    assert [drug for drug, _ in statements(database).values()] == ["alphadol"]


def test_what_was_gone_comes_back_as_it_was(database: Settings) -> None:
    both = vocabulary(drugbank(1, "Alphadol"), drugbank(2, "Betadol"), date="2022-01-01")
    load(database, "drugbank-vocabulary", both)
    load(
        database,
        "openfda-label",
        labels(label("s1", "BETADOL HYDROCHLORIDE", warnings="Careful.")),
    )
    before = statements(database)
    load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Alphadol"), date="2023-01-01"),
    )
    between = statements(database)

    back = load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Alphadol"), drugbank(2, "Betadol"), date="2024-01-01"),
    )

    assert counted(back) == {"read": 2, "unchanged": 1, "new": 1}
    assert statements(database) == before
    assert list(between) == list(before)
    assert [drug for drug, _ in between.values()] == ["betadol-hydrochloride"]


def test_facts_keep_their_ids_when_another_source_renames_their_drug(database: Settings) -> None:
    load(
        database,
        "openfda-label",
        labels(label("s1", "ALPHADOL", unii=ALPHADOL, warnings="Careful.", pregnancy="Ask.")),
    )
    before = statements(database)

    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Zetadol", unii=ALPHADOL)))

    assert {drug for drug, _ in before.values()} == {"alphadol"}
    assert statements(database) == {id_: ("zetadol", text) for id_, (_, text) in before.items()}


@pytest.mark.parametrize(("drug", "other"), [(ALPHADOL, ZETADOL), (ZETADOL, ALPHADOL)])
def test_a_fact_moves_with_its_record_to_another_drug(
    database: Settings, drug: str, other: str
) -> None:
    """In the new version of the label its identifier is mended; its text is the same."""
    load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Alphadol", unii=ALPHADOL), drugbank(2, "Zetadol", unii=ZETADOL)),
    )
    load(
        database,
        "openfda-label",
        labels(label("s1", "DOLOR", unii=drug, warnings="Careful.", version=1)),
    )
    before = statements(database)

    load(
        database,
        "openfda-label",
        labels(label("s1", "DOLOR", unii=other, warnings="Careful.", version=2)),
    )

    assert list(statements(database)) == list(before)
    assert statements(database) != before


def test_an_identifier_and_the_facts_move_when_a_drug_is_renamed_and_its_label_is_new(
    database: Settings,
) -> None:
    """The drug, its id and the facts' citations change in one import."""
    load(
        database,
        "openfda-label",
        labels(
            label("s1", "ZETADOL", unii=ALPHADOL, warnings="Careful.", version=1),
            label("s2", "BETADOL", unii=ZETADOL, warnings="Careful.", version=1),
        ),
    )
    before = statements(database)
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol", unii="AAAAAAAAA9")))

    load(
        database,
        "openfda-label",
        labels(
            label("s1", "ZETADOL", unii="AAAAAAAAA9", warnings="Careful.", version=2),
            label("s2", "BETADOL", unii=ALPHADOL, warnings="Careful.", version=2),
        ),
    )

    after = statements(database)
    assert {drug for drug, _ in before.values()} == {"zetadol", "betadol"}
    assert list(after) == list(before)
    assert {drug for drug, _ in after.values()} == {"alphadol", "betadol"}


BEFORE = labels(
    label("s1", "ALPHADOL", unii=ALPHADOL, warnings="Careful.", pregnancy="Ask."),
    label("s2", "BETADOL", warnings="Careful."),
    updated="2023-01-01",
)
AFTER = labels(
    label("s1", "ALPHADOL", unii=ZETADOL, warnings="Very careful.", pregnancy="Ask.", version=2),
    label("s3", "GAMMADOL", brand="Gam", warnings="Careful.", indications_and_usage="For pain."),
    label("s4", "GAMMADOL", "ALPHADOL", warnings="Careful."),
    updated="2024-01-01",
    complete=True,
)


def in_steps(database: Settings, step: Callable[[int], None]) -> None:
    """Import the new file; `step` is called before each statement, and before rows are written."""
    steps = 0

    def next_step(*_: Any) -> None:
        nonlocal steps
        steps += 1
        step(steps)

    insert = Tables._insert

    def insert_in_steps(tables: Tables, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
        next_step()
        insert(tables, table, rows)

    events = ("before_cursor_execute", "commit")
    with writing(database) as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tables, "_insert", insert_in_steps)  # nothing else tells of the driver's work
        for event in events:
            sa.event.listen(engine, event, next_step)
        import_files(engine, "openfda-label", [*AFTER])
        for event in events:
            sa.event.remove(engine, event, next_step)


@pytest.mark.slow
def test_readers_see_the_old_release_or_the_new_one_and_never_between(
    database: Settings, alone: httpx.Client
) -> None:
    load(database, "openfda-label", BEFORE)
    reader = read_engine(database)
    old = alone.get("/v1/drugs").json()
    seen = []

    def read(_: int) -> None:
        with reader.connect() as connection:
            number = connection.scalar(sa.text("SELECT max(number) FROM release"))
            seen.append((number, served(connection)))

    read(0)
    in_steps(database, read)
    read(0)
    new = alone.get("/v1/drugs").json()
    reader.dispose()

    assert len(seen) > 60
    assert seen[:-1] == seen[:1] * (len(seen) - 1)
    assert seen[-1][0] == 2
    assert [item["id"] for item in old["items"]] == ["alphadol", "betadol"]
    assert [item["id"] for item in new["items"]] == ["alphadol", "alphadol-gammadol", "gammadol"]


@pytest.mark.slow
def test_an_import_that_is_killed_leaves_the_old_release_whole(database: Settings) -> None:
    load(database, "openfda-label", BEFORE)
    before = served_in(database)
    fork = multiprocessing.get_context("fork")

    def killed_at(moment: int) -> int | None:
        def kill(step: int) -> None:
            if step == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        disconnect(database)  # a fork would use the same connection
        process = fork.Process(target=lambda: in_steps(database, kill))
        process.start()
        process.join()
        return process.exitcode

    moments, ended = 0, []
    for moment in (*range(1, 100, 10), 10_000):
        ended.append(killed_at(moment))
        if ended[-1] == 0:
            break
        moments += 1
        with writing(database) as engine:
            assert faults_in(engine) == []
        assert served_in(database) == before, moment

    assert moments >= 8
    assert set(ended[:-1]) == {-signal.SIGKILL}
    assert ended[-1] == 0
    assert len(releases(database)) == 2
    assert served_in(database) != before


def test_an_import_that_would_be_done_dry_changes_nothing(database: Settings) -> None:
    load(database, "openfda-label", BEFORE)
    before = served_in(database)

    dry = load(database, "openfda-label", AFTER, dry_run=True)
    wet = load(database, "openfda-label", AFTER, dry_run=False)

    assert counted(dry) == counted(wet)
    assert dry.facts == wet.facts
    assert dry.release is not None
    assert wet.release is not None
    assert dry.release.id == wet.release.id
    assert served_in(database) != before
    assert len(releases(database)) == 2
