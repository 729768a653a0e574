"""What the labels of some drugs say of each other: sentences, and what was read for them.

Nothing here is a finding about two drugs: a label names the other, or those that were read do not.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Body, Query
from pydantic import Field
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.api.facts import DrugId
from app.api.identifiers import IDENTIFIER
from app.api.lists import unknown_drug
from app.api.read_session import ReadSession, resource, with_release
from app.api.resolve import Candidate, Suggestion, resolved_identifiers, resolved_names
from app.documents.checksums import STORED, verified
from app.documents.interaction_records import (
    INTERACTIONS,
    LABELS_READ,
    ORDER,
    InteractionPassage,
    LabelRead,
    Membership,
    OtherStatement,
    PartRead,
    class_key,
    pair_id,
)
from app.documents.records import Link
from app.http.parameters import Text
from app.http.problems import (
    BadParameterError,
    LargeBodyError,
    ParameterProblem,
    UnknownIdError,
    documented,
)
from app.http.sparse_fields import SPARSE_JSON, fields_of_record, picked
from app.models.base import Row, Shape
from app.models.document import Document
from app.models.drug import Drug, DrugForm, DrugIngredient
from app.search.query import listed, one_of

router = resource("Interactions")

FEWEST, MOST = 2, 25
"""How many drugs are looked at together."""

NOTICE = (
    "These are sentences of drug labels, found by the names in them. Where none is listed, the "
    "labels that were read do not name the other drug: that does not mean that the two can be "
    "taken together. Ask a pharmacist or a physician."
)
"""What a user interface has to show beside an answer."""


class DrugChecked(Shape):
    """A drug that was asked for, and which of its labels were read."""

    id: str = Field(description="The drug's id.", examples=["warfarin"])
    name: str = Field(description="Its name.", examples=["warfarin"])
    asked: list[str] = Field(
        description="What was asked for that means it: several, where it was asked for more than "
        "once.",
        examples=[["Coumadin"]],
    )
    labels: list[LabelRead] = Field(
        description="The labels that were read, the newest first; none where none is loaded.",
        examples=[[]],
    )
    parts: list[PartRead] = Field(
        description="The parts of labels that were read, and how many labels have each.",
        examples=[[]],
    )


class NotChecked(Shape):
    """A name or an identifier of which it is not sure which drug it means."""

    asked: str = Field(description="What was asked for.", examples=["inulin"])
    reason: Literal["ambiguous", "unknown"] = Field(
        description="`ambiguous`: it is of several drugs, and none is chosen. `unknown`: nothing "
        "has it.",
        examples=["unknown"],
    )
    candidates: list[Candidate] = Field(description="The drugs that it could mean.", examples=[[]])
    suggestions: list[Suggestion] = Field(
        description="Drugs with a name that is like it: guesses, for a person to look at.",
        examples=[[]],
    )


class LabelSummary(Shape):
    """Which labels of a drug were read."""

    labels: int = Field(description="How many labels were read.", examples=[12])
    oldest: str | None = Field(
        description="The date of the oldest; null where none was.", examples=["2006-01-04"]
    )
    newest: str | None = Field(
        description="The date of the newest; null where none was.", examples=["2024-01-15"]
    )


class InteractionDirection(Shape):
    """What the labels of one drug say of the other."""

    labels_of: Link = Field(
        description="The drug whose labels were read.",
        examples=[{"id": "warfarin", "name": "warfarin"}],
    )
    named: Link = Field(
        description="The drug that was looked for in them.",
        examples=[{"id": "ibuprofen", "name": "ibuprofen"}],
    )
    status: Literal["named", "not_named", "no_labels"] = Field(
        description="`named`: the labels name it, or a class that it is of. `not_named`: the "
        "labels that were read do not, which says nothing else. `no_labels`: none is loaded.",
        examples=["named"],
    )
    read: LabelSummary = Field(
        description="What was read; `drugs` lists the labels.",
        examples=[{"labels": 1, "oldest": "2006-01-04", "newest": "2006-01-04"}],
    )
    passages: list[InteractionPassage] = Field(
        description="The sentences that name it, in the order of a label's parts: boxed warning, "
        "contraindications, warnings, interactions, adverse reactions, dosage.",
        examples=[[]],
    )
    classes: list[Membership] = Field(
        description="The classes by which passages name it, each with the passages of sources "
        "that put it into the class.",
        examples=[[]],
    )
    others: list[OtherStatement] = Field(
        description="Interactions that sources say which are no labels.", examples=[[]]
    )


class InteractionPair(Shape):
    """Two drugs, and what the labels of each say of the other."""

    id: str = Field(description="The ids of the two.", examples=["warfarin+ibuprofen"])
    drugs: list[Link] = Field(
        description="The two, in the order in which they were asked for.",
        examples=[[{"id": "warfarin", "name": "warfarin"}]],
    )
    note: str | None = Field(
        description="Where one is an ingredient of the other, or both have one in common, that it "
        "is so; where one is a combination, what else to ask for; where both are of a class, that "
        "sentences which name it may be about the label's own drug; otherwise null.",
        examples=[None],
    )
    directions: list[InteractionDirection] = Field(
        description="The labels of the first, and then those of the second.", examples=[[]]
    )


class InteractionAnswer(Shape):
    """What the labels of some drugs say of each other."""

    notice: str = Field(
        description="What a user interface has to show beside the answer.", examples=[NOTICE]
    )
    drugs: list[DrugChecked] = Field(
        description="The drugs that were looked at, each once.", max_length=MOST
    )
    not_checked: list[NotChecked] = Field(
        description="What was asked for that means no drug for sure: nothing was looked up for it.",
        max_length=MOST,
    )
    items: list[InteractionPair] = Field(description="Every two of the drugs.", max_length=300)


PairFields = fields_of_record(InteractionPair, "each pair's fields")

ERRORS = documented(BadParameterError)


@router.get("/interactions", response_model=InteractionAnswer, responses=ERRORS)
def list_interactions(
    session: ReadSession,
    drugs: Annotated[
        str,
        Query(
            description="2 to 25 drugs, with commas between: ids, or names and identifiers as "
            "/v1/resolve takes them (`unii:H789N3FKE8`). A name with a comma in it goes into the "
            "list that `POST` takes.",
            examples=["baclofen,alcohol"],
            min_length=3,
            max_length=4_000,
            pattern="^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        ),
    ],
    fields: PairFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """What the labels of 2 to 25 drugs say of each other: each sentence that names another, and
    what was read. No severity is given that no source prints, and an empty answer means that the
    labels that were read do not name it, nothing more."""
    asked = [part.strip() for part in drugs.split(",")]
    return _answer(session, [part for part in asked if part], fields)


@router.post(
    "/interactions",
    response_model=InteractionAnswer,
    responses=documented(BadParameterError, LargeBodyError),
)
def list_posted_interactions(
    session: ReadSession,
    drugs: Annotated[
        list[Text],
        Body(
            description="2 to 25 drugs, each as in `drugs` of a GET.",
            examples=[["baclofen", "alcohol"]],
            min_length=FEWEST,
            max_length=MOST,
        ),
    ],
    fields: PairFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The same, of a list in the body. It changes nothing."""
    return _answer(session, drugs, fields)


@router.get(
    "/drugs/{drug_id}/interactions",
    response_model=InteractionAnswer,
    responses=documented(UnknownIdError, BadParameterError),
)
def list_interactions_of_drug(
    session: ReadSession,
    drug_id: DrugId,
    with_: Annotated[
        str,
        Query(
            alias="with",
            description="1 to 24 other drugs, with commas between, as `drugs` of /v1/interactions.",
            examples=["alcohol"],
            min_length=1,
            max_length=4_000,
            pattern="^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        ),
    ],
    fields: PairFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """What the labels of this drug say of others, and theirs of it."""
    asked = [part.strip() for part in with_.split(",")]
    return _answer(session, [drug_id, *filter(None, asked)], fields, of=drug_id)


@dataclass
class _Asked:
    """What was asked for: the drugs, each with what asked for it, and what is none for sure."""

    drugs: dict[str, DrugChecked]
    by_id: dict[str, Link]
    """What was asked for by the id of a drug, or of a form of one."""
    not_checked: list[NotChecked]


def _answer(
    session: ReadSession, asked: list[str], fields: str | None, of: str | None = None
) -> bytes:
    name = "drugs" if of is None else "with"
    if not FEWEST <= len(asked) <= MOST:
        less = 0 if of is None else 1
        detail = (
            f"Expected {FEWEST - less} to {MOST - less} drugs, found {len(asked) - less}; ask for "
            "more in several requests."
        )
        raise BadParameterError.of(ParameterProblem(parameter=name, detail=detail))
    found = _asked(session, asked)
    ids = list(found.drugs)
    own = None
    if of is not None:
        if of not in found.by_id:
            raise unknown_drug(of)
        own = found.by_id[of].id
        session.is_of(of, own)
    read = labels_read(session, ids)
    for id_, drug in found.drugs.items():
        drug.labels, drug.parts = read[id_]["labels"], read[id_]["parts"]
    pairs = [pair for pair in combinations(ids, 2) if own is None or own in pair]
    items = _pairs(session, {id_: drug.name for id_, drug in found.drugs.items()}, read, pairs)
    if fields is not None:
        session.media_type = SPARSE_JSON
        items = (picked(item, fields) for item in items)
    return to_json(
        {
            "notice": NOTICE,
            "drugs": list(found.drugs.values()),
            "not_checked": found.not_checked,
            "items": list(items),
        },
        by_alias=True,
    )


def _asked(session: ReadSession, asked: list[str]) -> _Asked:
    """Which drugs were asked for: by their ids, then by identifiers, then by names."""
    by_id = {
        key: Link(id=id_, name=name)
        for key, id_, name in session.found(BY_ID, ids=listed(session.dialect, asked))
    }
    others = [text for text in dict.fromkeys(asked) if text not in by_id]
    identifiers = [text for text in others if re.fullmatch(IDENTIFIER, text)]
    names = [text for text in others if text not in identifiers]
    resolved = dict(zip(names, resolved_names(session, names), strict=True)) if names else {}
    if identifiers:
        resolved |= dict(zip(identifiers, resolved_identifiers(session, identifiers), strict=True))
    drugs: dict[str, DrugChecked] = {}
    not_checked: list[NotChecked] = []
    for text in asked:
        answer = resolved.get(text)
        link = by_id.get(text) or (answer.drug if answer else None)
        if link is not None:
            checked = DrugChecked(id=link.id, name=link.name, asked=[], labels=[], parts=[])
            drugs.setdefault(link.id, checked).asked.append(text)
        elif answer is not None and all(text != each.asked for each in not_checked):
            reason = "ambiguous" if answer.candidates else "unknown"
            not_checked.append(
                NotChecked(
                    asked=text,
                    reason=reason,
                    candidates=answer.candidates,
                    suggestions=answer.suggestions,
                )
            )
    return _Asked(drugs, by_id, not_checked)


NOTHING_READ: Row = {"labels": [], "parts": [], "classes": []}


def documents_by_ids(session: ReadSession, kind: str, ids: Collection[str]) -> dict[str, bytes]:
    """The JSON of documents of a kind by their ids, of those that there are."""
    bound = listed(session.dialect, ids)
    rows = session.found(READ, kind=kind, ids=bound) if ids else ()
    return {id_: verified(kind, id_, *stored) for id_, *stored in rows}


def labels_read(session: ReadSession, ids: Iterable[str]) -> dict[str, Row]:
    """What was read of drugs, and of which classes each is."""
    read = dict.fromkeys(ids, NOTHING_READ)
    found = documents_by_ids(session, LABELS_READ, read)
    return read | {id_: from_json(body) for id_, body in found.items()}


def ingredients_of(session: ReadSession, ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the combinations among these drugs are made of: names by ids."""
    found: dict[str, dict[str, str]] = {}
    for id_, ingredient, name in session.found(MADE_OF, ids=listed(session.dialect, ids)):
        found.setdefault(id_, {})[ingredient] = name
    return found


class InteractionReader:
    """What labels of drugs say of others, in these directions (whose label, who is named), read at
    once; `read` is what `labels_read` has of all of them."""

    def __init__(
        self, session: ReadSession, read: Mapping[str, Row], directions: Iterable[tuple[str, str]]
    ) -> None:
        self._keys = {
            id_: [id_, *(class_key(each["id"]) for each in of["classes"])]
            for id_, of in read.items()
        }
        wanted = {
            pair_id(of, key): (of, key) for of, named in directions for key in self._keys[named]
        }
        self._documents: dict[str, dict[str, Row]] = defaultdict(dict)
        for id_, body in documents_by_ids(session, INTERACTIONS, wanted).items():
            of, key = wanted[id_]
            self._documents[of][key] = from_json(body)

    def documents(self, of: str, named: str) -> dict[str, Row]:
        """What labels of one drug say of another, and of the classes that it is of."""
        found = self._documents.get(of)
        return {key: found[key] for key in self._keys[named] if key in found} if found else {}

    def passages(self, of: str, named: str) -> list[Row]:
        """The passages of labels of one drug that name another, in the order of labels' parts."""
        return _merged(self.documents(of, named).values())[0]


def _pairs(
    session: ReadSession,
    drugs: dict[str, str],
    read: dict[str, Row],
    pairs: list[tuple[str, str]],
) -> Iterator[Row]:
    """Every two drugs, as they are served."""
    made_of = ingredients_of(session, drugs)
    reader = InteractionReader(session, read, [*pairs, *(pair[::-1] for pair in pairs)])
    links = {id_: {"id": id_, "name": name} for id_, name in drugs.items()}
    summaries = {id_: _summary(of["labels"]) for id_, of in read.items()}
    for one, other in pairs:
        yield {
            "id": f"{one}+{other}",
            "drugs": [links[one], links[other]],
            "note": _note(links[one], links[other], read, made_of),
            "directions": [
                {
                    "labels_of": links[of],
                    "named": links[named],
                    **_direction(
                        named, reader.documents(of, named), read[named]["classes"], summaries[of]
                    ),
                }
                for of, named in ((one, other), (other, one))
            ],
        }


def _direction(named: str, documents: dict[str, Row], classes: list[Row], summary: Row) -> Row:
    """What the labels of one drug say of another."""
    passages, others = _merged(documents.values())
    by_class = documents.keys() - {named}
    status = "no_labels" if not summary["labels"] else "named" if passages else "not_named"
    return {
        "status": status,
        "read": summary,
        "passages": passages,
        "classes": [each for each in classes if class_key(each["id"]) in by_class],
        "others": others,
    }


def _merged(documents: Collection[Row]) -> tuple[list[Row], list[Row]]:
    """The passages that name a drug, and classes that it is of, each once."""
    if len(documents) < 2:
        return next(((each["passages"], each["others"]) for each in documents), ([], []))
    passages: dict[tuple[str, int], Row] = {}
    others: dict[str, Row] = {}
    for document in documents:
        for passage in document["passages"]:
            fact = passage["facts"][0]
            _join(passages, (fact["id"], fact["start"]), passage)
        for other in document["others"]:
            _join(others, other["id"], other)
    in_order = sorted(passages.values(), key=lambda passage: ORDER[passage["part"]])
    return in_order, list(others.values())


def _join(found: dict[Any, Row], key: Any, said: Row) -> None:
    """Add what names a drug. A class's document is of other drugs too: it is left as it is."""
    if (same := found.get(key)) is not None:
        said = same | {"names": sorted(same["names"] + said["names"], key=_place)}
    found[key] = said


def _place(name: Row) -> tuple[int, int]:
    return name["start"], name["end"]


def _summary(labels: list[Row]) -> Row:
    dates = [label["date"] for label in labels]
    return {
        "labels": len(labels),
        "oldest": min(dates, default=None),
        "newest": max(dates, default=None),
    }


def _note(
    one: Row, other: Row, read: dict[str, Row], ingredients: dict[str, dict[str, str]]
) -> str | None:
    """What two drugs have to do with each other, where one is in the other, and what else to ask
    for where one is a combination."""
    made_of, other_made_of = (ingredients.get(each["id"], {}) for each in (one, other))
    of_itself = "a label does not count its own drug among those that it names"
    notes = []
    if one["id"] in other_made_of:
        notes.append(f"{one['name']} is an ingredient of {other['name']}: {of_itself}.")
    elif other["id"] in made_of:
        notes.append(f"{other['name']} is an ingredient of {one['name']}: {of_itself}.")
    elif made_of.keys() & other_made_of:
        common = f"{one['name']} and {other['name']} have an ingredient in common"
        notes.append(f"{common}: {of_itself}.")
    for drug, of in ((one, made_of), (other, other_made_of)):
        if of:
            ids = ", ".join(sorted(of))
            notes.append(
                f"{drug['name']} is a combination: labels may name what is in it instead, so ask "
                f"for {ids} too."
            )
    classes, other_classes = (
        {each["id"]: each["name"] for each in read[each_of["id"]]["classes"]}
        for each_of in (one, other)
    )
    for name in sorted(classes[id_] for id_ in classes.keys() & other_classes.keys()):
        notes.append(
            f"Both are of the class {name}: where a label of one names it, the label may speak of "
            "its own drug."
        )
    return " ".join(notes) or None


_drugs = (
    sa.union(
        sa.select(col(Drug.id).label("key"), col(Drug.id), col(Drug.name)).where(
            one_of(col(Drug.id), "ids")
        ),
        sa.select(col(DrugForm.id), col(Drug.id), col(Drug.name))
        .join_from(DrugForm, Drug, col(Drug.id) == col(DrugForm.drug_id))
        .where(one_of(col(DrugForm.id), "ids")),
    )
).subquery("drugs")
BY_ID = with_release(_drugs, *_drugs.c)
"""Drugs by their ids, or by those of their forms: what was asked for, id and name."""

_documents = (
    sa.select(col(Document.id), *STORED)
    .where(col(Document.kind) == sa.bindparam("kind"), one_of(col(Document.id), "ids"))
    .subquery("documents")
)
READ = with_release(_documents, *_documents.c)
"""Documents of a kind by their ids."""

_made_of = (
    sa.select(col(DrugIngredient.drug_id), col(DrugIngredient.drug), col(Drug.name))
    .join_from(DrugIngredient, Drug, col(Drug.id) == col(DrugIngredient.drug))
    .where(one_of(col(DrugIngredient.drug_id), "ids"))
    .subquery("made_of")
)
MADE_OF = with_release(_made_of, *_made_of.c)
"""What combinations are made of: the combination, and each ingredient's id and name."""
