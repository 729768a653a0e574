"""Every parameter of every route: bounded as its schema says, and heeded."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from app.http.parameters import MOST_PROBLEMS
from tests.conformance import contract
from tests.conftest import Holding
from tests.examples import path_of
from tests.ingest.loading import label, labels, rxnorm
from tests.writing import drug, fact, indication, warning

Parameter = dict[str, Any]
Values = Callable[[dict[str, Any]], list[Any]]

PAGING = {"limit", "cursor", "sort", "fields"}
HELD: dict[str, Values] = {
    "drug": lambda item: [item["drug"]["id"]] if item["drug"] else [],
    "status": lambda item: [item["status"]],
    "condition": lambda item: [c["id"] for c in item.get("conditions") or [item["condition"]] if c],
    "max_phase": lambda item: [item["max_phase"] and f"{item['max_phase']:g}"],
    "target": lambda item: [item["target"]["id"]] if item["target"] else [],
    "action_type": lambda item: [item["action_type"]],
    "process": lambda item: [item["process"]],
    "organ": lambda item: [item["organ"]],
    "registry_id": lambda item: item["registry_ids"],
    "study": lambda item: [item["study"]],
    "type": lambda item: [item["type"]],
    "category": lambda item: [item["category"]],
    "severity": lambda item: [item["severity"]],
    "boxed": lambda item: [item["boxed"]],
    "subject": lambda item: [item["subject"]["fact"]],
    "class": lambda item: [c["id"] for c in item["classes"]],
    "identifier": lambda item: [f"{i['system']}:{i['value']}" for i in item["identifiers"]],
    "q": lambda item: (
        [name["name"] if isinstance(name, dict) else name.lower() for name in item["names"]]
        if "names" in item
        else [item["name"].lower()]
    ),
    "code": lambda item: [f"{code['system']}:{code['code']}" for code in item["codes"]],
    "kind": lambda item: [item["kind"]],
    "manufacturer": lambda item: item["manufacturers"],
    "route": lambda item: item["routes"],
    "application_number": lambda item: item["application_numbers"],
    "ndc": lambda item: (
        item["ndcs"] if "ndcs" in item else [*item["product_ndcs"], *item["package_ndcs"]]
    ),
    "form": lambda item: [(item if "tty" in item else item["substance"] or {}).get("form")],
    "tty": lambda item: [item["tty"]],
    "dose_form": lambda item: [item["dose_form"]],
    "brand": lambda item: [item["brand"]["name"]] if item["brand"] else [],
    "product_type": lambda item: item["product_types"],
    "mentions": lambda item: [m["drug"]["id"] for m in item["mentions"] if m["drug"]],
}
"""What an item holds of what each filter asks for."""


def parameters() -> Iterator[tuple[str, Parameter]]:
    """Each path but FHIR's, whose errors are others, and each of its parameters."""
    for template, operation in contract().reads():
        for parameter in operation.get("parameters", []) if "/fhir/" not in template else ():
            schema = contract().resolved(parameter["schema"])
            yield template, parameter | {"schema": schema}


def lists() -> list[str]:
    return [template for template, parameter in parameters() if parameter["name"] == "limit"]


def filters() -> list[tuple[str, str]]:
    return [
        (template, parameter["name"])
        for template, parameter in parameters()
        if parameter["in"] == "query" and template in lists() and parameter["name"] not in PAGING
    ]


WANTED: dict[str, dict[str, str]] = {
    "/v1/search": {"q": "gout"},
    "/v1/resolve": {"name": "one"},
    "/v1/interactions": {"drugs": "one,other"},
    "/v1/drugs/{drug_id}/interactions": {"with": "other"},
}
"""What a path is asked with, where it answers nothing without."""


def path_to(template: str) -> str:
    operation = contract().document["paths"][template]["get"]
    return path_of(operation, template).partition("?")[0]


def every_of(client: httpx.Client, template: str, **asked: Any) -> httpx.Response:
    """What a path answers when it is asked for this, and for what it answers nothing without."""
    path = path_to(template).replace("baclofen", "one")
    return client.get(path, params=WANTED.get(template, {}) | asked)


def too_much(parameter: Parameter) -> Iterator[str]:
    """Values that the parameter's schema does not allow."""
    schema = parameter["schema"]
    if schema["type"] == "string":
        yield "x" if "enum" in schema else "x" * (schema["maxLength"] + 1)
        if "pattern" in schema:
            yield "a\x01"
        if parameter["in"] == "query":
            yield ""
    if schema["type"] == "integer":
        yield from ("0", "-1", "101", "1000000000", "9223372036854775808", "", "+1", "1.0", "1_0")
        yield from (" 1", "1 ", "01", "1e1", "0x1", "\u0661", "null", "NaN", "true")
    if schema["type"] == "boolean":
        yield from ("", "1", "0", "yes", "TRUE", "True", "on", "null")


def test_every_parameter_is_bounded_in_the_document() -> None:
    for template, parameter in parameters():
        schema, where = parameter["schema"], f"{template} {parameter['name']}"
        if schema["type"] == "string":
            assert "enum" in schema or {"maxLength", "minLength", "pattern"} <= set(schema), where
        elif schema["type"] == "integer":
            assert {"minimum", "maximum", "format"} <= set(schema), where
        elif schema["type"] == "array":
            assert schema["maxItems"] <= 100, where
            assert {"maxLength", "minLength", "pattern"} <= set(schema["items"]), where
        else:
            assert schema["type"] == "boolean", where


@pytest.mark.slow
def test_and_in_fact(without_database: httpx.Client) -> None:
    for template, parameter in parameters():
        name = parameter["name"]
        for value in too_much(parameter):
            if parameter["in"] == "path":
                quoted = "".join(f"%{byte:02X}" for byte in value.encode())
                path = template.replace("{" + name + "}", quoted).replace("{", "x")
                answer = without_database.get(path, params=WANTED.get(template))
            else:
                answer = every_of(without_database, template, **{name: value})

            where = f"{template} {name}={value!r:.40}"
            assert answer.status_code == 422, where
            assert [e["parameter"] for e in answer.json()["errors"]] == [name], where
            assert answer.headers["content-type"] == "application/problem+json", where


@pytest.mark.slow
def test_every_route_refuses_the_parameters_of_other_routes(
    without_database: httpx.Client,
) -> None:
    names = {parameter["name"] for _, parameter in parameters() if parameter["in"] == "query"}
    for template, operation in contract().reads():
        if "/fhir/" in template:
            continue
        own = {parameter["name"] for parameter in operation.get("parameters", [])}
        foreign = [*sorted(names - own), "limt", "Limit"]
        for some in (
            foreign[at : at + MOST_PROBLEMS] for at in range(0, len(foreign), MOST_PROBLEMS)
        ):
            answer = every_of(without_database, template, **dict.fromkeys(some, "1"))

            assert answer.status_code == 422, template
            assert [e["parameter"] for e in answer.json()["errors"]] == sorted(some), template


@pytest.mark.slow
def test_every_parameter_may_be_given_once(seeded: httpx.Client) -> None:
    for template, parameter in parameters():
        if parameter["in"] == "query":
            name = parameter["name"]
            if parameter["schema"]["type"] == "array":
                continue
            value = str(parameter["schema"]["examples"][0]).lower()
            answer = every_of(seeded, template, **{name: [value, value]})

            [problem] = [e for e in answer.json()["errors"] if "more than once" in e["detail"]]
            assert (answer.status_code, problem["parameter"]) == (422, name), template


@pytest.fixture(scope="module")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """Two drugs, with facts that every filter tells apart."""

    def of(name: str, **alike: Any) -> dict[str, Any]:
        file = drug(
            name,
            fact("dosages", "o1", type="dosage-and-administration"),
            fact("dosages", "o2", type="dosage-forms-and-strengths"),
            indication("gout"),
            indication(f"{name}-gout", status="not_effective", max_phase=0.5),
            fact("mechanisms", "m1", action_type="AGONIST", target="gaba"),
            fact("mechanisms", "m2", action_type="OTHER", target=f"{name}-target"),
            fact("mechanisms", "m3"),
            fact("pharmacokinetics", "p1", process="excretion", organ="kidney"),
            fact("pharmacokinetics", "p2", process="metabolism", organ="liver"),
            fact("trials", "t1", conditions=["gout"], registry_ids=["NCT1", name], study="s"),
            fact("trials", "t2", conditions=["gout", f"{name}-gout"], study=name),
            warning("w1", category="renal", boxed=True),
            warning("w2", boxed=False, severity="critical", severity_basis="critical"),
            warning("w3", type="interaction"),
            fact("discrepancies", "d1", **disagreement(f"{name}-trial-t1")),
            fact("discrepancies", "d2", **disagreement(f"{name}-trial-t2")),
            classes=[{"id": name, "name": name, "cite": CITE}, *alike["classes"]],
            identifiers=[{"system": "cas", "value": name, "cite": CITE}],
        )
        file["targets"] = [{"id": f"{name}-target", "name": name}]
        return file

    shared = [{"id": "shared", "name": "shared", "cite": CITE}]
    one, other = of("one", classes=shared), of("other", classes=shared)
    one["targets"].append({"id": "gaba", "name": "gaba"})
    files = {"openfda-label": LABELS, "rxnorm": PRODUCTS}
    with holding(one, other, drug("third"), files=files) as client:
        yield client


PRODUCTS = rxnorm(
    {
        "1": ("IN", "one"),
        "2": ("BN", "Oneness"),
        "3": ("SCDC", "one 10 MG"),
        "4": ("SCD", "one 10 MG Oral Tablet"),
        "5": ("SBD", "one 10 MG Oral Tablet [Oneness]"),
    },
    [
        ("3", "has_ingredient", "1"),
        ("4", "consists_of", "3"),
        ("5", "tradename_of", "4"),
        ("5", "has_ingredient", "2"),
    ],
    [("4", "00172409660"), ("5", "68084012301")],
)

LABELS = labels(
    label(
        "f133fe04",
        "one",
        manufacturer_name=["Hustan Inc."],
        product_type=["HUMAN OTC DRUG"],
        route=["ORAL"],
        application_number=["M013"],
        product_ndc=["0091-3351"],
        package_ndc=["0091-3351-01"],
    ),
    label(
        "07730b69",
        "one",
        manufacturer_name=["Hustan Ltd."],
        product_type=["HUMAN PRESCRIPTION DRUG"],
        route=["ORAL", "TOPICAL"],
        application_number=["NDA000001", "ANDA000002"],
        product_ndc=["68084-123"],
        version=2,
    ),
    label("64f1bcdd", "unheard of"),
)


CITE = {"leaflet": "page 1"}


def disagreement(subject: str) -> dict[str, Any]:
    values = [{"value": value, "cite": CITE} for value in ("1", "2")]
    return {"subject": subject, "field": "/study", "values": values}


@pytest.mark.slow
def test_every_filter_leaves_what_it_says_and_nothing_else(pharmacy: httpx.Client) -> None:
    asked_for = {name for _, name in filters()} - {"combinations"}  # which leaves more, not less
    assert asked_for == set(HELD), "Say in HELD what a new filter asks for."
    apart = {("/v1/drugs", "condition"), ("/v1/drugs", "max_phase"), ("/v1/search", "q")}
    of_items = [at for at in filters() if at not in apart and at[1] != "combinations"]
    for template, name in of_items:
        every = every_of(pharmacy, template, limit=100).json()["items"]
        assert len(every) >= 2, template
        for value in {str(value) for item in every for value in HELD[name](item)} - {"None"}:
            asked = value.lower() if name == "boxed" else value
            found = every_of(pharmacy, template, **{"limit": 100, name: asked}).json()
            for item in found["items"]:
                item.pop("matched", None)

            where = f"{template} {name}={value}"
            matching = [item for item in every if matches(name, value, item)]
            assert found["items"] == matching, where
            assert found["total"] == len(matching), where


def matches(name: str, value: str, item: dict[str, Any]) -> bool:
    held = [str(one) for one in HELD[name](item)]
    return any(value in one for one in held) if name == "q" else value in held


def test_drugs_are_found_by_what_they_are_for(pharmacy: httpx.Client) -> None:
    def ids(condition: str) -> list[str]:
        items = pharmacy.get("/v1/drugs", params={"condition": condition}).json()["items"]
        return [item["id"] for item in items]

    assert (ids("gout"), ids("one-gout"), ids("flu")) == (["one", "other"], [], [])


@pytest.mark.slow
def test_following_next_gives_each_item_of_every_list_once(pharmacy: httpx.Client) -> None:
    for template in lists():
        every = every_of(pharmacy, template, limit=100).json()
        assert every["next"] is None
        assert len(every["items"]) == every["total"] >= 1, template
        for limit in (1, 2, 3, len(every["items"])):
            found: list[Any] = []
            following: str | None = str(every_of(pharmacy, template, limit=limit).url)
            while following:
                answer = pharmacy.get(following)
                page = answer.json()
                assert 1 <= len(page["items"]) <= limit, template
                assert page["total"] == every["total"], template
                found += page["items"]
                assert len(found) <= every["total"], f"{template} by {limit} repeats items"
                following = page["next"]
                link = f'<{following}>; rel="next"' if following else None
                assert answer.headers.get("link") == link, template
            assert found == every["items"], f"{template} by {limit}"


def test_next_keeps_what_was_asked_for(pharmacy: httpx.Client) -> None:
    path = "/v1/warnings?type=warning&sort=-id&limit=1&drug=one"
    found: list[str] = []
    while path and len(found) < 9:
        page = pharmacy.get(path.removeprefix("/v1")).json()
        found += [item["id"] for item in page["items"]]
        path = page["next"]
        assert path is None or path.startswith(
            "/v1/warnings?drug=one&limit=1&sort=-id&type=warning&cursor="
        )

    assert found == ["one-warning-w2", "one-warning-w1"]


@pytest.mark.slow
def test_every_order_is_the_other_backwards(pharmacy: httpx.Client) -> None:
    for template, parameter in parameters():
        if parameter["name"] == "sort":
            path = path_to(template).replace("baclofen", "one")
            orders = [name for name in parameter["schema"]["enum"] if not name.startswith("-")]
            for order in orders:
                there, back = (
                    pharmacy.get(path, params={"sort": sort, "limit": 100}).json()["items"]
                    for sort in (order, f"-{order}")
                )
                assert there == back[::-1], template
                ids = [item.get("number", item["id"]) for item in there]
                assert ids == sorted(ids) or order in ("name", "effective_date"), template


@pytest.mark.slow
def test_no_answer_says_two_releases(pharmacy: httpx.Client) -> None:
    release = pharmacy.get("/v1/releases/current").json()["id"]

    for template, _ in contract().reads():
        if not template.startswith("/health/live"):
            answer = every_of(pharmacy, template)
            assert answer.headers.get_list("data-release") == [release], template
