"""What breaks a client, and what does not: each rule by a change planted in a small document."""

import json
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from contract.breaking import Change, changes, main
from tests.conformance import contract

Document = dict[str, Any]
Schema = Any

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
NULL = {"type": "null"}
STRING_OR_NULL = {"type": ["string", "null"]}


def ref(name: str, kind: str = "schemas") -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def array(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items} | more


def record(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


@pytest.fixture
def old() -> Document:
    """A small API with one of each: what the tests change in a copy of it."""
    status = {"type": "string", "enum": ["approved", "withdrawn"]}
    drug = record("id", "names", id=STRING, names=array(ref("Name")), status=ref("Status"))
    page = record("items", items=array(ref("Drug")), next=STRING_OR_NULL)
    parameters = [
        {"name": "limit", "in": "query", "schema": INTEGER | {"maximum": 100, "default": 20}},
        {"name": "status", "in": "query", "schema": ref("Status")},
        ref("Language", "parameters"),
    ]
    answer = {
        "description": "The drugs.",
        "headers": {"ETag": ref("ETag", "headers"), "Link": {"schema": STRING}},
        "content": {"application/json": {"schema": ref("Page")}},
    }
    problems = {"404": ref("Unknown", "responses"), "503": ref("Unavailable", "responses")}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Drugs", "version": "1"},
        "paths": {
            "/drugs": {
                "get": {
                    "operationId": "list_drugs",
                    "parameters": parameters,
                    "responses": {"200": answer} | problems,
                }
            },
            "/drugs/{drug_id}": {
                "parameters": [
                    {"name": "drug_id", "in": "path", "required": True, "schema": STRING}
                ],
                "get": {
                    "operationId": "get_drug",
                    "responses": {"200": {"content": {"application/json": {"schema": ref("Drug")}}}}
                    | problems,
                },
            },
        },
        "components": {
            "schemas": {
                "Status": status,
                "Name": record("text", text=STRING, of=ref("Drug")),
                "Drug": drug,
                "Page": page,
                "Problem": record("title", title=STRING),
            },
            "parameters": {
                "Language": {"name": "Accept-Language", "in": "header", "schema": STRING}
            },
            "headers": {"ETag": {"required": True, "schema": STRING | {"pattern": '^"'}}},
            "responses": {
                name: {"content": {"application/problem+json": {"schema": ref("Problem")}}}
                for name in ("Unknown", "Unavailable")
            },
        },
    }


@pytest.fixture
def new(old: Document) -> Document:
    return deepcopy(old)


def operation(document: Document, path: str = "/drugs") -> Any:
    return document["paths"][path]["get"]


def answer(document: Document) -> Any:
    return operation(document)["responses"]["200"]


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def reported(old: Document, new: Document) -> list[str]:
    return [str(change) for change in changes(old, new)]


SHARED = {
    "schemas": {
        "Drug": record(id=STRING),
        "Name": record(text=STRING),
        "Text": STRING,
        "Count": INTEGER,
    }
}


def document(method: str, **operation: Any) -> Document:
    return {"paths": {"/drugs": {method: operation}}, "components": SHARED}


def of_parameter(schema: Schema, required: bool = False) -> Document:
    parameter = {"name": "q", "in": "query", "required": required, "schema": schema}
    return document("get", parameters=[parameter])


def of_body(schema: Schema) -> Document:
    body = {"content": {"application/json": {"schema": schema}}}
    return document("post", requestBody=body)


def of_answer(schema: Schema) -> Document:
    responses = {"200": {"content": {"application/json": {"schema": schema}}}}
    return document("get", responses=responses)


def sent(old: Schema, new: Schema) -> list[str]:
    """What is reported of a schema that a client sends; in a parameter and in a body alike."""
    of_both = []
    for of, where in (
        (of_parameter, "GET /drugs parameter q (query)"),
        (of_body, "POST /drugs request body application/json"),
    ):
        lines = reported(of(old), of(new))
        assert all(where in line for line in lines)
        of_both.append([line.replace(f"{where} ", "").replace(f"{where}: ", "") for line in lines])
    assert of_both[0] == of_both[1]
    return of_both[0]


def received(old: Schema, new: Schema) -> list[str]:
    """What is reported of a schema that a client gets."""
    where = "GET /drugs response 200 application/json"
    lines = reported(of_answer(old), of_answer(new))
    assert all(where in line for line in lines)
    return [line.replace(f"{where} ", "").replace(f"{where}: ", "") for line in lines]


# What is no change


def test_a_document_does_not_differ_from_itself(old: Document, new: Document) -> None:
    assert changes(old, new) == []


def test_prose_and_servers_are_no_change(old: Document, new: Document) -> None:
    new["info"] = {"title": "Medicines", "version": "2"}
    new["servers"] = [{"url": "https://example.org"}]
    operation(new).update(summary="All of them", description="Every drug.", tags=["Drugs"])
    operation(new)["parameters"][0] |= {"description": "How many.", "example": 7}
    answer(new)["description"] = "Drugs."
    answer(new)["content"]["application/json"]["example"] = {"items": []}
    schema(new, "Drug")["properties"]["id"] = STRING | {"title": "Id", "examples": ["baclofen"]}
    schema(new, "Drug").update({"description": "A medicine.", "x-audience": "all"})

    assert changes(old, new) == []


def test_order_is_no_change(old: Document, new: Document) -> None:
    union = [STRING | {"maxLength": 9}, STRING | {"format": "date"}, ref("Status"), INTEGER, NULL]
    schema(old, "Drug")["properties"]["union"] = {"anyOf": union}
    schema(new, "Drug")["properties"]["union"] = {"anyOf": union[::-1]}

    def turned(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: turned(node[key]) for key in reversed(node)}
        return node

    operation(new)["parameters"].reverse()
    schema(new, "Status")["enum"].reverse()
    schema(new, "Drug")["required"].reverse()

    assert changes(old, turned(new)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STRING_OR_NULL, {"anyOf": [STRING, NULL]}),
        (STRING_OR_NULL, {"oneOf": [NULL, STRING]}),
        (STRING, {"type": ["string"]}),
        (STRING_OR_NULL | {"maxLength": 5}, {"anyOf": [STRING | {"maxLength": 5}, NULL]}),
        ({"anyOf": [STRING, NULL], "maxLength": 5}, STRING_OR_NULL | {"maxLength": 5}),
        ({"anyOf": [STRING, NULL], "default": "a"}, STRING_OR_NULL | {"default": "a"}),
        ({"type": ["string", "null"], "enum": ["a", None]}, {"anyOf": [{"enum": ["a"]}, NULL]}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"const": None}, NULL),
        ({"anyOf": [{"anyOf": [STRING, INTEGER]}, NULL]}, {"anyOf": [STRING, INTEGER, NULL]}),
        ({"anyOf": [STRING, STRING]}, STRING),
        ({"allOf": [STRING, {"maxLength": 5}]}, STRING | {"maxLength": 5}),
        (
            {"allOf": [record("a", a=STRING), record("b", b=INTEGER)]},
            record("b", "a", a=STRING, b=INTEGER),
        ),
        (
            {"allOf": [record(a={"maxLength": 5})], **record(a=STRING)},
            record(a=STRING | {"maxLength": 5}),
        ),
        ({"allOf": [NUMBER, INTEGER]}, INTEGER),
        (True, {}),
        (array(True), {"type": "array"}),
        (record() | {"additionalProperties": True}, record()),
        (record() | {"additionalProperties": {}}, record()),
        (
            {"type": ["integer", "null"], "format": "int32"},
            {"anyOf": [INTEGER | {"format": "int32"}, NULL]},
        ),
        (
            {"allOf": [{"prefixItems": [STRING]}, {"prefixItems": [{"maxLength": 5}]}]},
            {"prefixItems": [STRING | {"maxLength": 5}]},
        ),
        (
            {"allOf": [STRING | {"pattern": "a"}, STRING | {"pattern": "b"}]},
            {"allOf": [STRING | {"pattern": "b"}, STRING | {"pattern": "a"}]},
        ),
        (STRING | {"minLength": 0}, STRING),
        (array(STRING, minItems=0), array(STRING)),
        (record() | {"minProperties": 0}, record()),
        (array(STRING, uniqueItems=False), array(STRING)),
        (INTEGER | {"maximum": 5, "maxLength": 7}, INTEGER | {"maximum": 5}),
    ],
)
def test_two_ways_to_say_the_same_are_no_change(one: Schema, other: Schema) -> None:
    for old, new in ((one, other), (other, one)):
        assert sent(old, new) == []
        assert received(old, new) == []


# Operations


def test_an_operation_that_goes_breaks_and_one_that_comes_does_not(
    old: Document, new: Document
) -> None:
    del new["paths"]["/drugs/{drug_id}"]

    assert reported(old, new) == ["breaking: GET /drugs/{drug_id}: The operation was removed."]
    assert reported(new, old) == ["harmless: GET /drugs/{drug_id}: The operation was added."]


def test_a_method_that_goes_breaks(old: Document, new: Document) -> None:
    old["paths"]["/drugs"]["head"] = {"operationId": "head_drugs"}

    assert reported(old, new) == ["breaking: HEAD /drugs: The operation was removed."]


def test_another_operation_id_breaks_generated_clients(old: Document, new: Document) -> None:
    operation(new)["operationId"] = "find_drugs"

    assert reported(old, new) == [
        'breaking: GET /drugs: Its operationId was "list_drugs" and is "find_drugs".'
    ]


def test_what_is_deprecated_still_works(old: Document, new: Document) -> None:
    operation(new)["deprecated"] = True
    operation(new)["parameters"][0]["deprecated"] = True
    operation(new)["parameters"][1]["schema"] = ref("Status") | {"deprecated": True}
    schema(new, "Drug")["properties"]["status"] = ref("Status") | {"deprecated": True}

    assert reported(old, new) == [
        "harmless: GET /drugs: It is now deprecated.",
        "harmless: GET /drugs parameter limit (query): It is now deprecated.",
        "harmless: GET /drugs parameter status (query): It is now deprecated.",
        "harmless: schema Drug /status: It is now deprecated.",
    ]
    assert [change.breaking for change in changes(new, old)] == [False] * 4


@pytest.mark.parametrize(
    ("before", "after", "breaks"),
    [
        (None, [{"key": []}], True),
        ([], [{"key": []}], True),
        ([{}], [{"key": []}], True),
        ([{"key": []}], [{"other": []}], True),
        ([{"key": []}], [{"key": ["write"]}], True),
        ([{"key": []}], [{"key": [], "other": []}], True),
        ([{"key": []}, {"other": []}], [{"key": []}], True),
        ([{"key": []}], [{"key": []}, {"other": []}], False),
        ([{"key": []}], [{"key": []}, {}], False),
        ([{"key": []}], [], False),
    ],
)
def test_credentials_that_sufficed_have_to_suffice(
    old: Document, new: Document, before: Any, after: Any, breaks: bool
) -> None:
    old |= {"security": before} if before is not None else {}
    new["security"] = after

    [of_document] = changes(old, new)
    operation(old)["security"], operation(new)["security"] = before or [], after
    of_operation, _ = changes(old, new)

    assert (of_document.breaking, of_document.where) == (breaks, "security")
    assert (of_operation.breaking, of_operation.where) == (breaks, "GET /drugs")


def test_credentials_for_one_operation_break(old: Document, new: Document) -> None:
    operation(new)["security"] = [{"key": []}]

    asked = "Other credentials are asked of a client than before."
    assert reported(old, new) == [f"breaking: GET /drugs: {asked}"]


def test_security_of_nobody_is_the_same_as_none(old: Document, new: Document) -> None:
    new["security"] = []

    assert changes(old, new) == []


# Parameters


def test_a_parameter_that_goes_breaks_and_an_optional_one_that_comes_does_not(
    old: Document, new: Document
) -> None:
    del operation(new)["parameters"][0]

    where = "GET /drugs parameter limit (query)"
    assert reported(old, new) == [f"breaking: {where}: The parameter was removed."]
    assert reported(new, old) == [f"harmless: {where}: The parameter was added."]


def test_a_new_parameter_that_is_required_breaks(old: Document, new: Document) -> None:
    parameter = {"name": "key", "in": "query", "required": True, "schema": STRING}
    new["components"]["parameters"]["Key"] = parameter
    operation(new)["parameters"].append(ref("Key", "parameters"))

    assert reported(old, new) == [
        "breaking: GET /drugs parameter key (query): "
        "The parameter was added, and clients have to know it."
    ]


def test_a_parameter_that_becomes_required_breaks(old: Document, new: Document) -> None:
    operation(new)["parameters"][1]["required"] = True

    where = "GET /drugs parameter status (query)"
    assert reported(old, new) == [f"breaking: {where}: It is required now."]
    assert reported(new, old) == [f"harmless: {where}: It may be left out now."]


def test_a_parameter_that_moves_breaks(old: Document, new: Document) -> None:
    operation(new)["parameters"][0]["in"] = "header"

    assert reported(old, new) == [
        "breaking: GET /drugs parameter limit (query): The parameter was removed.",
        "harmless: GET /drugs parameter limit (header): The parameter was added.",
    ]


def test_a_shared_parameter_is_reported_once(old: Document, new: Document) -> None:
    for document in (old, new):
        document["paths"]["/drugs/{drug_id}"]["parameters"].append(ref("Language", "parameters"))
    new["components"]["parameters"]["Language"]["schema"] = STRING | {"maxLength": 2}

    assert reported(old, new) == ["breaking: parameter Language: Its maxLength was none and is 2."]


def test_a_parameter_may_be_shared_or_not(old: Document, new: Document) -> None:
    operation(new)["parameters"][2] = new["components"]["parameters"]["Language"]

    assert changes(old, new) == []
    assert changes(new, old) == []


def test_a_parameter_may_belong_to_its_path_or_to_its_operation(
    old: Document, new: Document
) -> None:
    item = new["paths"]["/drugs/{drug_id}"]
    item["get"]["parameters"] = item.pop("parameters")

    assert changes(old, new) == []


def test_a_parameter_of_an_operation_stands_before_that_of_its_path(
    old: Document, new: Document
) -> None:
    [of_path] = new["paths"]["/drugs/{drug_id}"]["parameters"]
    stricter = of_path | {"schema": STRING | {"minLength": 3}}
    operation(new, "/drugs/{drug_id}")["parameters"] = [stricter]

    assert reported(old, new) == [
        "breaking: GET /drugs/{drug_id} parameter drug_id (path): Its minLength was none and is 3."
    ]


def test_a_path_parameter_by_another_name_breaks_generated_clients(
    old: Document, new: Document
) -> None:
    item = new["paths"].pop("/drugs/{drug_id}")
    item["parameters"][0]["name"] = "slug"
    new["paths"]["/drugs/{slug}"] = item

    assert reported(old, new) == [
        "breaking: GET /drugs/{drug_id} parameter drug_id (path): "
        'Its name was "drug_id" and is "slug".'
    ]


def test_two_path_parameters_that_change_places_break() -> None:
    def document(path: str) -> Document:
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": of}
            for name, of in (("a", STRING), ("b", INTEGER))
        ]
        return {"paths": {path: {"get": {"parameters": parameters}}}}

    found = changes(document("/x/{a}/{b}"), document("/x/{b}/{a}"))

    assert {change.where for change in found if change.breaking} == {
        "GET /x/{a}/{b} parameter a (path)",
        "GET /x/{a}/{b} parameter b (path)",
    }


@pytest.mark.parametrize("change", [{"style": "pipeDelimited"}, {"explode": False}])
def test_a_parameter_that_is_written_otherwise_breaks(
    old: Document, new: Document, change: dict[str, Any]
) -> None:
    operation(new)["parameters"][0] |= change

    for found in (changes(old, new), changes(new, old)):
        assert [(one.breaking, one.where) for one in found] == [
            (True, "GET /drugs parameter limit (query)")
        ]


def test_a_parameter_that_becomes_json_breaks(old: Document, new: Document) -> None:
    parameter = operation(new)["parameters"][0]
    parameter["content"] = {"application/json": {"schema": parameter.pop("schema")}}

    where = "GET /drugs parameter limit (query)"
    assert reported(old, new) == [f"breaking: {where}: It is written in another form now."]


def test_json_in_a_parameter_is_compared(old: Document, new: Document) -> None:
    for document, length in ((old, 5), (new, 4)):
        of = STRING | {"maxLength": length}
        operation(document)["parameters"][0] = {
            "name": "filter",
            "in": "query",
            "content": {"application/json": {"schema": of}},
        }

    assert reported(old, new) == [
        "breaking: GET /drugs parameter filter (query) application/json: "
        "Its maxLength was 5 and is 4."
    ]


def test_another_default_breaks(old: Document, new: Document) -> None:
    operation(new)["parameters"][0]["schema"]["default"] = 50

    where = "GET /drugs parameter limit (query)"
    assert reported(old, new) == [f"breaking: {where}: Its default was 20 and is 50."]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (STRING, STRING | {"default": "a"}),
        (STRING | {"default": "a"}, STRING),
        ({"anyOf": [INTEGER | {"default": 1}, NULL]}, {"anyOf": [INTEGER, NULL]}),
        ({"anyOf": [INTEGER, NULL], "default": 1}, {"anyOf": [INTEGER, NULL], "default": True}),
        (ref("Text") | {"default": "a"}, ref("Text") | {"default": "b"}),
        ({"anyOf": [ref("Text"), NULL], "default": "a"}, {"anyOf": [ref("Text"), NULL]}),
    ],
)
def test_a_default_breaks_wherever_it_stands(old: Schema, new: Schema) -> None:
    [line] = sent(old, new)
    [got] = received(old, new)

    assert line.startswith("breaking: Its default was ")
    assert got.startswith("harmless: Its default was ")


def test_a_default_for_what_had_to_be_sent_breaks_nobody() -> None:
    old, new = of_parameter(STRING, required=True), of_parameter(STRING | {"default": "a"})
    body, freer = record("a", a=STRING), record(a=STRING | {"default": "b"})

    assert reported(old, new) == [
        "harmless: GET /drugs parameter q (query): It may be left out now."
    ]
    assert sent(body, freer) == ["harmless: /a: It may be left out now."]


# Types


@pytest.mark.parametrize(
    ("wide", "narrow", "types"),
    [
        (NUMBER, INTEGER, ("number", "integer")),
        (STRING_OR_NULL, STRING, ("null or string", "string")),
        ({"anyOf": [ref("Drug"), NULL]}, ref("Drug"), ("Drug or null", "Drug")),
        ({"type": ["string", "integer"]}, INTEGER, ("integer or string", "integer")),
        ({"anyOf": [STRING, array(STRING)]}, STRING, ("array or string", "string")),
        ({}, STRING, ("any", "string")),
        (True, STRING_OR_NULL, ("any", "null or string")),
        ({"maxLength": 5}, STRING | {"maxLength": 5}, ("any", "string")),
        ({"properties": {}}, record(), ("any", "object")),
    ],
)
def test_a_client_may_send_more_types_and_never_fewer(
    wide: Schema, narrow: Schema, types: tuple[str, str]
) -> None:
    one, other = types
    assert sent(wide, narrow) == [f"breaking: Its type was {one} and is {other}."]
    assert sent(narrow, wide) == [f"harmless: Its type was {other} and is {one}."]


@pytest.mark.parametrize(
    ("few", "many", "types"),
    [
        (STRING, STRING_OR_NULL, ("string", "null or string")),
        (STRING, {"anyOf": [STRING, NULL]}, ("string", "null or string")),
        (ref("Drug"), {"anyOf": [ref("Drug"), NULL]}, ("Drug", "Drug or null")),
        (ref("Drug"), {"oneOf": [ref("Name"), ref("Drug")]}, ("Drug", "Drug or Name")),
        (STRING, {"type": ["integer", "string"]}, ("string", "integer or string")),
        (STRING, {}, ("string", "any")),
        (STRING | {"maxLength": 5}, {"maxLength": 5}, ("string", "any")),
        (record(), {"properties": {}}, ("object", "any")),
    ],
)
def test_a_client_may_get_fewer_types_and_never_more(
    few: Schema, many: Schema, types: tuple[str, str]
) -> None:
    one, other = types
    assert received(few, many) == [f"breaking: Its type was {one} and is {other}."]
    assert received(many, few) == [f"harmless: Its type was {other} and is {one}."]


@pytest.mark.parametrize(
    ("one", "other"),
    [(STRING, INTEGER), (STRING, array(STRING)), (STRING, NULL), (record(a=STRING), STRING)],
)
def test_another_type_breaks_both_ways(one: Schema, other: Schema) -> None:
    was, now = one["type"], other["type"]
    line = f"breaking: Its type was {was} and is {now}."

    assert sent(one, other) == [line]
    assert received(one, other) == [line]


@pytest.mark.parametrize(("one", "other"), [(INTEGER, NUMBER), (NUMBER, INTEGER)])
def test_another_kind_of_number_breaks_a_client_that_gets_it(one: Schema, other: Schema) -> None:
    line = f"breaking: Its type was {one['type']} and is {other['type']}."

    assert received(one, other) == [line]


def test_a_number_that_was_whole_keeps_its_bounds() -> None:
    assert sent(INTEGER | {"maximum": 9}, NUMBER | {"maximum": 5}) == [
        "breaking: Its maximum was 9 and is 5.",
        "harmless: Its type was integer and is number.",
    ]


def test_what_may_be_nothing_any_more_breaks() -> None:
    assert sent(STRING, False) == ["breaking: Its type was string and is nothing."]
    assert received(STRING, False) == ["breaking: Its type was string and is nothing."]


def test_an_alternative_of_the_same_type_is_an_alternative() -> None:
    date, time = STRING | {"format": "date"}, STRING | {"format": "time"}

    assert received(date, {"anyOf": [time, date]}) == [
        "breaking: Its type was string and is string or string."
    ]
    assert sent({"anyOf": [time, date]}, date) == [
        "breaking: Its type was string or string and is string."
    ]


def test_alternatives_find_their_like() -> None:
    cat = record("kind", kind={"const": "cat"}, claws=INTEGER, age=INTEGER)
    dog = record("kind", kind={"const": "dog"}, tail=NUMBER, age=INTEGER)
    fluffy = deepcopy(cat)
    fluffy["properties"]["fur"] = STRING

    assert received({"anyOf": [cat, dog]}, {"anyOf": [dog, fluffy]}) == [
        "harmless: /fur: The field was added."
    ]
    assert received({"anyOf": [fluffy, dog]}, {"anyOf": [dog, cat]}) == [
        "breaking: /fur: The field was removed."
    ]


def test_alternatives_find_their_like_before_what_stands_beside_it() -> None:
    a, b, c = (STRING | {"format": name} for name in "abc")

    assert received({"anyOf": [a, b]}, {"anyOf": [b, c]}) == [
        'breaking: Its format was "a" and is "c".'
    ]


def test_alternatives_are_alike_by_type_before_their_limits() -> None:
    limits = {"minimum": 0, "maximum": 9, "multipleOf": 3}
    old = {"anyOf": [INTEGER | limits, NUMBER]}
    new = {"anyOf": [INTEGER, NUMBER | limits]}

    assert not any("type" in line for line in sent(old, new))


# Values


def test_a_value_that_goes_breaks_both_ways_and_one_that_comes_is_growth() -> None:
    few, many = STRING | {"enum": ["a", "b"]}, STRING | {"enum": ["a", "b", "c"]}

    for compared in (sent, received):
        assert compared(many, few) == ['breaking: It may no longer be "c".']
        assert compared(few, many) == ['harmless: It may be "c" now.']


@pytest.mark.parametrize("some", [{"enum": ["a", "b"]}, {"const": "a"}])
def test_a_choice_where_there_was_none_breaks_who_sends(some: dict[str, Any]) -> None:
    [narrowed] = changes(of_parameter(STRING), of_parameter(STRING | some))
    [widened] = changes(of_parameter(STRING | some), of_parameter(STRING))

    assert narrowed.breaking
    assert not widened.breaking


@pytest.mark.parametrize("some", [{"enum": ["a", "b"]}, {"const": "a"}])
def test_a_choice_that_becomes_any_value_breaks_who_gets(some: dict[str, Any]) -> None:
    [dropped] = changes(of_answer(STRING | some), of_answer(STRING))
    [added] = changes(of_answer(STRING), of_answer(STRING | some))

    assert dropped.breaking
    assert not added.breaking


def test_a_constant_is_a_promise_to_who_gets_it() -> None:
    a, b = STRING | {"const": "a"}, STRING | {"const": "b"}
    a_or_b = STRING | {"enum": ["a", "b"]}

    assert received(a, b) == ['breaking: Its const was "a" and is "b".']
    assert sent(a, b) == ['breaking: Its const was "a" and is "b".']
    assert received(a, a_or_b) == ['breaking: It may be "b" now.']
    assert sent(a, a_or_b) == ['harmless: It may be "b" now.']


def test_a_constant_that_no_choice_allows_is_nothing() -> None:
    a = STRING | {"const": "a"}

    assert sent(a, a | {"enum": ["b"]}) == ["breaking: Its type was string and is nothing."]
    assert sent(a, a | {"enum": ["a", "b"]}) == []
    assert sent({"const": False}, {"const": False, "enum": [0]}) == [
        "breaking: Its type was boolean and is nothing."
    ]


def test_values_of_other_types_are_not_mistaken_for_each_other() -> None:
    assert received({"const": 1}, {"const": True}) == [
        "breaking: Its type was integer and is boolean."
    ]


# Limits

TIGHTER = [
    ("string", "minLength", 2, 3),
    ("string", "maxLength", 3, 2),
    ("integer", "minimum", 0, 1),
    ("integer", "maximum", 100, 50),
    ("number", "exclusiveMinimum", 0.5, 1),
    ("number", "exclusiveMaximum", 1, 0.5),
    ("integer", "multipleOf", 5, 10),
    ("array", "minItems", 1, 2),
    ("array", "maxItems", 10, 9),
    ("array", "uniqueItems", False, True),
    ("object", "minProperties", 1, 2),
    ("object", "maxProperties", 3, 2),
]


@pytest.mark.parametrize(("kind", "keyword", "loose", "tight"), TIGHTER)
def test_a_tighter_limit_breaks_who_sends_and_nobody_who_gets(
    kind: str, keyword: str, loose: float, tight: float
) -> None:
    free: dict[str, Any] = {"type": kind}
    before, after = free | {keyword: loose}, free | {keyword: tight}

    for one, other in ((before, after), (free, after)):
        [line] = sent(one, other)
        assert line.startswith(f"breaking: Its {keyword} was ")
    for one, other in ((after, before), (after, free)):
        [line] = sent(one, other)
        assert line.startswith(f"harmless: Its {keyword} was ")
    for one, other in ((before, after), (free, after), (after, before), (after, free)):
        [line] = received(one, other)
        assert line.startswith(f"harmless: Its {keyword} was ")


def test_a_limit_that_does_not_fit_the_other_breaks() -> None:
    assert sent(INTEGER | {"multipleOf": 4}, INTEGER | {"multipleOf": 3}) == [
        "breaking: Its multipleOf was 4 and is 3."
    ]
    assert sent(INTEGER | {"minimum": 0}, INTEGER | {"exclusiveMinimum": 0}) == [
        "breaking: Its exclusiveMinimum was none and is 0.",
        "harmless: Its minimum was 0 and is none.",
    ]


def test_another_pattern_breaks_who_sends() -> None:
    a, b = STRING | {"pattern": "a"}, STRING | {"pattern": "b"}

    assert sent(STRING, a) == ['breaking: Its pattern was none and is "a".']
    assert sent(a, b) == ['breaking: Its pattern was "a" and is "b".']
    assert sent(a, STRING) == ['harmless: Its pattern was "a" and is none.']
    assert received(a, b) == ['harmless: Its pattern was "a" and is "b".']
    assert received(a, STRING) == ['harmless: Its pattern was "a" and is none.']


@pytest.mark.parametrize(
    ("old", "new", "breaking"),
    [
        ("^(a|b)(,(a|b))*$", "^(a|b|c)(,(a|b|c))*$", False),
        ("^(a|b)(,(a|b))*$", "^(c|b|a)(,(b|c|a))*$", False),
        ("^(a|b):x$", "^(a|b|c):x$", False),
        ("^a$", "^(a|b)$", False),
        ("^a$", "^(b|c)$", True),
        ("^(a|b)(,(a|b))*$", "^(a|c)(,(a|c))*$", True),
        ("^(a|b)(,(a|b))*$", "^(a|b|c)(,(a))*$", True),
        ("^(a|b)$", "^(a|b|c){2}$", True),
        ("^(?!(a|b))x$", "^(?!(a|b|x))x$", True),
    ],
)
def test_a_pattern_may_offer_more_words_to_choose_among(old: str, new: str, breaking: bool) -> None:
    [change] = sent(STRING | {"pattern": old}, STRING | {"pattern": new})

    assert change.startswith("breaking" if breaking else "harmless")


def test_a_format_breaks_who_sends_if_it_comes_and_who_gets_if_it_goes() -> None:
    date, time = STRING | {"format": "date"}, STRING | {"format": "time"}

    assert sent(STRING, date) == ['breaking: Its format was none and is "date".']
    assert sent(date, time) == ['breaking: Its format was "date" and is "time".']
    assert sent(date, STRING) == ['harmless: Its format was "date" and is none.']
    assert received(date, STRING) == ['breaking: Its format was "date" and is none.']
    assert received(date, time) == ['breaking: Its format was "date" and is "time".']
    assert received(STRING, date) == ['harmless: Its format was none and is "date".']


def test_a_limit_on_one_alternative_counts() -> None:
    one, other = ({"anyOf": [STRING | {"maxLength": n}, NULL]} for n in (9, 5))

    assert sent(one, other) == ["breaking: Its maxLength was 9 and is 5."]


@pytest.mark.parametrize(
    "keyword", ["not", "if", "patternProperties", "propertyNames", "contains", "readOnly", "magic"]
)
def test_what_cannot_be_judged_counts_as_breaking(keyword: str) -> None:
    more = record(a=STRING) | {keyword: {"type": "string"}}

    for old, new in ((more, record(a=STRING)), (record(a=STRING), more)):
        assert [line[:13] for line in sent(old, new)] == ["breaking: Its"]
        assert [line[:13] for line in received(old, new)] == ["breaking: Its"]


# Fields and items


def test_a_field_that_goes_breaks_both_ways_and_one_that_comes_is_growth() -> None:
    few, many = record(a=STRING), record(a=STRING, b=STRING)

    for compared in (sent, received):
        assert compared(many, few) == ["breaking: /b: The field was removed."]
        assert compared(few, many) == ["harmless: /b: The field was added."]


def test_a_new_field_that_is_required_breaks_who_sends() -> None:
    few, many = record(a=STRING), record("b", a=STRING, b=STRING)

    assert sent(few, many) == ["breaking: /b: The field was added, and clients have to know it."]
    assert received(few, many) == ["harmless: /b: The field was added."]


def test_who_sends_may_leave_out_more_and_who_gets_has_no_less() -> None:
    free, bound = record(a=STRING), record("a", a=STRING)

    assert sent(free, bound) == ["breaking: /a: It is required now."]
    assert sent(bound, free) == ["harmless: /a: It may be left out now."]
    assert received(bound, free) == ["breaking: /a: It may be left out now."]
    assert received(free, bound) == ["harmless: /a: It is required now."]


def test_changes_are_found_at_any_depth() -> None:
    def deep(leaf: Schema, *required: str) -> Schema:
        return record(items=array(record(names=array(record(*required, type=leaf)))))

    assert received(deep(STRING, "type"), deep(STRING_OR_NULL)) == [
        "breaking: /items/*/names/*/type: Its type was string and is null or string.",
        "breaking: /items/*/names/*/type: It may be left out now.",
    ]
    assert sent(deep(STRING), deep(STRING | {"minLength": 1}, "type")) == [
        "breaking: /items/*/names/*/type: Its minLength was none and is 1.",
        "breaking: /items/*/names/*/type: It is required now.",
    ]


def test_a_record_that_is_closed_breaks_who_sends() -> None:
    open_, closed = record(a=STRING), record(a=STRING) | {"additionalProperties": False}

    assert sent(open_, closed) == ["breaking: /*: No other field may be there now."]
    assert sent(closed, open_) == ["harmless: /*: Other fields may be there now."]
    assert received(open_, closed) == ["harmless: /*: No other field may be there now."]
    assert received(closed, open_) == ["harmless: /*: Other fields may be there now."]


def test_the_values_of_a_map_have_a_type_that_counts() -> None:
    def of(values: Schema) -> Schema:
        return {"type": "object", "additionalProperties": values}

    assert sent(of(NUMBER), of(INTEGER)) == ["breaking: /*: Its type was number and is integer."]
    assert sent(of(True), of(STRING)) == ["breaking: /*: Its type was any and is string."]
    assert received(of(STRING), of(INTEGER)) == [
        "breaking: /*: Its type was string and is integer."
    ]
    assert received(of(STRING), {"type": "object"}) == [
        "breaking: /*: Its type was string and is any."
    ]
    assert received(of(STRING), of(False)) == ["breaking: /*: No other field may be there now."]


def test_items_that_lose_their_type_break() -> None:
    assert received(array(STRING), {"type": "array"}) == [
        "breaking: /*: Its type was string and is any."
    ]
    assert sent({"type": "array"}, array(STRING)) == [
        "breaking: /*: Its type was any and is string."
    ]


def test_the_places_of_a_tuple_count_each() -> None:
    old = {"type": "array", "prefixItems": [STRING, INTEGER]}
    new = {"type": "array", "prefixItems": [STRING, NUMBER]}

    assert received(old, new) == ["breaking: /1: Its type was integer and is number."]
    assert received(old, {"type": "array"}) == [
        "breaking: /0: Its type was string and is any.",
        "breaking: /1: Its type was integer and is any.",
    ]


def test_the_places_of_a_tuple_end_where_its_items_begin() -> None:
    pair = {"type": "array", "prefixItems": [STRING], "items": INTEGER}

    assert sent(pair, array(INTEGER)) == ["breaking: /0: Its type was string and is integer."]


def test_what_is_inherited_counts() -> None:
    base = record("id", id=STRING)
    old = {"allOf": [base, record(a=STRING)]}

    assert received(old, {"allOf": [base, record(a=STRING | {"format": "date"})]}) == [
        'harmless: /a: Its format was none and is "date".'
    ]
    assert received(old, {"allOf": [record(id=STRING), record()]}) == [
        "breaking: /a: The field was removed.",
        "breaking: /id: It may be left out now.",
    ]


# Components


def test_a_component_is_reported_once_and_by_its_name(old: Document, new: Document) -> None:
    del schema(new, "Drug")["properties"]["id"]

    assert reported(old, new) == ["breaking: schema Drug /id: The field was removed."]


def test_a_component_that_is_sent_and_got_is_reported_for_both(
    old: Document, new: Document
) -> None:
    schema(new, "Status")["maxLength"] = 9
    schema(new, "Status")["enum"].append("suspended")

    assert reported(old, new) == [
        "breaking: schema Status: Its maxLength was none and is 9.",
        'harmless: schema Status: It may be "suspended" now.',
        "harmless: schema Status: Its maxLength was none and is 9.",
    ]


def test_a_component_that_only_answers_hold_may_be_limited(old: Document, new: Document) -> None:
    schema(new, "Name")["properties"]["text"] = STRING | {"minLength": 1}

    assert reported(old, new) == ["harmless: schema Name /text: Its minLength was none and is 1."]


def test_a_component_that_nobody_refers_to_is_no_change(old: Document, new: Document) -> None:
    new["components"]["schemas"]["Other"] = STRING

    assert changes(old, new) == []
    assert changes(new, old) == []


def test_a_component_by_another_name_is_reported_and_breaks_nothing(
    old: Document, new: Document
) -> None:
    text = json.dumps(new).replace('schemas/Drug"', 'schemas/Medicine"')
    renamed = json.loads(text)
    renamed["components"]["schemas"]["Medicine"] = renamed["components"]["schemas"].pop("Drug")
    changed = deepcopy(renamed)
    del schema(changed, "Medicine")["properties"]["id"]

    note = "harmless: schema Drug: The schema Medicine stands in its place."
    assert reported(old, renamed) == [note]
    assert reported(old, changed) == ["breaking: schema Drug /id: The field was removed.", note]


def test_a_reference_may_be_written_out(old: Document, new: Document) -> None:
    schema(new, "Drug")["properties"]["status"] = deepcopy(schema(new, "Status"))
    schema(new, "Page")["properties"]["items"]["items"] = deepcopy(schema(new, "Drug"))
    answer(new)["headers"]["ETag"] = new["components"]["headers"]["ETag"]
    operation(new)["responses"]["404"] = new["components"]["responses"]["Unknown"]

    assert changes(old, new) == []
    assert changes(new, old) == []


def test_a_reference_that_is_written_out_and_changed_is_reported(
    old: Document, new: Document
) -> None:
    schema(new, "Drug")["properties"]["status"] = STRING | {"enum": ["approved"]}

    assert reported(old, new) == ['breaking: schema Drug /status: It may no longer be "withdrawn".']


def test_a_reference_among_alternatives_is_known_by_its_name(old: Document, new: Document) -> None:
    for document, union in (
        (old, {"anyOf": [ref("Drug"), NULL]}),
        (new, {"oneOf": [NULL, {"allOf": [ref("Drug")], "title": "Drug"}]}),
    ):
        schema(document, "Page")["properties"]["best"] = union
    del schema(new, "Drug")["properties"]["status"]

    assert reported(old, new) == ["breaking: schema Drug /status: The field was removed."]


def test_a_component_that_becomes_another_type_is_reported_once(
    old: Document, new: Document
) -> None:
    for document in (old, new):
        schema(document, "Page")["properties"]["best"] = {"anyOf": [ref("Name"), NULL]}
    new["components"]["schemas"]["Name"] = STRING

    assert reported(old, new) == ["breaking: schema Name: Its type was object and is string."]


def test_an_alternative_is_known_by_its_name_whatever_its_type(
    old: Document, new: Document
) -> None:
    for document, union in ((old, [ref("Name"), NULL]), (new, [NULL, ref("Name")])):
        schema(document, "Page")["properties"]["best"] = {"anyOf": union}
    new["components"]["schemas"]["Name"] = STRING

    assert reported(old, new) == ["breaking: schema Name: Its type was object and is string."]


def test_an_alternative_is_known_by_its_name_whatever_it_holds(
    old: Document, new: Document
) -> None:
    for document, union in (
        (old, [ref("Name"), ref("Problem")]),
        (new, [ref("Problem"), ref("Name")]),
    ):
        schema(document, "Page")["properties"]["other"] = {"anyOf": union}
    schemas = new["components"]["schemas"]
    schemas["Name"], schemas["Problem"] = schemas["Problem"], schemas["Name"]

    assert reported(old, new) == [
        "breaking: schema Name /text: The field was removed.",
        "breaking: schema Name /of: The field was removed.",
        "breaking: schema Problem /title: The field was removed.",
        "harmless: schema Name /title: The field was added.",
        "harmless: schema Problem /text: The field was added.",
        "harmless: schema Problem /of: The field was added.",
    ]


def test_a_reference_that_is_replaced_by_another_type_breaks() -> None:
    for compared in (sent, received):
        assert compared(ref("Text"), INTEGER) == ["breaking: Its type was Text and is integer."]
    assert sent(NUMBER, ref("Count")) == ["breaking: Its type was number and is Count."]
    assert received(ref("Count"), NUMBER) == ["breaking: Its type was Count and is number."]


def test_a_component_is_compared_wherever_it_is_referred_to(old: Document, new: Document) -> None:
    for document in (old, new):
        document["components"]["schemas"]["Text"] = STRING
        schema(document, "Page")["patternProperties"] = {"^x": ref("Text")}
    new["components"]["schemas"]["Text"] = STRING_OR_NULL
    schema(new, "Page")["properties"]["total"] = INTEGER

    assert reported(old, new) == [
        "breaking: schema Text: Its type was string and is null or string.",
        "harmless: schema Page /total: The field was added.",
    ]


def test_a_component_that_turns_null_is_reported_where_it_is_used_as_well(
    old: Document, new: Document
) -> None:
    new["components"]["schemas"]["Status"] = {"anyOf": [schema(old, "Status"), NULL]}

    found = changes(old, new)

    assert Change(True, "schema Status", "Its type was string and is string or null.") in found


def test_a_reference_that_leads_elsewhere_is_compared(old: Document, new: Document) -> None:
    schema(new, "Page")["properties"]["items"]["items"] = ref("Name")

    assert reported(old, new) == [
        "breaking: schema Drug /id: The field was removed.",
        "breaking: schema Drug /names: The field was removed.",
        "breaking: schema Drug /status: The field was removed.",
        "harmless: schema Drug: The schema Name stands in its place.",
        "harmless: schema Drug /text: The field was added.",
        "harmless: schema Drug /of: The field was added.",
    ]


def test_what_stands_beside_a_reference_counts() -> None:
    assert sent(ref("Text"), ref("Text") | {"maxLength": 5}) == [
        "breaking: Its maxLength was none and is 5."
    ]


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": ref("A")},
        {"A": ref("B"), "B": ref("A")},
        {"A": {"anyOf": [ref("A"), NULL]}},
        {"A": {"allOf": [ref("A"), STRING]}},
        {"A": record(a=ref("A"))},
        {"A": record(a=ref("B")), "B": array(ref("A"))},
        {"A": {"allOf": [ref("B")], **record(a=ref("A"))}, "B": record(a=ref("B"))},
        {"A": record(a={"allOf": [ref("A"), record(b=ref("A"))]})},
        {"A": record(a={"anyOf": [ref("A") | {"minProperties": 1}, array(ref("A"))]})},
        {"A": {"additionalProperties": ref("A"), "not": ref("A")}},
        {},
    ],
)
def test_recursion_has_an_end(schemas: dict[str, Schema]) -> None:
    written_out = json.loads(
        json.dumps(of_answer(ref("A"))).replace(
            json.dumps(ref("A")), json.dumps(schemas.get("A", {}))
        )
    )
    shared = {"components": {"schemas": schemas}}
    other = {"components": {"schemas": {"A": record(b=STRING, a=ref("A"))}}}
    documents = [of_answer(ref("A")) | shared, written_out | shared, of_answer(ref("A")) | other]

    for old, new in product(documents, documents):
        found = changes(old, new)
        assert found == [] or old != new


# Answers


def test_success_that_goes_breaks_and_an_error_that_goes_does_not(
    old: Document, new: Document
) -> None:
    del operation(new)["responses"]["200"]
    del operation(new)["responses"]["503"]

    assert reported(old, new) == [
        "breaking: GET /drugs response 200: The response was removed.",
        "harmless: GET /drugs response 503: The response was removed.",
    ]


def test_a_new_error_is_growth_and_a_new_kind_of_success_is_not(
    old: Document, new: Document
) -> None:
    operation(new)["responses"] |= {"422": ref("Unknown", "responses"), "204": {}, "default": {}}

    assert reported(old, new) == [
        "breaking: GET /drugs response 204: The response was added, and clients have to know it.",
        "harmless: GET /drugs response 422: The response was added.",
        "harmless: GET /drugs response default: The response was added.",
    ]


def test_a_media_type_that_goes_breaks_and_one_that_comes_does_not(
    old: Document, new: Document
) -> None:
    content = answer(new)["content"]
    content["text/csv"] = content.pop("application/json")

    assert reported(old, new) == [
        "breaking: GET /drugs response 200 application/json: The media type was removed.",
        "harmless: GET /drugs response 200 text/csv: The media type was added.",
    ]


def test_an_error_of_another_media_type_breaks_and_is_reported_once(
    old: Document, new: Document
) -> None:
    content = new["components"]["responses"]["Unknown"]["content"]
    content["application/json"] = content.pop("application/problem+json")

    assert reported(old, new) == [
        "breaking: response Unknown application/problem+json: The media type was removed.",
        "harmless: response Unknown application/json: The media type was added.",
    ]


def test_an_error_that_refers_to_another_answer_is_compared(old: Document, new: Document) -> None:
    new["components"]["responses"]["Plain"] = {"content": {"text/plain": {"schema": STRING}}}
    operation(new)["responses"]["404"] = ref("Plain", "responses")

    assert reported(old, new) == [
        "breaking: GET /drugs response 404 application/problem+json: The media type was removed.",
        "harmless: GET /drugs response 404 text/plain: The media type was added.",
    ]


def test_a_header_that_goes_breaks_and_one_that_comes_does_not(
    old: Document, new: Document
) -> None:
    del answer(new)["headers"]["Link"]

    where = "GET /drugs response 200 header Link"
    assert reported(old, new) == [f"breaking: {where}: The header was removed."]
    assert reported(new, old) == [f"harmless: {where}: The header was added."]


def test_a_header_that_may_be_missing_breaks(old: Document, new: Document) -> None:
    new["components"]["headers"]["ETag"]["required"] = False

    assert reported(old, new) == ["breaking: header ETag: It may be left out now."]
    assert reported(new, old) == ["harmless: header ETag: It is required now."]


def test_what_a_header_holds_is_compared(old: Document, new: Document) -> None:
    answer(new)["headers"]["Link"]["schema"] = INTEGER
    new["components"]["headers"]["ETag"]["schema"] = STRING

    assert reported(old, new) == [
        "breaking: GET /drugs response 200 header Link: Its type was string and is integer.",
        'harmless: header ETag: Its pattern was "^\\"" and is none.',
    ]


# Request bodies


def test_a_request_body_that_goes_or_is_required_breaks() -> None:
    none: Document = {"paths": {"/drugs": {"post": {}}}}
    free, bound = of_body(STRING), of_body(STRING)
    bound["paths"]["/drugs"]["post"]["requestBody"]["required"] = True

    where = "POST /drugs request body"
    added = "The request body was added"
    assert reported(free, none) == [f"breaking: {where}: The request body was removed."]
    assert reported(none, free) == [f"harmless: {where}: {added}."]
    assert reported(none, bound) == [f"breaking: {where}: {added}, and clients have to know it."]
    assert reported(free, bound) == [f"breaking: {where}: It is required now."]
    assert reported(bound, free) == [f"harmless: {where}: It may be left out now."]


def test_a_request_body_of_another_media_type_breaks() -> None:
    old, new = of_body(STRING), of_body(STRING)
    body = new["paths"]["/drugs"]["post"]["requestBody"]
    body["content"] = {"text/plain": body["content"]["application/json"]}

    assert reported(old, new) == [
        "breaking: POST /drugs request body application/json: The media type was removed.",
        "harmless: POST /drugs request body text/plain: The media type was added.",
    ]


ODD_SCHEMAS: list[Any] = [
    None,
    False,
    7,
    {"type": None, "enum": None, "properties": None, "items": None, "required": "a"},
    {"type": [], "anyOf": [], "allOf": None, "const": []},
    {"type": "magic", "magic": [1], "minimum": "0", "multipleOf": 0, "pattern": 3},
    {"type": ["integer", "string"], "multipleOf": 2, "minimum": True, "enum": [1, "a"]},
    {"allOf": [{"properties": [], "required": 1}, {"properties": {"a": 1}, "required": 2}]},
    {"allOf": [{"maximum": "a"}, {"maximum": 1}, {"items": False}, {"items": STRING}]},
    {"allOf": [{"enum": 1}, {"enum": [1, 2]}, {"const": 2}]},
    {"anyOf": [ref("None"), {"$ref": "a.json"}, {"$ref": 5}, {"$ref": "#/paths"}, True]},
    {"properties": {"$ref": STRING, "a/b": ref("A/~"), "enum": NULL}},
    {"prefixItems": [1, None, True], "items": False, "additionalProperties": None},
]


def test_a_request_body_that_is_written_otherwise_breaks() -> None:
    old, new = of_body(record(a=STRING)), of_body(record(a=STRING))
    content = new["paths"]["/drugs"]["post"]["requestBody"]["content"]
    content["application/json"]["encoding"] = {"a": {"style": "form"}}

    [change] = changes(old, new)

    assert change.breaking
    assert change.where == "POST /drugs request body application/json"


# Odd documents

ODD: list[Document] = [
    {},
    {"paths": None, "components": None},
    {"paths": {}},
    {"paths": {"/a": None, "/b": {}, "/c": {"get": None}, "/d/{x}": {"$ref": "#/nowhere"}}},
    {"paths": {"/a/{x}": {"get": {}}, "/a/{y}": {"get": {}}}},
    {"paths": {"/c": {"get": {"parameters": None, "responses": {"200": None}, "magic": 1}}}},
    {"paths": {"/c": {"get": {"parameters": [None, {}, ref("None", "parameters")]}}}},
    {"paths": {"/c": {"get": {"responses": {"200": {"content": {"a/b": None}, "headers": 3}}}}}},
    *(of(odd) for of in (of_parameter, of_answer, of_body) for odd in ODD_SCHEMAS),
]


@pytest.mark.slow
def test_no_document_is_too_odd_to_be_compared() -> None:
    for old, new in product(ODD, ODD):
        found = changes(old, deepcopy(new))
        assert old is not new or found == []


# The real document


@pytest.fixture(scope="module")
def real() -> Document:
    return deepcopy(contract().document)


@pytest.fixture(scope="module")
def real_too(real: Document) -> Document:
    """A copy that a test changes, and changes back: it is too large to be copied each time."""
    return deepcopy(real)


def breaking(old: Document, new: Document) -> list[str]:
    return [f"{change.where}: {change.what}" for change in changes(old, new) if change.breaking]


def test_the_real_document_does_not_differ_from_itself(real: Document, real_too: Document) -> None:
    assert changes(real, real_too) == []


@pytest.mark.slow
def test_every_component_of_the_real_document_is_compared(
    real: Document, real_too: Document
) -> None:
    for of in real_too["components"]["schemas"].values():
        of["not"] = {"const": 0}

    found = breaking(real, real_too)

    for of in real_too["components"]["schemas"].values():
        del of["not"]
    assert sorted(found) == sorted(
        f'schema {name}: Its not was none and is {{"const": 0}}.'
        for name in real["components"]["schemas"]
    )


def test_no_field_of_the_real_document_may_go(real: Document, real_too: Document) -> None:
    for name, of in real_too["components"]["schemas"].items():
        use = {"paths": of_answer(ref(name))["paths"]}
        fields = of.get("properties", {})
        if fields:
            of["properties"] = {}
            found = breaking(real | use, real_too | use)
            of["properties"] = fields
            every = [f"schema {name} /{field}: The field was removed." for field in fields]
            assert sorted(found) == sorted(every)


@pytest.mark.slow
def test_no_parameter_of_the_real_document_may_go(real: Document, real_too: Document) -> None:
    for path, item in real_too["paths"].items():
        if "get" not in item:
            continue
        parameters = item["get"].get("parameters", [])
        for i, parameter in enumerate(parameters):
            item["get"]["parameters"] = [*parameters[:i], *parameters[i + 1 :]]
            one, other = ({"paths": {path: d["paths"][path]}} for d in (real, real_too))
            found = breaking(real | one, real_too | other)
            where = f"GET {path} parameter {parameter['name']} ({parameter['in']})"
            assert found == [f"{where}: The parameter was removed."]
        if parameters:
            item["get"]["parameters"] = parameters


@pytest.mark.slow
def test_no_path_of_the_real_document_may_go(real: Document) -> None:
    every = real["paths"]
    for path in every:
        others = {other: item for other, item in every.items() if other != path}
        found = breaking({"paths": every}, {"paths": others})
        assert found == [
            f"{method.upper()} {path}: The operation was removed." for method in every[path]
        ]


# The command


def test_the_command_says_what_breaks_first_and_ends_with_it(
    old: Document, new: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operation(new)["parameters"][1]["deprecated"] = True
    del schema(new, "Page")["properties"]["next"]
    files = tmp_path / "old.json", tmp_path / "new.json"
    for file, document in zip(files, (old, new), strict=True):
        file.write_text(json.dumps(document), encoding="utf-8")

    status = main([str(file) for file in files])

    assert status == 1
    assert capsys.readouterr().out.splitlines() == [
        "breaking: schema Page /next: The field was removed.",
        "harmless: GET /drugs parameter status (query): It is now deprecated.",
    ]


def test_the_command_ends_well_if_nothing_breaks(
    old: Document, new: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema(new, "Page")["properties"]["total"] = INTEGER
    files = tmp_path / "old.json", tmp_path / "new.json"
    for file, document in zip(files, (old, new), strict=True):
        file.write_text(json.dumps(document), encoding="utf-8")

    status = main([str(file) for file in files])

    assert status == 0
    assert capsys.readouterr().out == "harmless: schema Page /total: The field was added.\n"
