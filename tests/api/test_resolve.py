"""Which drug is meant: one, several, or none, and never a guess."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Holding, Save, slow_on_postgres
from tests.writing import CITE, brand, drug

LOOK_ALIKE = """
    acetazolamide acetohexamide, alprazolam lorazepam, amantadine amiodarone, amlodipine amiloride,
    anakinra amikacin, arbaclofen baclofen, azacitidine azathioprine, bupropion buspirone,
    captopril carvedilol, carbamazepine oxcarbazepine, carboplatin cisplatin, cefazolin cefotaxime,
    cefotetan cefoxitin, ceftazidime ceftriaxone, cefuroxime cefotaxime, celexa celebrex,
    cerebyx celebrex, chlordiazepoxide chlorpromazine, chlorpromazine chlorpropamide,
    clobazam clonazepam, clomiphene clomipramine, clonazepam lorazepam, clonidine clonazepam,
    clonidine klonopin, cyclophosphamide cyclosporine, cycloserine cyclosporine,
    dactinomycin daptomycin, daunorubicin doxorubicin, desipramine imipramine,
    diazepam diltiazem, diphenhydramine dimenhydrinate, dobutamine dopamine,
    docetaxel paclitaxel, dronabinol droperidol, duloxetine fluoxetine, ephedrine epinephrine,
    epirubicin eribulin, escitalopram citalopram, ezetimibe ezogabine, fentanyl sufentanil,
    fluoxetine fluvoxamine, fluphenazine fluvoxamine, gabapentin gemfibrozil, glipizide glyburide,
    guaifenesin guanfacine, hydralazine hydroxyzine, hydrocodone oxycodone,
    hydromorphone morphine, hydroxyzine hydroxyurea, idarubicin doxorubicin, infliximab rituximab,
    ketorolac ketamine, lamictal lamisil, lamivudine lamotrigine, lamotrigine levetiracetam,
    levetiracetam levocarnitine, losec lasix, medroxyprogesterone methylprednisolone,
    mesna mesalamine, metformin metronidazole, methadone methylphenidate, methimazole metolazone,
    metoprolol metoclopramide, metronidazole miconazole, mifepristone misoprostol,
    mitomycin mitoxantrone, nicardipine nifedipine, nimodipine nifedipine,
    norethindrone norethisterone-x, olanzapine quetiapine, oxcarbazepine oxaprozin,
    oxycontin oxybutynin, pazopanib ponatinib, pemetrexed pralatrexate,
    penicillamine penicillin, pentobarbital phenobarbital, pentazocine tazocin,
    prednisolone prednisone, propranolol propafenone, quinidine quinine, rifampin rifaximin,
    risperidone ropinirole, romidepsin romiplostim, sertraline cetirizine,
    sitagliptin saxagliptin, solifenacin darifenacin, sorafenib sunitinib,
    sulfadiazine sulfasalazine,
    sumatriptan zolmitriptan, tiagabine tizanidine, tolazamide tolbutamide, torsemide furosemide,
    tramadol trazodone, valacyclovir valganciclovir, vinblastine vincristine, xanax zantac,
    zyprexa zyrtec
"""
"""Pairs that the Institute for Safe Medication Practices and FDA list as confused with each other,
of names in their published tables."""

PAIRS = [tuple(pair.split()) for pair in LOOK_ALIKE.replace("\n", " ").split(",")]


@pytest.fixture(scope="session")
def look_alikes(holding: Holding) -> Iterator[httpx.Client]:
    """Drugs whose names are a letter or two apart, in what is no misspelling."""
    with holding(
        named("factor-x"),
        named("factor-ii"),
        named("factor-vii"),
        named("vitamin-d"),
        named("lisinopril"),
        named("fosinopril-hydrochlorothiazide"),
        named("interferon-beta-1a"),
    ) as client:
        yield client


def resolved(client: httpx.Client, *names: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/resolve", params={"name": list(names), **asked})
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


def meant(client: httpx.Client, *names: str) -> list[tuple[str, str | None]]:
    return [(i["match"], (i["drug"] or {}).get("id")) for i in resolved(client, *names)]


def synonym(name: str) -> dict[str, Any]:
    return brand(name) | {"type": "synonym"}


def named(name: str, *names: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A drug with more names."""
    file = drug(name, **fields)
    file["drug"]["names"] += names
    return file


def test_the_table_is_one_of_pairs() -> None:
    assert len(PAIRS) >= 90
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in PAIRS)


@pytest.mark.slow
def test_no_name_resolves_to_its_twin(client: httpx.Client, save: Save) -> None:
    """Each name is asked for where only its twin is known."""
    for known in (0, 1):
        twins = sorted({pair[known] for pair in PAIRS})
        save(*(drug(name) for name in twins))
        asked = sorted({pair[1 - known] for pair in PAIRS} - set(twins))
        assert len(asked) > 50
        for start in range(0, len(asked), 50):
            some = asked[start : start + 50]
            decorated = [f"{name.upper()} hydrochloride 10 mg tablets" for name in some]
            assert meant(client, *some) == [("none", None)] * len(some)
            assert meant(client, *decorated) == [("none", None)] * len(some)


@pytest.mark.slow
def test_each_of_a_pair_is_found_by_its_own_name(client: httpx.Client, save: Save) -> None:
    every = sorted({name for pair in PAIRS for name in pair})
    save(*(drug(name) for name in every))

    for start in range(0, len(every), 50):
        some = every[start : start + 50]
        assert meant(client, *some) == [("exact", name) for name in some]
        assert meant(client, *(f"{name.capitalize()} 5mg" for name in some)) == [
            ("exact", name) for name in some
        ]


@pytest.fixture(scope="session")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """Drugs with names that are alike, and one that two share."""
    cas = {"system": "cas", "value": "1134-47-0", "cite": CITE}
    unii = {"system": "unii", "value": "H789N3FKE8", "cite": CITE}
    with holding(
        named("baclofen", brand("Lioresal®"), synonym("Baclofène"), identifiers=[cas, unii]),
        named("arbaclofen", synonym("(R)-baclofen")),
        named("one", brand("Sharedex"), synonym("AB-12")),
        named("other", brand("Sharedex"), synonym("AB 12"), synonym("methyl-one")),
        named("clotrimazole", brand("Lotrimin")),
        named("miconazole", brand("Lotrimin AF")),
        named("botulinum-toxin", brand("Botox")),
        named("isotretinoin"),
        named("pentazocine"),
        named("calcium"),
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "match", "id_"),
    [
        ("baclofen", "exact", "baclofen"),
        ("  BACLOFEN ", "exact", "baclofen"),
        ("baclofène", "synonym", "baclofen"),
        ("baclofene", "synonym", "baclofen"),
        ("lio-resal", "brand", "baclofen"),
        ("LIORESAL ®", "brand", "baclofen"),
        ("(R)-Baclofen", "synonym", "arbaclofen"),
        ("(S)-Baclofen", "none", None),
        ("Sharedex", "ambiguous", None),
        ("AB-12", "synonym", "one"),
        ("ab 12", "synonym", "other"),
        ("AB12", "ambiguous", None),
        ("tazocin", "none", None),
        ("Botox Cosmetic", "none", None),
        ("bacl", "none", None),
        ("calcium chloride", "none", None),
        ("arbaclofen / baclofen", "none", None),
        ("baclofen and one", "none", None),
        ("!!!", "none", None),
        ("hydrochloride", "none", None),
        ("Lotrimin", "brand", "clotrimazole"),
        ("Lotrimin powder", "ambiguous", None),
        ("Lioresal tablets", "brand", "baclofen"),
    ],
)
def test_a_name_is_resolved_or_it_is_not(
    pharmacy: httpx.Client, name: str, match: str, id_: str | None
) -> None:
    assert meant(pharmacy, name) == [(match, id_)]


def test_what_qualifies_the_name_is_reported(pharmacy: httpx.Client) -> None:
    [tablet, salt] = resolved(pharmacy, "BACLOFEN 10 MG TABLET", "baclofen hydrochloride")

    assert tablet == {
        "name": "BACLOFEN 10 MG TABLET",
        "identifier": None,
        "match": "exact",
        "drug": {"id": "baclofen", "name": "baclofen"},
        "product": None,
        "label_product": None,
        "stripped": [
            {"kind": "strength", "text": "10 MG"},
            {"kind": "dose_form", "text": "TABLET"},
        ],
        "candidates": [
            {
                "drug": {"id": "baclofen", "name": "baclofen"},
                "match": "exact",
                "name": "baclofen",
                "substance": None,
            }
        ],
        "also": [],
        "suggestions": [],
    }
    assert salt["stripped"] == [{"kind": "salt", "text": "hydrochloride"}]


def test_of_several_drugs_each_is_a_candidate_and_none_is_chosen(pharmacy: httpx.Client) -> None:
    [shared] = resolved(pharmacy, "sharedex 5 mg")

    assert (shared["match"], shared["drug"], shared["suggestions"]) == ("ambiguous", None, [])
    assert [c["drug"]["id"] for c in shared["candidates"]] == ["one", "other"]


def test_what_one_drug_is_called_is_that_drug_though_others_have_it_as_a_synonym(
    holding: Holding,
) -> None:
    with holding(
        named("epinephrine"),
        named("racepinephrine", synonym("epinephrine")),
        named("neomycin"),
        named("framycetin", brand("neomycin")),
        named("one", synonym("shared")),
        named("two", synonym("shared")),
        named("three", brand("both") | {"type": "generic"}),
        named("four", brand("both") | {"type": "generic"}),
        named("alphadol"),
        named("betadol", brand("alphadol") | {"type": "generic"}),
        named("five", brand("mixed")),
        named("six", synonym("mixed")),
    ) as client:
        called, generic, *others = resolved(
            client, "Epinephrine 1 mg", "alphadol", "neomycin", "shared", "both", "mixed"
        )

    assert (called["match"], called["drug"]["id"]) == ("exact", "epinephrine")
    assert [c["drug"]["id"] for c in called["candidates"]] == ["epinephrine"]
    assert [(c["drug"]["id"], c["match"]) for c in called["also"]] == [
        ("racepinephrine", "synonym")
    ]
    assert (generic["match"], generic["drug"]["id"]) == ("exact", "alphadol")
    assert [c["drug"]["id"] for c in generic["also"]] == ["betadol"]
    for ambiguous in others:
        assert (ambiguous["match"], ambiguous["drug"], ambiguous["also"]) == ("ambiguous", None, [])
        assert len(ambiguous["candidates"]) == 2


@pytest.fixture(scope="session")
def hospital(holding: Holding) -> Iterator[httpx.Client]:
    """Ingredients, combinations of them, and brands of both."""
    with holding(
        named("hydrochlorothiazide", synonym("HCTZ")),
        named("triamterene"),
        named("valsartan", brand("Diovan"), brand("Shared")),
        named("metformin", brand("Glucophage"), brand("Shared")),
        named("hydromorphone", brand("Dilaudid")),
        named("sulfamethoxazole"),
        named("trimethoprim"),
        named("amlodipine"),
        named("aprepitant", brand("Emend")),
        named("angiotensin-ii", synonym("angiotensin")),
        named("collagen"),
        named("collagen-type", synonym("collagen II")),
        named("ciprofloxacin"),
        named("codeine"),
        named("guaifenesin"),
        combination("triamterene", "hydrochlorothiazide"),
        combination("valsartan", "hydrochlorothiazide", brand("Diovan HCT")),
        combination("amlodipine", "valsartan"),
        combination("amlodipine", "valsartan", "hydrochlorothiazide"),
        combination("sulfamethoxazole", "trimethoprim"),
        combination("codeine", "guaifenesin", called={"codeine": "CODEINE PHOSPHATE"}),
    ) as client:
        yield client


def combination(
    *parts: str | dict[str, Any], called: dict[str, str] | None = None
) -> dict[str, Any]:
    """A drug made of others, with more names; `called` is what the source calls one of them."""
    ingredients = [part for part in parts if isinstance(part, str)]
    return named(
        "-".join(sorted(ingredients)),
        *(part for part in parts if isinstance(part, dict)),
        ingredients=[
            {"name": (called or {}).get(name, name), "drug": name, "cite": CITE}
            for name in ingredients
        ],
    )


@pytest.mark.parametrize(
    "join", [" and ", "/", " / ", "-", ", ", " with ", " w/ ", " + ", " & ", " HCl/"]
)
@pytest.mark.parametrize("beside", ["", " 10 mg tablet", " 10-20 mg Tab 1 TAB PO DAILY"])
def test_a_combination_is_found_by_its_parts_in_any_order(
    hospital: httpx.Client, join: str, beside: str
) -> None:
    two, three = ["valsartan", "amlodipine"], ["valsartan", "hydrochlorothiazide", "amlodipine"]

    assert meant(
        hospital, join.join(two) + beside, join.join(three) + beside.replace("-20", "-20-30")
    ) == [
        ("ingredients", "amlodipine-valsartan"),
        ("ingredients", "amlodipine-hydrochlorothiazide-valsartan"),
    ]


@slow_on_postgres
@pytest.mark.parametrize(
    ("name", "match", "id_"),
    [
        (
            "HCTZ 50 MG / triamterene 75 MG Oral Tablet",
            "ingredients",
            "hydrochlorothiazide-triamterene",
        ),
        ("Sulfameth/Trimethoprim DS 800-160mg Tab", "ingredients", "sulfamethoxazole-trimethoprim"),
        (
            "Guaifenesin-Codeine Phosphate 5ML UDCUP 5-10 ml PO",
            "ingredients",
            "codeine-guaifenesin",
        ),
        ("amlodipine / valsartan 5/160/12.5 mg", "none", None),
        ("amlodipine / foobar 10 mg", "none", None),
        ("amlodipine / 10 mg tablet", "none", None),
        ("amlodipine and 10 mg tablet", "none", None),
        ("amlodipine 5%-valsartan 10% cream", "ingredients", "amlodipine-valsartan"),
        ("foobar and amlodipine", "none", None),
        ("amlodipine / metformin", "none", None),
        ("amlodipine / amlodipine", "none", None),
        ("valsartan 160 mg/12.5 mg tablet", "none", None),
        ("valsartan 80 mg", "exact", "valsartan"),
        ("Diovan 80 mg tablet", "brand", "valsartan"),
        ("Diovan tablet", "ambiguous", None),
        ("Diovan 80/12.5 mg tablet", "none", None),
        ("Diovan HCT 80/12.5 mg tablet", "brand", "hydrochlorothiazide-valsartan"),
        ("Emend Cap 125mg/80mg", "none", None),
        ("Sulfameth 800 mg", "none", None),
        ("angiotensin IV", "none", None),
        ("collagen IV", "none", None),
        ("ciprofloxacin IV", "exact", "ciprofloxacin"),
        ("ciprofloxacin IV 400 mg IV Q12H", "exact", "ciprofloxacin"),
        ("metformin 500 mg tablets foobar", "none", None),
        ("metformin syringe", "none", None),
        ("metformin 5 mg syringe", "exact", "metformin"),
    ],
)
def test_a_combination_is_none_of_its_parts_and_what_is_not_understood_no_match(
    hospital: httpx.Client, name: str, match: str, id_: str | None
) -> None:
    assert meant(hospital, name) == [(match, id_)]


@slow_on_postgres
@pytest.mark.parametrize(
    ("name", "match", "id_"),
    [
        ("HYDROmorphone (Dilaudid)", "exact", "hydromorphone"),
        ("Dilaudid (HYDROmorphone) 2 mg", "brand", "hydromorphone"),
        ("MetFORMIN (Glucophage) 500mg Tablet 500 mg PO DAILY", "exact", "metformin"),
        ("metformin 500 MG Oral Tablet [Glucophage]", "exact", "metformin"),
        ("metformin 500 MG (metformin hydrochloride 641 MG) Oral Tablet", "exact", "metformin"),
        ("metformin (as hydrochloride) 500 mg tablet", "exact", "metformin"),
        ("metformin (Immediate Release) 500 mg", "exact", "metformin"),
        ("metformin 500 MG Oral Tablet [Unheardof]", "exact", "metformin"),
        ("valsartan 80 MG Oral Tablet [Shared]", "exact", "valsartan"),
        ("valsartan (Shared)", "ambiguous", None),
        ("metformin [Unheardof]", "none", None),
        ("metformin (Unheardof)", "none", None),
        ("metformin (Dilaudid)", "ambiguous", None),
        ("metformin 500 MG Oral Tablet [Dilaudid]", "ambiguous", None),
        ("valsartan (Diovan HCT)", "ambiguous", None),
    ],
)
def test_a_name_in_brackets_has_to_mean_the_same(
    hospital: httpx.Client, name: str, match: str, id_: str | None
) -> None:
    assert meant(hospital, name) == [(match, id_)]


def test_names_in_brackets_that_differ_are_both_candidates(hospital: httpx.Client) -> None:
    [item] = resolved(hospital, "MetFORMIN (Dilaudid) 500 mg")

    assert [(c["drug"]["id"], c["match"]) for c in item["candidates"]] == [
        ("metformin", "exact"),
        ("hydromorphone", "brand"),
    ]
    assert item["also"] == []


def test_what_was_not_understood_is_reported_beside_what_was(hospital: httpx.Client) -> None:
    [line, known, unknown] = resolved(
        hospital,
        "Triamterene HCl 75mg / HCTZ 50mg Cap 1 CAP PO BID:PRN",
        "metformin 500 MG Oral Tablet [Glucophage]",
        "metformin 500 MG Oral Tablet [Unheardof]",
    )

    assert [(s["kind"], s["text"]) for s in line["stripped"]] == [
        ("salt", "HCl"),
        ("strength", "75mg"),
        ("strength", "50mg"),
        ("dose_form", "Cap"),
        ("dose", "1 CAP"),
        ("route", "PO"),
        ("frequency", "BID:PRN"),
    ]
    assert known["stripped"][-1] == {"kind": "name", "text": "Glucophage"}
    assert unknown["stripped"][-1] == {"kind": "not_understood", "text": "Unheardof"}


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ("factor IX", []),
        ("factor VIII", []),
        ("faktor X", ["factor-x"]),
        ("factor I", []),
        ("vitamin K", []),
        ("lisinopril-hydrochlorothiazide", []),
        ("fosinopril-hydrochlorthiazide", ["fosinopril-hydrochlorothiazide"]),
        ("interferon beta-1c", []),
    ],
)
def test_a_suggestion_never_differs_in_a_numeral_a_letter_or_an_ingredient(
    look_alikes: httpx.Client, asked: str, suggested: list[str]
) -> None:
    [found] = resolved(look_alikes, asked)

    assert found["match"] == "none"
    assert [s["drug"]["id"] for s in found["suggestions"]] == suggested
    close = look_alikes.get("/v1/drugs", params={"q": asked}).json()["items"]
    by_spelling = [item["id"] for item in close if item["matched"]["how"] == "close"]
    assert by_spelling == suggested


def test_what_is_close_is_a_suggestion_with_its_distance(pharmacy: httpx.Client) -> None:
    [misspelt, begun] = resolved(pharmacy, "baclofin 10 mg", "liore")

    assert [(s["drug"]["id"], s["name"], s["distance"]) for s in misspelt["suggestions"]] == [
        ("baclofen", "baclofen", 1),
        ("arbaclofen", "(R)-baclofen", 2),
    ]
    assert (misspelt["match"], misspelt["drug"], misspelt["candidates"]) == ("none", None, [])
    assert [(s["name"], s["type"], s["distance"]) for s in begun["suggestions"]] == [
        ("Lioresal®", "brand", 3)
    ]


def test_many_are_answered_in_their_order(pharmacy: httpx.Client) -> None:
    names = [("baclofen", "nothing", "Lioresal", "baclofen")[i % 4] for i in range(50)]

    found = resolved(pharmacy, *names)

    assert [item["name"] for item in found] == names
    assert [item["match"] for item in found] == [
        ("exact", "none", "brand", "exact")[i % 4] for i in range(50)
    ]
    backwards = resolved(pharmacy, *names[::-1])
    assert backwards == found[::-1]


@pytest.mark.parametrize(
    "query",
    ["name=", "identifier=x:1", "identifier=cas", "name=%00"],
)
def test_what_is_no_question_is_refused(pharmacy: httpx.Client, query: str) -> None:
    assert pharmacy.get(f"/v1/resolve?{query}").status_code in (400, 422)


def test_more_than_fifty_are_refused(pharmacy: httpx.Client) -> None:
    answer = pharmacy.get("/v1/resolve", params={"name": ["baclofen"] * 51})

    assert answer.status_code == 422
    assert [e["parameter"] for e in answer.json()["errors"]] == ["name"]


@pytest.mark.parametrize("identifier", ["cas:1134-47-0", "unii:H789N3FKE8", "unii:h789n3fke8"])
def test_an_identifier_is_a_drugs(pharmacy: httpx.Client, identifier: str) -> None:
    answer = pharmacy.get("/v1/resolve", params={"identifier": [identifier, "cas:1-1-1"]}).json()

    found, unknown = answer["items"]
    assert (found["identifier"], found["match"], found["drug"]["id"]) == (
        identifier,
        "identifier",
        "baclofen",
    )
    assert (unknown["match"], unknown["drug"], unknown["suggestions"]) == ("none", None, [])


def test_names_come_before_identifiers(pharmacy: httpx.Client) -> None:
    asked = "identifier=cas:1134-47-0&name=Lioresal&identifier=cas:1-1-1&name=nothing"

    items = pharmacy.get(f"/v1/resolve?{asked}").json()["items"]

    assert [(item["name"] or item["identifier"], item["match"]) for item in items] == [
        ("Lioresal", "brand"),
        ("nothing", "none"),
        ("cas:1134-47-0", "identifier"),
        ("cas:1-1-1", "none"),
    ]


def test_a_thousand_are_answered_as_each_is_alone(pharmacy: httpx.Client) -> None:
    names = [("baclofen", "nothing", "Lioresal 10 mg", "Sharedex")[i % 4] for i in range(1000)]
    alone = resolved(pharmacy, *names[:4])

    answer = pharmacy.post("/v1/resolve", json=names)

    assert answer.json()["items"] == alone * 250
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert "data-release" in answer.headers
    assert pharmacy.post("/v1/resolve", json=[]).json() == {"items": []}
    assert pharmacy.post("/resolve?x=1", json=["baclofen"]).status_code == 422


def test_who_asks_for_nothing_is_answered_nothing(pharmacy: httpx.Client) -> None:
    answer = pharmacy.get("/v1/resolve")

    assert (answer.status_code, answer.json()) == (200, {"items": []})
    assert "data-release" in answer.headers


@pytest.fixture(scope="session")
def written_otherwise(holding: Holding) -> Iterator[httpx.Client]:
    """Drugs of which sources have other names than people use."""
    with holding(
        named("insulin-human", synonym("Insulin regular")),
        named("insulin-isophane", synonym("insulin isophane")),
        named("fentanyl", brand("DURAGESIC-100"), brand("DURAGESIC-50")),
        named("tocilizumab"),
        named("insulin"),
        named("insulin-zinc-beef", synonym("INSULIN ZINC SUSP BEEF")),
        named("insulin-zinc-human", synonym("INSULIN ZINC SUSP RECOMBINANT HUMAN")),
        named("valproic-acid", synonym("Divalproex sodium")),
        named("brompheniramine-and-more", brand("Bromfed DM")),
        named("xylazine", synonym("Bayer 1470")),
        named("ethanol", synonym("alcohol")),
        named("one", brand("Shared 10")),
        named("other", brand("Shared 20")),
    ) as client:
        yield client


@slow_on_postgres
@pytest.mark.parametrize(
    ("name", "match", "id_"),
    [
        ("regular insulin", "synonym", "insulin-human"),
        ("Insulin, Regular 100 units/mL", "synonym", "insulin-human"),
        ("NPH insulin", "synonym", "insulin-isophane"),
        ("insulin NPH", "synonym", "insulin-isophane"),
        ("lente insulin", "ambiguous", None),
        ("Duragesic", "brand", "fentanyl"),
        ("Duragesic patch", "brand", "fentanyl"),
        ("divalproex", "synonym", "valproic-acid"),
        ("divalproex 250 mg tablet", "synonym", "valproic-acid"),
        ("tocilizumab-bavi", "exact", "tocilizumab"),
        ("insulin-zinc", "none", None),
        ("Bromfed", "none", None),  # with DM it is another product
        ("Shared", "ambiguous", None),
        ("Dura", "none", None),
        ("Bayer", "none", None),
        ("alcohol swab", "none", None),
    ],
)
def test_what_sources_write_otherwise_is_found_where_nothing_else_is(
    written_otherwise: httpx.Client, name: str, match: str, id_: str | None
) -> None:
    assert meant(written_otherwise, name) == [(match, id_)]


@pytest.fixture(scope="session")
def ward(holding: Holding) -> Iterator[httpx.Client]:
    """Drugs of orders and lines, and what looks like them."""
    with holding(
        named("lisinopril", brand("Zestril")),
        named("vancomycin"),
        named("potassium-chloride"),
        named("sodium-chloride"),
        named("magnesium-sulfate", synonym("MgSO4")),
        named("morphine", synonym("MS")),
        named("zidovudine", synonym("AZT")),
        named("azathioprine"),
        named("methotrexate", synonym("MTX")),
        named("nitroglycerin"),
        named("dextran"),
        named("dextran-40"),
        named("sodium-iodide"),
        named("interferon-alfa"),
        named("acetaminophen", brand("Tylenol")),
        named("codeine"),
        named("lidocaine", brand("Xylocaine")),
        named("epinephrine"),
        named("heparin"),
        named("albumin-human", synonym("albumin human")),
        named("d-glucose"),
        named("insulin-lispro", synonym("insulin lispro protamine")),
        named("insulin-lispro-protamine-human", synonym("insulin lispro protamine, human")),
        named("pimozide", synonym("Haldol decanoate")),
        named("haloperidol", brand("Haldol")),
        named("ciprofloxacin", brand("Cipro")),
        named("hydrocortisone"),
        named("niobium", synonym("Nb")),
        named("vilanterol"),
        named("vilanterol-mesylate"),
        combination("acetaminophen", "codeine"),
        combination("lidocaine", "epinephrine", brand("Xylocaine")),
        combination("ciprofloxacin", "hydrocortisone", brand("Cipro"), brand("Cipro HC")),
        combination("hydrocortisone", "vilanterol-mesylate"),
    ) as client:
        yield client


@slow_on_postgres
@pytest.mark.parametrize(
    ("name", "match", "id_"),
    [
        ("Vancomycin 1 g in NS 250 mL IVPB", "exact", "vancomycin"),
        ("vancomycin 1,250 mg in sodium chloride 0.9 % 250 mL IVPB", "exact", "vancomycin"),
        ("vancomycin 1 g/200 mL-NaCl 0.9% intravenous solution", "exact", "vancomycin"),
        ("potassium chloride 20 mEq in NS 1000 mL", "none", None),  # a fluid of both
        ("lisinopril 20", "exact", "lisinopril"),
        ("lisinopril 20 qhs", "exact", "lisinopril"),
        ("Zestril 20", "brand", "lisinopril"),
        ("Tylenol 3", "none", None),
        ("Tylenol 3 q6h prn", "none", None),
        ("Tylenol #3", "none", None),
        ("codeine-acetaminophen #3 30-300 mg tablet", "ingredients", "acetaminophen-codeine"),
        ("dextran 40", "exact", "dextran-40"),
        ("dextran 60", "none", None),
        ("sodium iodide 131", "none", None),
        ("interferon alfa 2", "none", None),
        ("potassium chloride 20", "none", None),
        ("potassium chloride 20 PO daily", "exact", "potassium-chloride"),
        ("lisinopril 10 mg tablet Take 1 tablet by mouth daily.", "exact", "lisinopril"),
        ("lisinopril 10 mg PO daily for Mr. Unheardof", "exact", "lisinopril"),
        ("lisinopril 10 mg PO daily codeine 30 mg", "none", None),
        ("lisinopril 10 mg PO daily and unheardof 30 mg", "none", None),
        ("lisinopril 10 mg tablet unheardof", "none", None),
        ("lisinopril 10 mg PO daily with food", "exact", "lisinopril"),
        ("lisinopril (ZESTRIL;UNHEARDOF) 10 mg tablet", "exact", "lisinopril"),
        ("lidocaine (XYLOCAINE) 20 mg/mL injection", "exact", "lidocaine"),
        ("lidocaine-epinephrine 1 %-1:100,000", "ingredients", "epinephrine-lidocaine"),
        ("heparin (porcine) 5,000 unit/mL vial", "exact", "heparin"),
        ("Albumin 25% (12.5g / 50mL) 12.5 g IV", "exact", "albumin-human"),
        ("NTG 0.4 mg SL PRN chest pain", "exact", "nitroglycerin"),
        ("MgSO4 2 g IVPB", "synonym", "magnesium-sulfate"),
        ("NaCl 0.9% flush", "exact", "sodium-chloride"),
        ("co-codamol 30/500 tablets", "ingredients", "acetaminophen-codeine"),
        ("co-amoxiclav 625 mg", "none", None),
        ("MS 2 mg IV", "ambiguous", None),
        ("AZT", "ambiguous", None),
        ("MTX 2.5 mg tablets", "ambiguous", None),
        ("HCT", "ambiguous", None),
        ("TPN", "none", None),
        ("methotrexate (MTX) 2.5 mg", "exact", "methotrexate"),
        ("Cipro", "brand", "ciprofloxacin"),
        ("Cipro HC", "brand", "ciprofloxacin-hydrocortisone"),
        ("Haldol decanoate", "ambiguous", None),
        ("insulin lispro", "exact", "insulin-lispro"),
        ("insulin lispro protamine", "synonym", "insulin-lispro-protamine-human"),
        ("tablet Nb", "none", None),
        ("Nb", "ambiguous", None),
        ("vilanterol/hydrocortisone", "ingredients", "hydrocortisone-vilanterol-mesylate"),
    ],
)
def test_orders_and_lines_as_they_are_written(
    ward: httpx.Client, name: str, match: str, id_: str | None
) -> None:
    assert meant(ward, name) == [(match, id_)]


@slow_on_postgres
def test_an_abbreviation_that_has_been_taken_for_another_drug_names_each(
    ward: httpx.Client,
) -> None:
    [item] = resolved(ward, "AZT 300 mg tablet")

    assert [each["drug"]["id"] for each in item["candidates"]] == ["azathioprine", "zidovudine"]
    assert item["stripped"] == [
        {"kind": "strength", "text": "300 mg"},
        {"kind": "dose_form", "text": "tablet"},
    ]


def test_of_a_salt_and_its_ion_the_salt_is_meant(client: httpx.Client, save: Save) -> None:
    ion = named("lithium-cation", synonym("lithium"))
    ion["drug"]["name"] = ion["drug"]["names"][0]["name"] = "Lithium cation"
    save(ion, named("lithium-carbonate", synonym("lithium")))

    [item] = resolved(client, "lithium")

    assert (item["match"], item["drug"]["id"]) == ("synonym", "lithium-carbonate")
    assert [each["drug"]["id"] for each in item["also"]] == ["lithium-cation"]


APPLIANCES = """
    Insulin syringe 1 mL 29G; Insulin pen needles 31G x 5 mm; insulin pump supplies;
    BD insulin syringe 0.5 mL 30G x 1/2"; glucose test strips; glucose meter; heparin lock cap;
    lancets 30G; Foley catheter 16 Fr; alcohol swabs; hydrocolloid dressing 4x4; morphine pump;
    Tegaderm film dressing 10cm x 12cm; sodium chloride syringe; insulin pen; oral syringe 10 mL
"""


@slow_on_postgres
def test_an_appliance_is_no_drug(ward: httpx.Client) -> None:
    names = [" ".join(each.split()) for each in APPLIANCES.split(";")]

    assert meant(ward, *names) == [("none", None)] * len(names)


def misspellings(name: str) -> Iterator[str]:
    """A name with a letter left out, doubled, replaced, or swapped with its neighbour."""
    for at in range(len(name) - 1):
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at] + name[at:]
        yield name[:at] + "q" + name[at + 1 :]
        yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]


@slow_on_postgres
def test_a_misspelling_is_never_another_drug(ward: httpx.Client) -> None:
    known = ["lisinopril", "vancomycin", "zestril", "codeine", "heparin", "dextran", "cipro"]
    lines = ["{} 20", "{} 10 mg PO daily PRN pain", "{} 1 g in NS 100 mL IVPB", "{}"]

    for name in known:
        [[_, drug]] = meant(ward, name)
        wrong = sorted(set(misspellings(name)) - {name})
        asked = [line.format(each) for each in wrong for line in lines]
        answer = ward.post("/v1/resolve", json=asked).raise_for_status().json()
        assert {(item["drug"] or {}).get("id") for item in answer["items"]} <= {None, drug}
