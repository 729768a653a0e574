"""Which changes from one OpenAPI 3.1 document to another break a client: `changes(old, new)`.

    python -m contract.breaking OLD.json NEW.json

What a client sends has to be accepted as before. What it gets may hold nothing that it was not told
of, but for new fields and new values of an enum, which clients are to expect; and nothing may go
that its code can name. What this check cannot judge counts as breaking.
"""

import json
import re
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from itertools import product, zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
NUMERIC = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}
OF_TYPE: dict[str, set[str]] = {
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": NUMERIC,
    "integer": NUMERIC,
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required", "additionalProperties", "minProperties", "maxProperties"},
    "boolean": set(),
    "null": set(),
}
"""The keywords that say something about values of one type, and nothing about others."""

TYPED = set[str]().union(*OF_TYPE.values())
PARTS = {"properties", "required", "additionalProperties", "items", "prefixItems"}
LIMITS = sorted(TYPED - PARTS - {"format"})
UNLIMITED = {"minLength": 0, "minItems": 0, "minProperties": 0, "uniqueItems": False}
OF_USE = {"default", "deprecated"}
"""What may stand beside a `$ref` and leaves what it refers to as it is."""

JUDGED = TYPED | OF_USE | {"type", "enum", "const", "$ref"}
COMBINED = {"allOf", "anyOf", "oneOf", "$ref"}
PROSE = {"title", "summary", "description", "example", "examples", "externalDocs", "tags"}
PROSE |= {"$comment", "$defs", "$id", "$schema", "$anchor"}


@dataclass(frozen=True)
class Change:
    """A difference between two documents: where it is, what it is, whether it breaks a client."""

    breaking: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{'breaking' if self.breaking else 'harmless'}: {self.where}: {self.what}"


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """All that a client may notice, each change told once; those that break it come first."""
    comparison = _Comparison(old, new)
    comparison.operations()
    return sorted(comparison.found, key=lambda change: not change.breaking)


@dataclass(frozen=True)
class _Place:
    """A place in both documents, and whether a client sends what is there, or gets it."""

    name: str
    sent: bool
    path: str = ""

    def __truediv__(self, step: object) -> "_Place":
        return replace(self, path=f"{self.path}/{step}")

    def of(self, part: str) -> "_Place":
        return replace(self, name=f"{self.name} {part}".strip())


class _Comparison:
    def __init__(self, old: Node, new: Node) -> None:
        self.old, self.new = old, new
        self.found: dict[Change, None] = {}
        self.met: set[tuple[object, ...]] = set()

    def tell(self, at: _Place, breaking: bool, what: str) -> None:
        self.found[Change(breaking, f"{at.name} {at.path}".strip(), what)] = None

    def value(self, at: _Place, key: str, old: object, new: object, breaking: bool) -> None:
        if _text(old) != _text(new):
            was, now = ("none" if one is None else _text(one) for one in (old, new))
            self.tell(at, breaking, f"Its {key} was {was} and is {now}.")

    def rest(self, at: _Place, old: Node, new: Node, judged: set[str]) -> None:
        for key in sorted((old.keys() | new.keys()) - PROSE - judged):
            if not key.startswith("x-"):
                self.value(at, key, old.get(key), new.get(key), breaking=True)
                self.same(at.sent, old.get(key), new.get(key))

    def use(self, at: _Place, old: Node, new: Node) -> None:
        self.value(at, "default", old.get("default"), new.get("default"), at.sent)
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            now = "now" if new.get("deprecated") else "no longer"
            self.tell(at, False, f"It is {now} deprecated.")

    def required(self, at: _Place, old: object, new: object) -> None:
        if bool(old) != bool(new):
            what = "It is required now." if new else "It may be left out now."
            self.tell(at, bool(new) == at.sent, what)

    def members(
        self,
        at: _Place,
        kind: str,
        old: Node,
        new: Node,
        *,
        may_go: Container[str] = (),
        must: Container[str] = (),
    ) -> Iterator[tuple[_Place, Any, Any]]:
        """What both have; what one has is told, and breaks if it went, or is new and a `must`."""
        for name in {**old, **new}:
            part = name if kind in ("operation", "media type") else f"{kind} {name}".strip()
            here = at / name if kind == "field" else at.of(part)
            if name in old and name in new:
                yield here, old[name], new[name]
            elif name in old:
                self.tell(here, name not in may_go, f"The {kind} was removed.")
            else:
                more = ", and clients have to know it" if name in must else ""
                self.tell(here, name in must, f"The {kind} was added{more}.")

    def first(self, *meeting: object) -> bool:
        """Whether two nodes meet for the first time: so each is told once, and recursion ends."""
        known = meeting in self.met
        self.met.add(meeting)
        return not known

    def referred(self, at: _Place, kind: str, old: Any, new: Any) -> tuple[_Place, Node, Node]:
        """What two nodes refer to; nothing, if both refer to what was compared before."""
        ref = _ref(old)
        if ref and ref == _ref(new):
            at = _Place(f"{kind} {_name(ref)}", at.sent)
            if not self.first(at):
                return at, {}, {}
        return at, _resolved(self.old, old), _resolved(self.new, new)

    # What an operation is

    def operations(self) -> None:
        paths = _dict(self.old.get("paths"))
        spelled = {_shape(path): path for path in paths} | {path: path for path in paths}
        before, after = _operations(self.old, {}), _operations(self.new, spelled)
        for at, old, new in self.members(_Place("", sent=True), "operation", before, after):
            (path, item, was), (new_path, new_item, now) = old, new
            self.use(at, was, now)
            parts = {"parameters", "requestBody", "responses", "security", "servers"}
            self.rest(at, was, now, parts | OF_USE)
            self.security(at, was, now)
            names = dict(zip(_slots(new_path), _slots(path), strict=True))
            asked = _parameters(self.old, item, was, {})
            asks = _parameters(self.new, new_item, now, names)
            must = {name for name in asks if _resolved(self.new, asks[name]).get("required")}
            for here, a, b in self.members(at, "parameter", asked, asks, must=must):
                self.parameter(here, "parameter", a, b)
            self.request_body(at, was, now)
            self.responses(replace(at, sent=False), was, now)

    def security(self, at: _Place, old: Node, new: Node) -> None:
        if "security" not in old and "security" not in new:
            at = _Place("security", sent=True)  # the document's own, told once
        was, now = (
            {_text(one) for one in _list(operation.get("security", document.get("security")))}
            or {"{}"}
            for operation, document in ((old, self.old), (new, self.new))
        )
        if was != now:
            eased = "{}" in now or was <= now
            what = "Less is asked" if eased else "Other credentials are asked"
            self.tell(at, not eased, f"{what} of a client than before.")

    def parameter(self, at: _Place, kind: str, old: Any, new: Any) -> None:
        """A parameter; or a header of an answer, which is described in the same way."""
        at, old, new = self.referred(at, kind, old, new)
        self.use(at, old, new)
        self.required(at, old.get("required"), new.get("required"))
        self.rest(at, old, new, {"in", "required", "schema", "content"} | OF_USE)
        if ("content" in old) != ("content" in new):
            self.tell(at, True, "It is written in another form now.")
        else:
            self.content(at, old, new)
            always = bool(old.get("required"))
            self.schemas(at, old.get("schema", True), new.get("schema", True), always_sent=always)

    def request_body(self, at: _Place, old: Node, new: Node) -> None:
        was, now = ({"": op["requestBody"]} if "requestBody" in op else {} for op in (old, new))
        must = [""] if _resolved(self.new, now.get("")).get("required") else []
        for here, a, b in self.members(at, "request body", was, now, must=must):
            here, before, after = self.referred(here, "request body", a, b)
            self.required(here, before.get("required"), after.get("required"))
            self.content(here, before, after)

    def responses(self, at: _Place, old: Node, new: Node) -> None:
        was, now = _dict(old.get("responses")), _dict(new.get("responses"))
        success = {status for status in {**was, **now} if status.startswith("2")}
        errors = was.keys() - success - {"default"}
        for here, a, b in self.members(at, "response", was, now, may_go=errors, must=success):
            here, before, after = self.referred(here, "response", a, b)
            self.content(here, before, after)
            headers = _dict(before.get("headers")), _dict(after.get("headers"))
            for place, header, new_header in self.members(here, "header", *headers):
                self.parameter(place, "header", header, new_header)

    def content(self, at: _Place, old: Node, new: Node) -> None:
        types = _dict(old.get("content")), _dict(new.get("content"))
        for here, was, now in self.members(at, "media type", *types):
            self.rest(here, _dict(was), _dict(now), {"schema"})
            self.schemas(here, _dict(was).get("schema", True), _dict(now).get("schema", True))

    # What a schema allows

    def schemas(self, at: _Place, old: Any, new: Any, always_sent: bool = False) -> None:
        """Two schemas as unions: each alternative is compared with the one most like it."""
        if self.same(at.sent, old, new):
            return
        if always_sent and at.sent:  # then a default never meant anything
            old, new = ({**one, "default": None} if _dict(one) else one for one in (old, new))
        self.use(at, _dict(old), _dict(new))
        was, now = _alternatives(self.old, old), _alternatives(self.new, new)
        lost, gained, pairs = dict(enumerate(was)), dict(enumerate(now)), []
        for _, i, j in sorted((_unlikeness(was[i], now[j]), i, j) for i in lost for j in gained):
            if i in lost and j in gained and _are_comparable(was[i], now[j]):
                pairs.append((lost.pop(i), gained.pop(j)))
        turned = [(_type(a), _type(b)) for a, b in pairs if not ("$ref" in a and "$ref" in b)]
        turned += [(_type(a), "") for a in lost.values()]
        turned += [("", _type(b)) for b in gained.values()]
        if turned := [(a, b) for a, b in turned if a != b]:
            if at.sent:
                fits = all(_covers(b, a) for a, b in turned if a)
            else:
                fits = all(a == "any" for a, b in turned if b)
            free = any(one.keys() <= OF_USE for one in (now if at.sent else was))
            what = f"Its type was {_called(was)} and is {_called(now)}."
            self.tell(at, not (fits or free) or not now, what)
        for a, b in pairs:
            if "$ref" in a and "$ref" in b:
                self.components(at.sent, a["$ref"], b["$ref"])
            elif "$ref" not in _text([a, b]) or self.first(at.name, at.sent, _text([a, b])):
                self.alternatives(at, a, b)

    def same(self, sent: bool, old: Any, new: Any) -> bool:
        """Whether two nodes say the same; what they refer to is compared then."""
        text = _text(old)
        if text != _text(new):
            return False
        for ref in re.findall(r'"\$ref": "([^"]+)"', text):
            self.components(sent, ref, ref)
        return True

    def components(self, sent: bool, old: str, new: str) -> None:
        """What two references lead to, wherever they are met: told once, under the old name."""
        at = _Place(f"schema {_name(old)}", sent)
        if self.first(at, new):
            if old != new:
                self.tell(at, False, f"The schema {_name(new)} stands in its place.")
            self.schemas(at, _target(self.old, old), _target(self.new, new))

    def alternatives(self, at: _Place, old: Node, new: Node) -> None:
        self.use(at, old, new)
        self.values(at, old, new)
        for key in LIMITS:
            was, now = old.get(key), new.get(key)
            self.value(at, key, was, now, at.sent and _is_tighter(key, was, now))
        was, now = old.get("format"), new.get("format")
        self.value(at, "format", was, now, bool(now if at.sent else was))
        self.fields(at, old, new)
        self.items(at, old, new)
        self.rest(at, old, new, JUDGED)

    def values(self, at: _Place, old: Node, new: Node) -> None:
        if "const" in old and "const" in new:
            self.value(at, "const", old["const"], new["const"], breaking=True)
        elif ("enum" in old) != ("enum" in new):
            some = ", ".join(map(_text, old.get("enum") or new["enum"]))
            what = f"be other than {some}" if "enum" in old else f"only be {some}"
            self.tell(at, ("enum" in new) == at.sent, f"It may {what} now.")
        else:
            was, now = ([_text(value) for value in one.get("enum", ())] for one in (old, new))
            if lost := ", ".join(text for text in was if text not in now):
                self.tell(at, True, f"It may no longer be {lost}.")
            if gained := ", ".join(text for text in now if text not in was):
                self.tell(at, "const" in old and not at.sent, f"It may be {gained} now.")

    def fields(self, at: _Place, old: Node, new: Node) -> None:
        was, now = _dict(old.get("properties")), _dict(new.get("properties"))
        had, has = ({str(name) for name in _list(one.get("required"))} for one in (old, new))
        must = has if at.sent else set[str]()
        for here, a, b in self.members(at, "field", was, now, must=must):
            self.schemas(here, a, b, always_sent=here in [at / name for name in had])
        for name in sorted((had ^ has) - (was.keys() ^ now.keys())):
            self.required(at / name, name in had, name in has)
        a, b = (one.get("additionalProperties", True) for one in (old, new))
        if (a is False) != (b is False):
            may = "No other field may" if b is False else "Other fields may"
            breaking = b is False and (at.sent or bool(_dict(a)))
            self.tell(at / "*", breaking, f"{may} be there now.")
        elif a is not True or b is not True:
            self.schemas(at / "*", a, b)

    def items(self, at: _Place, old: Node, new: Node) -> None:
        a, b = old.get("items", True), new.get("items", True)
        was, now = _list(old.get("prefixItems")), _list(new.get("prefixItems"))
        length = max(len(was), len(now))
        was, now = was + [a] * (length - len(was)), now + [b] * (length - len(now))
        for i in range(length):
            self.schemas(at / i, was[i], now[i])
        if a is not True or b is not True:
            self.schemas(at / "*", a, b)


# A schema as the alternatives of a union: without allOf, anyOf, oneOf, and each of one type


def _alternatives(document: Node, schema: Any, above: tuple[str, ...] = ()) -> list[Node]:
    """What a value may be; `$ref` is kept where an alternative is all that it refers to."""
    if schema is False:
        return []
    node = _dict(schema)
    own = {k: v for k, v in node.items() if k not in PROSE | COMBINED and not k.startswith("x-")}
    own = {k: v for k, v in own.items() if k not in UNLIMITED or v != UNLIMITED[k]}
    if {"const", "enum"} & own.keys():
        values = [own["const"]] if "const" in own else _list(own["enum"])
        own["enum"] = _common(values, _list(own.get("enum", values)))
    parts = [[own]]
    if ref := _ref(node):
        target = _target(document, ref) if ref not in above else False  # itself adds nothing
        parts.append(
            [{**one, "$ref": ref} for one in _alternatives(document, target, (*above, ref))]
        )
    parts += [_alternatives(document, one, above) for one in _list(node.get("allOf"))]
    for union in ("anyOf", "oneOf"):
        if choices := _list(node.get(union)):
            parts.append([one for each in choices for one in _alternatives(document, each, above)])
    whole: list[Node] = [{}]
    for part in parts:
        joined = (one for a, b in product(whole, part) for one in _by_type(_both(a, b)))
        whole = [one for _, one in sorted({_text(one): one for one in joined}.items())]
    return whole


def _both(a: Node, b: Node) -> Node:
    """What is left where both hold; limits that differ stand side by side, as text."""
    joined = b | a
    for key in (a.keys() & b.keys()) - OF_USE:
        x, y = a[key], b[key]
        if key == "properties":
            x, y = _dict(x), _dict(y)
            both = {name: _all_of(x[name], y[name]) for name in x.keys() & y.keys()}
            joined[key] = x | y | both
        elif key in ("items", "additionalProperties"):
            joined[key] = _all_of(x, y)
        elif key == "prefixItems":
            pairs = zip_longest(_list(x), _list(y), fillvalue=True)
            joined[key] = [_all_of(*pair) for pair in pairs]
        elif key == "required":
            joined[key] = sorted({str(name) for name in [*_list(x), *_list(y)]})
        elif key == "enum":
            joined[key] = _common(x, y)
        elif key == "type":
            joined[key] = x if _covers(y, x) else y if _covers(x, y) else []
        elif _text(x) != _text(y):
            joined[key] = " and ".join(sorted((_text(x), _text(y))))
    if not (a.keys() <= OF_USE or b.keys() <= OF_USE):
        joined.pop("$ref", None)
    return joined


def _common(values: list[Any], others: list[Any]) -> list[Any]:
    """The values of both lists; to Python alone, false were 0."""
    known = {_text(other) for other in others}
    return [value for value in values if _text(value) in known]


def _all_of(*schemas: Any) -> Node:
    """A schema of the same text for the same schemas, however often joined: recursion ends so."""
    parts = [
        part
        for schema in schemas
        for part in (schema["allOf"] if _dict(schema).keys() == {"allOf"} else [schema])
    ]
    return {"allOf": [part for _, part in sorted({_text(part): part for part in parts}.items())]}


def _by_type(schema: Node) -> Iterator[Node]:
    """A schema for each type that it allows, with the keywords and values of that type."""
    types = schema.get("type")
    if types is None and "enum" in schema:
        types = sorted({_type_of(value) for value in schema["enum"]})
    if types is None:
        yield schema
        return
    for name in types if isinstance(types, list) else [types]:
        others = TYPED - OF_TYPE.get(str(name), TYPED)
        one = {key: value for key, value in schema.items() if key not in others} | {"type": name}
        if "enum" in one:
            one["enum"] = [value for value in one["enum"] if _covers(name, _type_of(value))]
        if one.get("enum") == [None]:  # which is all that a null can be
            del one["enum"]
            one.pop("const", None)
        if one.get("enum") != []:
            yield one


def _are_comparable(old: Node, new: Node) -> bool:
    was, now = _type(old), _type(new)
    same = "$ref" in old and old["$ref"] == new.get("$ref")
    return same or _covers(was, now) or _covers(now, was)


def _unlikeness(old: Node, new: Node) -> tuple[bool, bool, int]:
    """By which each alternative finds its like, in whatever order they stand."""
    apart = len(_traits(old) ^ _traits(new))
    return old.get("$ref") != new.get("$ref"), _type(old) != _type(new), apart


def _traits(schema: Node) -> set[str]:
    traits = set()
    for key, value in schema.items():
        parts = _list(value) or [*_dict(value), *_dict(value).items()] or [value]
        traits |= {f"{key} {_text(part)}" for part in parts}
    return traits


def _type(schema: Node) -> str:
    return str(schema.get("type", "any"))


def _type_of(value: object) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def _covers(wide: object, narrow: object) -> bool:
    return wide in (narrow, "any") or (wide, narrow) == ("number", "integer")


CHOICE = re.compile(r"\(([\w-]+(?:\|[\w-]+)*)\)")
"""Words that a pattern lets a client choose among, such as `(name|id)`."""


def _adds_choices(old: str, new: str) -> bool:
    """Whether a pattern differs from another by more words to choose among, and nothing else."""
    old = re.sub(r"^\^([\w-]+)\$$", r"^(\1)$", old)  # one word alone
    if "(?" in old or CHOICE.sub("()", old) != CHOICE.sub("()", new):
        return False
    pairs = zip(CHOICE.findall(old), CHOICE.findall(new), strict=True)
    return all(set(was.split("|")) <= set(now.split("|")) for was, now in pairs)


def _is_tighter(keyword: str, old: Any, new: Any) -> bool:
    if keyword == "pattern" and isinstance(old, str) and isinstance(new, str):
        return not _adds_choices(old, new)
    if not (isinstance(old, int | float) and isinstance(new, int | float)):
        return new is not None
    if keyword == "multipleOf":
        return bool(new <= 0 or old % new)
    return bool(new < old if "max" in keyword.lower() else new > old)


# Documents


def _ref(node: Any) -> str:
    ref = _dict(node).get("$ref")
    return ref if isinstance(ref, str) else ""


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]


def _target(document: Node, ref: str) -> Any:
    """What a reference within the document leads to; None where it leads nowhere."""
    node: Any = document if ref.startswith("#/") else None
    for step in ref.removeprefix("#/").split("/"):
        node = _dict(node).get(unquote(step).replace("~1", "/").replace("~0", "~"))
    return node


def _resolved(document: Node, node: Any) -> Node:
    for _ in range(9):  # a chain that is longer than this goes in a circle
        if ref := _ref(node):
            node = _target(document, ref)
    return _dict(node)


def _shape(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)


def _slots(path: str) -> list[str]:
    return re.findall(r"{([^}]*)}", path)


def _operations(document: Node, spelled: dict[str, str]) -> dict[str, tuple[str, Node, Node]]:
    """Each operation by its name, with its path and what is said of that; paths as `spelled`."""
    found = {}
    for path, node in _dict(document.get("paths")).items():
        item, told = _resolved(document, node), spelled.get(path, spelled.get(_shape(path), path))
        for method in METHODS:
            if method in item:
                found[f"{method.upper()} {told}"] = path, item, _dict(item[method])
    return found


def _parameters(document: Node, item: Node, operation: Node, names: dict[str, str]) -> Node:
    """The parameters of an operation and of its path, by name and place; in a path, as `names`."""
    found = {}
    for node in (*_list(item.get("parameters")), *_list(operation.get("parameters"))):
        parameter = _resolved(document, node)
        name, place = str(parameter.get("name")), str(parameter.get("in"))
        name = names.get(name, name) if place == "path" else name
        found[f"{name} ({place})"] = node
    return found


def _dict(node: Any) -> Node:
    return node if isinstance(node, dict) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _called(alternatives: list[Node]) -> str:
    names = (_name(one.get("$ref", "")) or _type(one) for one in alternatives)
    return " or ".join(names) or "nothing"


def main(argv: list[str]) -> int:
    """Print what has changed from one file to the other; 1 if it breaks a client."""
    old, new = (json.loads(Path(name).read_text(encoding="utf-8")) for name in argv)
    found = changes(old, new)
    sys.stdout.writelines(f"{change}\n" for change in found)
    return 1 if any(change.breaking for change in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
