"""Which known drugs the interventions of trials are."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.ingest.resolution.interventions import match_interventions
from app.ingest.resolution.resolver import Match, NamedSubstance
from app.ingest.sources.interface import Substance
from app.models.drug import NameType
from app.models.fact import MatchedBy
from app.names.name_reader import KnownIngredient, KnownName
from app.names.normalization import name_key

NAME, NAME_WITHOUT_SALT, MESH = MatchedBy.NAME, MatchedBy.NAME_WITHOUT_SALT, MatchedBy.MESH
UNKNOWN = Match(None, None, "it names no drug that is known")

NAMES = {
    "afatinib": ["Gilotrif"],
    "baclofen": ["Lioresal", "Twin"],
    "gemin": ["Twin"],
    "pemetrexed": [],
    "cisplatin": [],
    "metformin": [],
    "paclitaxel": [],
    "sitagliptin": [],
    "metformin-sitagliptin": ["Janumet"],
}
MADE_OF = {"metformin-sitagliptin": ["metformin", "sitagliptin"]}


@dataclass
class Known:
    """Drugs' names as a test gives them: each is called as its id, and has synonyms."""

    names: dict[str, list[str]]

    def with_keys(self, keys: set[str]) -> Iterator[KnownName]:
        for id_, synonyms in self.names.items():
            for name in (id_, *synonyms):
                if name_key(name) in keys:
                    type_ = NameType.GENERIC if name == id_ else NameType.SYNONYM
                    yield KnownName(name_key(name), id_, id_, name, type_)

    def beginning_with(self, key: str) -> Iterator[KnownName]:
        yield from ()

    def ingredients(self, drug_ids: list[str]) -> Iterator[KnownIngredient]:
        for id_, ingredients in MADE_OF.items():
            if id_ in self.names and not {id_, *ingredients}.isdisjoint(drug_ids):
                for name in ingredients:
                    yield KnownIngredient(id_, id_, name, name if name in self.names else None)


def match_of(substance: Substance, names: dict[str, list[str]] = NAMES) -> Match:
    named = NamedSubstance("trials", "1", substance)
    return match_interventions([named], Known(names))["trials", "1"]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("Baclofen", Match("baclofen", NAME)),
        ("LIORESAL®", Match("baclofen", NAME)),
        ("Baclofen hydrochloride", Match("baclofen", NAME_WITHOUT_SALT)),
        ("Afatinib 40 MG", Match("afatinib", NAME)),
        ("Afatinib tablets (blinded)", Match("afatinib", NAME)),
        ("Afatinib (unblinded, open label)", Match("afatinib", NAME)),
        ("Afatinib (BIBW2992)", Match("afatinib", NAME)),
        ("Comparator: afatinib", Match("afatinib", NAME)),
        ("Afatinib - high dose", Match("afatinib", NAME)),
        ("Afatinib plus best supportive care", Match("afatinib", NAME)),
        ("IV cisplatin", Match("cisplatin", NAME)),
        ("Afatinib-free interval", UNKNOWN),
        ("Afatinib withdrawal", UNKNOWN),
        ("Afatinib (liposomal)", UNKNOWN),
        ("Sugar", UNKNOWN),
        ("Janumet", Match("metformin-sitagliptin", NAME)),
        ("metformin and sitagliptin", Match("metformin-sitagliptin", MatchedBy.INGREDIENTS)),
        ("Twin", Match(None, None, "its name is that of several drugs", ("baclofen", "gemin"))),
    ],
)
def test_an_intervention_is_read_as_the_resolver_reads_names(name: str, match: Match) -> None:
    assert match_of(Substance((name,))) == match


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Pemetrexed, cisplatin", ("Pemetrexed", "cisplatin")),
        ("Pemetrexed + Cisplatin", ("Pemetrexed", "Cisplatin")),
        ("Pemetrexed plus cisplatin", ("Pemetrexed", "cisplatin")),
        ("Pemetrexed\N{IDEOGRAPHIC COMMA}cisplatin", ("Pemetrexed", "cisplatin")),
        ("Pemetrexed\N{FULLWIDTH COMMA}cisplatin AUC 5", ("Pemetrexed", "cisplatin AUC 5")),
        ("pemetrexed 500 mg/m2 & cisplatin Q3W", ("pemetrexed 500 mg/m2", "cisplatin Q3W")),
        ("pemetrexed in combination with cisplatin", ("pemetrexed", "cisplatin")),
        (
            "co-administration of pemetrexed and cisplatin",
            ("co-administration of pemetrexed", "cisplatin"),
        ),
    ],
)
def test_a_list_is_of_each_drug_in_it(name: str, parts: tuple[str, ...]) -> None:
    found = [match_of(Substance((part,), part_of=name)) for part in parts]

    assert found == [Match("pemetrexed", NAME), Match("cisplatin", NAME)]
    assert match_of(Substance((name,))) == Match(None)


def test_a_list_with_a_part_that_is_not_known_is_no_list_until_that_is() -> None:
    name, part = "QL1706 plus cisplatin", Substance(("cisplatin",), part_of="QL1706 plus cisplatin")

    later = NAMES | {"ql1706": []}

    assert match_of(Substance((name,))) == UNKNOWN
    assert match_of(part) == Match(None)
    assert match_of(Substance((name,)), later) == Match(None)
    assert match_of(part, later) == Match("cisplatin", NAME)


def test_a_combination_that_is_a_drug_here_is_that_drug_and_not_its_parts() -> None:
    name = "Metformin + sitagliptin"
    part = Substance(("Metformin",), part_of=name)
    without = {id_: names for id_, names in NAMES.items() if id_ != "metformin-sitagliptin"}

    assert match_of(Substance((name,))).drug_id == "metformin-sitagliptin"
    assert match_of(part).drug_id is None
    assert match_of(part, without).drug_id == "metformin"


def test_a_hyphen_parts_no_list() -> None:
    assert match_of(Substance(("Cisplatin-paclitaxel",))) == UNKNOWN


def test_other_names_find_a_drug_if_they_are_of_one() -> None:
    several = "its other names are those of several drugs"

    assert match_of(Substance(("BIBW 2992", "capsules", "Gilotrif"))).drug_id == "afatinib"
    assert match_of(Substance(("Baclofen", "Gilotrif"))).drug_id == "baclofen"
    assert match_of(Substance(("Twin", "Lioresal", "Gilotrif"))).drug_id == "baclofen"
    assert match_of(Substance(("Chemotherapy", "Cisplatin", "Paclitaxel"))) == Match(
        None, None, several, ("cisplatin", "paclitaxel")
    )


def test_a_term_of_mesh_finds_a_drug_where_an_intervention_found_none() -> None:
    unread, read = ("Kenacort X",), ("Afatinib 40 MG",)

    def found(term: str, *instead_of: tuple[str, ...], beside: tuple[str, ...] = ()) -> Match:
        return match_of(Substance((term,), instead_of=instead_of, beside=beside))

    assert found("Cisplatin", unread) == Match("cisplatin", MESH)
    assert found("Cisplatin", read, unread) == Match("cisplatin", MESH)
    assert found("Cisplatin", read) == Match(None)
    assert found("Antineoplastic Agents", unread) == Match(None)
    assert found("Cisplatin", unread, beside=("Cisplatin sulfate",)) == Match("cisplatin", MESH)
    assert found("Cisplatin", unread, beside=("Paclitaxel",)) == Match(None)
    assert found("Twin", unread) == Match(None)
    assert found("Cisplatin tablets", unread) == Match(None)
