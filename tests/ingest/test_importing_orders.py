"""Whatever the order in which sources are loaded, the data is the same, byte for byte."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from app.database.engines import write_engine
from app.ingest.importing import import_files
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.ingest import made_spl_products as of_spl
from tests.ingest.loading import (
    Given,
    approvals,
    concept,
    documents,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    rxnorm,
    served,
    studies,
    study,
    vocabulary,
)
from tests.ingest.made_spl import product, section, spl
from tests.ingest.made_spl_products import indexing, ingredient, listed, package
from tests.writing import CITE, drug, fact, indication, warning, write_seed

HUSTANOL, PLACEBIN, CONTESTED = "AAAAAAAAA1", "AAAAAAAAA2", "AAAAAAAAA3"


def told(text: str) -> str:
    """The warnings of a label."""
    return section("WARNINGS", text, code="34071-1")


def salt(name: str, unii: str, moiety: tuple[str, str], ndc: str) -> str:
    """The product of a label, of a salt of something, in a package."""
    return listed(of_spl.product(ingredient(name, unii, moiety) + package(ndc, "BOTTLE", "30")))


FILES: dict[str, list[Given]] = {
    "drugbank-vocabulary": vocabulary(
        drugbank(1, "Hustanol", "Hustan", unii=HUSTANOL, cas="50-00-0"),
        drugbank(2, "Placebin", "Nilol", unii=PLACEBIN),
        drugbank(3, "Twinol", "Gemin", unii=CONTESTED),
        drugbank(4, "Doppelin", "Gemin", unii=CONTESTED),
    ),
    "gtopdb": guide(
        [
            ligand(7, "hustanol", approved="yes", cas="50-00-1", inn="Tussol"),
            ligand(8, "novumab", approved="yes", chembl_id="CHEMBL8"),
            ligand(9, "gemin"),
            ligand(10, "[3H]hustanol", cas="50-00-0", synonyms="tritium", labelled="yes"),
            ligand(11, "[3H]novumab", chembl_id="CHEMBL8", labelled="yes"),
        ],
        [
            interaction(7, "Cough receptor", "Agonist", affinity_units="pKi", affinity_median="6"),
            interaction(8, "Cough receptor", "Antagonist"),
            interaction(9, "Twin receptor", "Agonist"),
            interaction(10, "Cough receptor", "Agonist"),
            interaction(11, "Cough receptor", "Antagonist"),
        ],
    ),
    "openfda-label": labels(
        label("s1", "HUSTANOL", unii=HUSTANOL, brand="Hustex", warnings="Careful.", version=2),
        label("s2", "HUSTANOL SODIUM", unii="AAAAAAAAA9", warnings="Careful."),
        label("s3", "HUSTANOL", "PLACEBIN", brand="Duotol", warnings="Do not drive."),
        label("s4", "NILOL", unii=HUSTANOL, warnings="It is of two drugs."),
        label("s5", "NOVUMAB", unii="AAAAAAAAA5", indications_and_usage="For coughs."),
        label("s6", warnings="It names nothing."),
        label("s7", "TWINOL", unii=CONTESTED, warnings="Seen double."),
        label("s8", "TUSSOL", unii="AAAAAAAAA8", warnings="Not with tea."),
        label(
            "s13",
            "NOVUMAB",
            unii="AAAAAAAAA5",
            drug_interactions="Hustanol sodium, Nilol, Gemin, Solum, Duotol and Hustex; "
            "placebin/hustanol.",
        ),
    ),
    "dailymed": documents(
        spl(told("Careful."), set_id="s1", version=2),
        spl(told("Do not drive."), set_id="s3", products=product() + product("PLACEBIN", PLACEBIN)),
        spl(told("It is of one."), set_id="s4", version=2),
        spl(
            told("It is named."),
            set_id="s6",
            products=product("NOVUMAB", "AAAAAAAAA5", name="Novex"),
        ),
        spl(told("It is older."), set_id="s7", version=0),
        spl(told("It is new."), set_id="s9", products=product("HUSTANOL SODIUM", "AAAAAAAAA9")),
        spl(told("Of nobody."), set_id="s10", products=""),
        spl(
            told("Of a salt."),
            set_id="s11",
            products=salt("HUSTANOL SODIUM", "AAAAAAAAA9", ("HUSTANOL", HUSTANOL), "00000-0000-02"),
        ),
        spl(
            told("Of another."),
            set_id="s12",
            products=salt("SOLUMOL CHLORIDE", "AAAAAAAAA6", ("SOLUMOL", "AAAAAAAAA4"), ""),
        ),
        spl(
            section("DRUG INTERACTIONS", "Nilol, Solum, Hustex: antitussives.", code="34073-7"),
            set_id="s14",
            products=product("NOVUMAB", "AAAAAAAAA5", name="Novex"),
        ),
        indexing("c1", HUSTANOL, "Antitussive [EPC]"),
        indexing("c2", "AAAAAAAAA6", "Solvent [EPC]"),
    ),
    "drugs-at-fda": approvals(
        ("NDA000001", "HUSTEX", "HUSTANOL SODIUM", "1999-01-02"),
        ("NDA000002", "DUOTOL", "HUSTANOL; PLACEBIN", "2001-01-02"),
        ("ANDA000003", "NOVUMAB", "NOVUMAB SULFATE", "2003-01-02"),
        ("ANDA000004", "SOLUM", "SOLUMOL CHLORIDE", "2004-01-02"),
        ("ANDA000005", "SOLUM", "SOLUMOL", "2005-01-02"),
    ),
    "clinicaltrials": studies(
        study(1, "Hustex", "Hustanol", conditions=("Dry cough",), enrolled=5),
        study(2, "Placebin", "Duotol", "Water", conditions=("Dry cough", "Sneezing")),
        study(3, "Solumol Hydrochloride", "Gemin", enrolled=7),
    ),
    "rxnorm": rxnorm(
        {
            "1": ("IN", "hustanol"),
            "2": ("PIN", "hustanol sodium"),
            "3": ("IN", "placebin"),
            "4": ("MIN", "hustanol / placebin"),
            "5": ("BN", "Hustex"),
            "6": ("BN", "Duo"),
            "7": ("IN", "gemin"),
            "11": ("SCDC", "hustanol sodium 1 MG"),
            "12": ("SCDC", "placebin 2 MG"),
            "13": ("SCDC", "gemin 3 MG"),
            "21": ("SCD", "hustanol sodium 1 MG Oral Tablet"),
            "22": ("SBD", "hustanol sodium 1 MG Oral Tablet [Hustex]"),
            "23": ("SCD", "hustanol sodium 1 MG / placebin 2 MG Oral Tablet"),
            "24": ("SBD", "hustanol sodium 1 MG / placebin 2 MG Oral Tablet [Duo]"),
            "25": ("SCD", "gemin 3 MG Oral Tablet"),
            "26": ("SCD", "gemin 3 MG / placebin 2 MG Oral Tablet"),
        },
        [
            ("2", "form_of", "1"),
            ("4", "has_part", "1"),
            ("4", "has_part", "3"),
            ("11", "has_ingredient", "1"),
            ("11", "has_precise_ingredient", "2"),
            ("12", "has_ingredient", "3"),
            ("13", "has_ingredient", "7"),
            ("21", "consists_of", "11"),
            ("22", "tradename_of", "21"),
            ("22", "has_ingredient", "5"),
            ("23", "consists_of", "11"),
            ("23", "consists_of", "12"),
            ("24", "tradename_of", "23"),
            ("24", "has_ingredient", "6"),
            ("25", "consists_of", "13"),
            ("26", "consists_of", "13"),
            ("26", "consists_of", "12"),
        ],
        [("21", "00000000001"), ("22", "00000000002"), ("24", "00000000004"), ("26", "6" * 11)],
        {
            "RXNCONSO": [
                concept("1", "SU", "HUSTANOL", HUSTANOL, "MTHSPL"),
                concept("7", "SU", "GEMIN", CONTESTED, "MTHSPL"),
            ]
        },
    ),
}
"""Sources that know the same drugs, others, and some that contradict each other.

Hustanol has two CAS numbers, two drugs claim one UNII and one name, a name and a UNII are of
different drugs, and there are salts, radioligands, a combination and brands that only some of them
know.
"""

SEED = drug(
    "hustanol",
    warning("driving", statement="Do not drive."),
    indication("dry-cough", statement="It helps."),
    fact(
        "trials",
        "first",
        registry_ids=["NCT00000001"],
        conditions=["dry-cough"],
        enrollment={"count": 6},
    ),
    identifiers=[{"system": "unii", "value": HUSTANOL, "cite": CITE}],
)

State = dict[str, list[str]]


def load(engine: Engine, source: str, seed: Path | None = None) -> None:
    if seed is not None:
        load_seed(engine, seed)
    else:
        assert import_files(engine, source, [*FILES[source]]).release is not None


def state_of(engine: Engine) -> State:
    """Every row of every table that holds data: all that a later import could depend on."""
    with engine.connect() as connection:
        rows = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in SQLModel.metadata.tables.values()
            if table.name not in ("release", "release_file", "document", "searched_drug")
        }
        rows["document"] = sorted(map(repr, served(connection).items()))
        newest = "SELECT id FROM release ORDER BY number DESC LIMIT 1"
        return rows | {"release": list(connection.execute(sa.text(newest)).scalars())}


class Shelf:
    """One SQLite database, with copies of the states that it was in."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder, self._path = folder, folder / "medfacts.db"
        shutil.copy(template, folder / "empty.db")
        self.engine = write_engine(Settings(database_url=f"sqlite:///{self._path}"))

    def keep(self, name: str) -> None:
        shutil.copy(self._path, self._folder / f"{name}.db")

    def take(self, name: str) -> None:
        shutil.copy(self._folder / f"{name}.db", self._path)


@pytest.fixture(scope="module")
def shelf(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("orders"), sqlite_template)
    yield shelf
    shelf.engine.dispose()


@pytest.fixture(scope="module")
def all_loaded(shelf: Shelf) -> State:
    """The state that every order leads to."""
    shelf.take("empty")
    for source in FILES:
        load(shelf.engine, source)
    return state_of(shelf.engine)


@pytest.mark.slow
def test_every_order_of_the_sources_gives_the_same_data(shelf: Shelf, all_loaded: State) -> None:
    """Each set of sources has one state, whichever of them came last: so it holds of every order.

    Of the 5,040 orders no step is missed, though only 448 imports are made.
    """
    states: dict[str, State] = {}
    for size in range(1, len(FILES) + 1):
        for sources in combinations(sorted(FILES), size):
            loaded = "-".join(sources)
            for last in sources:
                others = "-".join(source for source in sources if source != last)
                shelf.take(others or "empty")
                load(shelf.engine, last)
                state = state_of(shelf.engine)
                if loaded not in states:
                    states[loaded] = state
                    shelf.keep(loaded)
                    assert faults_in(shelf.engine) == [], loaded
                assert state == states[loaded], f"{last} last, after {others}"

    assert states["-".join(sorted(FILES))] == all_loaded


def test_the_sources_of_this_test_know_the_same_and_contradict_each_other(
    all_loaded: State,
) -> None:
    drugs = [row.split("'")[1] for row in all_loaded["drug"]]

    assert drugs == [
        "doppelin",
        "hustanol",
        "hustanol-placebin",
        "novumab",
        "placebin",
        "solumol",
        "twinol",
    ]
    assert len(all_loaded["discrepancy"]) == 1
    assert len([row for row in all_loaded["source_substance"] if "of several drugs" in row]) == 3
    assert len([row for row in all_loaded["source_substance"] if "name of another" in row]) == 1
    assert len(all_loaded["fact"]) == 21
    assert len(all_loaded["fact_mention"]) == 8


@pytest.mark.slow
def test_both_engines_have_the_same_bytes(
    new_database: Callable[[], AbstractContextManager[Settings]], all_loaded: State
) -> None:
    with new_database() as database:
        engine = write_engine(database)
        for source in reversed(FILES):
            load(engine, source)
        state, faults = state_of(engine), faults_in(engine)
        engine.dispose()

    assert faults == []
    assert state["document"] == all_loaded["document"]
    assert state["release"] == all_loaded["release"]


@pytest.mark.slow
def test_the_seed_may_be_loaded_first_in_the_middle_or_last(shelf: Shelf, tmp_path: Path) -> None:
    write_seed(tmp_path, SEED)
    shelf.take("empty")
    states = []
    for i, source in enumerate([*FILES, ""]):
        shelf.keep("without the seed")
        load(shelf.engine, "seed", tmp_path)
        for later in list(FILES)[i:]:
            load(shelf.engine, later)
        states.append(state_of(shelf.engine))
        assert faults_in(shelf.engine) == []
        shelf.take("without the seed")
        if source:
            load(shelf.engine, source)

    assert [state for state in states if state != states[0]] == []
    assert len(states) == 8
    assert len(states[0]["discrepancy"]) == 2
