import pytest

from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SourceVersion,
    Substance,
    WrongFileError,
)
from app.ingest.sources.rxnorm import RXCUI, RxNorm
from app.models.drug import IdentifierSystem, NameType
from tests.ingest.loading import (
    BACLOFEN,
    OF_BACLOFEN,
    attribute,
    concept,
    relation,
    rxnorm,
)
from tests.ingest.made_files import File

ZIP = "RxNorm_full_prescribe_10062025.zip"

LOSARTAN = {
    "52175": ("IN", "losartan"),
    "203160": ("PIN", "losartan potassium"),
    "5487": ("IN", "hydrochlorothiazide"),
    "384893": ("MIN", "hydrochlorothiazide / losartan"),
    "217712": ("BN", "Hyzaar"),
    "316001": ("SCDC", "losartan potassium 50 MG"),
    "316002": ("SCDC", "hydrochlorothiazide 12.5 MG"),
    "979468": ("SCD", "hydrochlorothiazide 12.5 MG / losartan potassium 50 MG Oral Tablet"),
    "979471": (
        "SBD",
        "hydrochlorothiazide 12.5 MG / losartan potassium 50 MG Oral Tablet [Hyzaar]",
    ),
}
OF_LOSARTAN = [
    ("203160", "form_of", "52175"),
    ("384893", "has_part", "52175"),
    ("384893", "has_part", "5487"),
    ("217712", "tradename_of", "52175"),
    ("217712", "tradename_of", "5487"),
    ("316001", "has_ingredient", "52175"),
    ("316001", "has_precise_ingredient", "203160"),
    ("316002", "has_ingredient", "5487"),
    ("979468", "consists_of", "316001"),
    ("979468", "consists_of", "316002"),
    ("979471", "tradename_of", "979468"),
    ("979471", "has_ingredient", "217712"),
]
NDCS = [("197391", "00172409660"), ("209001", "00028002301")]


def files(
    concepts: dict[str, tuple[str, str]],
    relations: list[tuple[str, str, str]],
    ndcs: list[tuple[str, str]] = NDCS,
    more: dict[str, list[str]] | None = None,
) -> list[File]:
    given = rxnorm(concepts, relations, ndcs, more)
    return [File(f"{ZIP}/rrf/{file.name}", file.content) for file in given]


def read(files: list[File], version: SourceVersion | None = None) -> dict[str, Record]:
    found = list(RxNorm().read([*files], version or SourceVersion()))
    records = [item for item in found if isinstance(item, Record)]
    assert len(records) == len(found), found
    return {record.id: record for record in records}


def refusal(files: list[File]) -> str:
    with pytest.raises(WrongFileError) as refused:
        list(RxNorm().read([*files], SourceVersion()))
    return str(refused.value)


def test_an_ingredient_is_a_record_with_its_brands_and_its_products() -> None:
    unii = concept("1292", "SU", "BACLOFEN", "H789N3FKE8", "MTHSPL")
    version = SourceVersion()

    records = read(files(BACLOFEN, OF_BACLOFEN, more={"RXNCONSO": [unii]}), version)

    assert (version.released, version.complete) == ("2025-10-06", True)
    tablet = {
        "rxcui": "197391",
        "name": "baclofen 10 MG Oral Tablet",
        "synonyms": [],
        "tty": "SCD",
        "ingredients": [
            {"rxcui": "1292", "name": "baclofen", "strength": "10 MG", "precise": None}
        ],
        "quantity": None,
        "dose_form": "Oral Tablet",
        "brand": None,
        "ndcs": ["00172409660"],
        "contents": [],
    }
    branded = {
        **tablet,
        "rxcui": "209001",
        "name": "baclofen 10 MG Oral Tablet [Lioresal]",
        "tty": "SBD",
        "brand": {"rxcui": "202800", "name": "Lioresal"},
        "ndcs": ["00028002301"],
    }
    identifiers = ((RXCUI, "1292"), (IdentifierSystem.UNII, "H789N3FKE8"))
    assert records == {
        "1292": Record(
            id="1292",
            locator="RXCUI 1292",
            substances=[Substance(("baclofen",), identifiers, distinct=True)],
            names=[("baclofen", NameType.GENERIC), ("Lioresal", NameType.BRAND)],
            identifiers=list(identifiers),
            leading=[(RXCUI, "202800", "Lioresal")],
            products=[tablet, branded],
        )
    }


def test_a_precise_ingredient_is_a_form_of_its_ingredient() -> None:
    records = read(files(LOSARTAN, OF_LOSARTAN, [("979468", "00000000001")]))

    assert records["203160"].substances == [
        Substance(
            ("losartan potassium",),
            ((RXCUI, "203160"),),
            form_of=(RXCUI, "52175"),
            distinct=True,
        )
    ]


def test_a_combination_has_its_products_and_brands_and_its_ingredients_have_none() -> None:
    records = read(files(LOSARTAN, OF_LOSARTAN, [("979468", "00000000001")]))

    combination = records["384893"]
    assert combination.substances == [
        Substance(
            (),
            ingredients=("hydrochlorothiazide", "losartan"),
            ingredient_identifiers=((RXCUI, "5487"), (RXCUI, "52175")),
        )
    ]
    assert combination.names == [
        ("hydrochlorothiazide / losartan", NameType.GENERIC),
        ("Hyzaar", NameType.BRAND),
    ]
    assert combination.leading == [
        (RXCUI, "217712", "Hyzaar"),
        (RXCUI, "384893", "hydrochlorothiazide / losartan"),
    ]
    assert [product["rxcui"] for product in combination.products] == ["979468", "979471"]
    assert combination.products[0]["ingredients"][1] == {
        "rxcui": "52175",
        "name": "losartan",
        "strength": "50 MG",
        "precise": {"rxcui": "203160", "name": "losartan potassium"},
    }
    for part in ("52175", "5487"):
        assert not records[part].products
        assert [name for name, type_ in records[part].names if type_ == NameType.BRAND] == []


def test_a_brand_without_products_is_the_combination_s_or_nobody_s() -> None:
    concepts = LOSARTAN | {
        "9": ("BN", "Sold before"),
        "8": ("BN", "Of one"),
        "7": ("IN", "esmolol"),
    }
    relations = [
        *OF_LOSARTAN,
        ("9", "tradename_of", "52175"),
        ("9", "tradename_of", "5487"),
        ("8", "tradename_of", "52175"),
        ("217712", "tradename_of", "7"),
    ]

    records = read(files(concepts, relations, [("979468", "00000000001")]))

    brands = {
        id_: [name for name, type_ in record.names if type_ == NameType.BRAND]
        for id_, record in records.items()
    }
    assert brands == {
        "52175": ["Of one"],
        "203160": [],
        "5487": [],
        "7": [],
        "384893": ["Hyzaar", "Sold before"],
    }


def test_a_pack_is_of_all_that_it_contains_but_for_what_is_inert() -> None:
    pack = "{21 (baclofen 10 MG Oral Tablet) / 7 (inert ingredients 1 MG Oral Tablet) } Pack"
    concepts = BACLOFEN | {
        "748794": ("IN", "inert ingredients"),
        "748795": ("SCDC", "inert ingredients 1 MG"),
        "748797": ("SCD", "inert ingredients 1 MG Oral Tablet"),
        "500": ("GPCK", pack),
        "501": ("BPCK", f"{pack} [Lioresal]"),
        "600": ("DF", "Pack"),
    }
    relations = [
        *OF_BACLOFEN,
        ("748795", "has_ingredient", "748794"),
        ("748797", "consists_of", "748795"),
        ("500", "contains", "197391"),
        ("500", "contains", "748797"),
        ("500", "has_dose_form", "600"),
        ("501", "tradename_of", "500"),
    ]

    generic, branded = read(files(concepts, relations))["1292"].products[2:]

    assert generic["ingredients"] == [
        {"rxcui": "1292", "name": "baclofen", "strength": "10 MG", "precise": None}
    ]
    assert generic["contents"] == [
        {"rxcui": "197391", "name": "baclofen 10 MG Oral Tablet", "amount": "21"},
        {"rxcui": "748797", "name": "inert ingredients 1 MG Oral Tablet", "amount": "7"},
    ]
    assert (generic["dose_form"], generic["brand"]) == ("Pack", None)
    assert branded["contents"] == generic["contents"]
    assert branded["brand"] == {"rxcui": "202800", "name": "Lioresal"}


@pytest.mark.parametrize(
    ("name", "quantity", "form"),
    [
        ("1 ML baclofen 10 MG Injection", "1 ML", "Injection"),
        ("24 HR Abuse-Deterrent baclofen 10 MG Oral Tablet", "24 HR", "Oral Tablet"),
        ("Sprinkle baclofen 10 MG Oral Capsule", None, "Oral Capsule"),
        ("baclofen 10 milligrams Oral Tablet", None, None),
    ],
)
def test_what_a_name_does_not_say_by_rule_is_not_guessed(
    name: str, quantity: str | None, form: str | None
) -> None:
    concepts = BACLOFEN | {"197391": ("SCD", name), "209001": ("SBD", f"{name} [Lioresal]")}

    products = read(files(concepts, OF_BACLOFEN))["1292"].products

    assert [(p["quantity"], p["dose_form"]) for p in products] == [(quantity, form)] * 2


def test_an_ingredient_without_a_concept_is_known_by_its_component_s_name() -> None:
    relations = [one for one in OF_LOSARTAN if one[:2] != ("316001", "has_ingredient")]
    relations = [one for one in relations if one[0] not in ("203160", "384893")]
    relations.remove(("316001", "has_precise_ingredient", "203160"))
    concepts = {k: v for k, v in LOSARTAN.items() if k not in ("52175", "203160", "384893")}

    record = read(files(concepts, relations, [("979468", "00000000001")]))[
        "5487+losartan potassium"
    ]

    assert record.substances == [
        Substance(
            (),
            ingredients=("hydrochlorothiazide", "losartan potassium"),
            ingredient_identifiers=((IdentifierSystem.RXCUI, "5487"), None),
        )
    ]
    assert record.locator == "RXCUI 979468"


def test_a_product_of_which_an_ingredient_is_not_known_is_left_out() -> None:
    relations = [one for one in OF_LOSARTAN if one != ("979468", "consists_of", "316001")]

    found = list(
        RxNorm().read([*files(LOSARTAN, relations, [("979468", "1" * 11)])], SourceVersion())
    )

    invalid = [item for item in found if isinstance(item, InvalidRecord)]
    assert [(item.place, item.in_part) for item in invalid] == [
        ("RXCUI 979468", True),
        ("RXCUI 979471", True),
    ]
    assert not any(item.products for item in found if isinstance(item, Record))


def test_a_pack_or_a_combination_of_which_a_part_is_lacking_is_not_its_other_part() -> None:
    concepts = BACLOFEN | {"500": ("GPCK", "{1 (a) / 1 (b) } Pack"), "99": ("MIN", "a / b")}
    relations = [*OF_BACLOFEN, ("500", "contains", "197391"), ("500", "contains", "1")]
    relations += [("99", "has_part", "1292"), ("99", "has_part", "1")]

    *found, record = RxNorm().read([*files(concepts, relations)], SourceVersion())

    assert [(item.place, item.reason) for item in found if isinstance(item, InvalidRecord)] == [
        ("RXCUI 500", "not all that it contains is known.")
    ]
    assert isinstance(record, Record)
    assert record.leading == [(RXCUI, "202800", "Lioresal")]
    assert [product["rxcui"] for product in record.products] == ["197391", "209001"]


def test_what_is_suppressed_or_of_another_vocabulary_is_not_read() -> None:
    more = {
        "RXNCONSO": [
            concept("1292", "SU", "SHARED", "AAAAAAAAAA", "MTHSPL", "O"),
            concept("7", "IN", "obsolete", suppress="O"),
            concept("8", "IN", "licensed", vocabulary="GS"),
            concept("1292", "PSN", "Baclofen"),
        ],
        "RXNREL": [
            relation("202800", "tradename_of", "197391", suppress="O"),
            relation("197391", "consists_of", "1292", vocabulary="GS"),
            "|A1|AUI|RO||A2|AUI|consists_of|1||RXNORM||||N|4096|",
        ],
        "RXNSAT": [
            attribute("197391", "00000000009", suppress="O"),
            attribute("197391", "0172-4096-60", vocabulary="MTHSPL"),
            attribute("197391", "10 MG", "RXN_AVAILABLE_STRENGTH"),
        ],
    }

    unmarked = {"RXNSAT": [attribute("197391", "00000000009", suppress="")]}

    assert read(files(BACLOFEN, OF_BACLOFEN, more=more)) == read(files(BACLOFEN, OF_BACLOFEN))
    products = read(files(BACLOFEN, OF_BACLOFEN, more=unmarked))["1292"].products
    assert products[0]["ndcs"] == ["00000000009", "00172409660"]


def test_a_line_that_cannot_be_read_is_reported_and_the_rest_is_read() -> None:
    more = {
        "RXNCONSO": ["1|2", concept("x", "IN", "baclofen"), concept("3", "IN", "")],
        "RXNREL": ["1|2"],
        "RXNSAT": [attribute("197391", "0172-4096")],
    }

    found = list(RxNorm().read([*files(BACLOFEN, OF_BACLOFEN, more=more)], SourceVersion()))

    assert [(i.file[-12:], i.place, i.reason) for i in found if isinstance(i, InvalidRecord)] == [
        ("RXNCONSO.RRF", "line 6", "it has 1 columns; 18 were expected."),
        ("RXNCONSO.RRF", "line 7", "its RXCUI 'x' is no number."),
        ("RXNCONSO.RRF", "line 8", "it has no name."),
        ("f/RXNREL.RRF", "line 6", "it has 1 columns; 16 were expected."),
        ("f/RXNSAT.RRF", "line 3", "its NDC '0172-4096' has not eleven digits."),
    ]
    assert len([item for item in found if isinstance(item, Record)]) == 1


def test_of_the_full_rxnorm_the_prescribable_content_is_read() -> None:
    prescribe = files(BACLOFEN, OF_BACLOFEN)
    full = files({}, [], [])
    for file in prescribe:
        file.name = file.name.replace("/rrf/", "/prescribe/rrf/")

    assert "1292" in read([*full, *prescribe])


def test_files_that_are_not_these_are_refused() -> None:
    conso, rel, sat = files(BACLOFEN, OF_BACLOFEN)
    cut = File(rel.name, relation("1", "consists_of", "2")[:20])
    cut_in_the_end = File(sat.name, f"{attribute(*NDCS[0])}\n{attribute(*NDCS[1])[:20]}")
    comma = File(conso.name, "RXCUI,LAT,TS\n")

    assert "no RXNREL.RRF was found" in refusal([conso, sat])
    assert "a second RXNSAT.RRF was found" in refusal([conso, rel, sat, sat])
    assert "18 were expected" in refusal([comma, rel, sat])
    assert "16 were expected" in refusal([conso, cut, sat])
    assert "it is cut off in line 2" in refusal([conso, rel, cut_in_the_end])
    assert "it has no ingredients" in refusal(files({"1": ("DF", "Pack")}, OF_BACLOFEN))
    assert "what the products of RXNCONSO consist of" in refusal(files(BACLOFEN, OF_BACLOFEN[:2]))
    assert "it has no NDCs" in refusal(files(BACLOFEN, OF_BACLOFEN, [("7", "0" * 11)]))
