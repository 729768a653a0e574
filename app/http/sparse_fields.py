"""Sparse answers: records with the fields that a client names in `fields`, and no others."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BeforeValidator, Field
from pydantic_core import from_json, to_json

from app.http.problems import shortened
from app.models.base import Shape

WHOLE_JSON = "application/json"
SPARSE_JSON = "application/vnd.medfacts.sparse+json"
"""What a sparse answer is sent as: it lacks what the schema of `application/json` requires."""

ALWAYS = "id"
"""The field that is always there: by it a record is found again, to read the rest of it."""

SHOWN = (ALWAYS, "name", "title", "type", "status", "section")
"""What the examples ask for, of what a record has."""


def fields_of_record(record: type[Shape], of: str = "the record's fields") -> Any:
    """The parameter `fields` of a list or a record: names of this record's own fields."""
    names = tuple(record.model_fields)

    def check(value: object) -> object:
        unknown = [name for name in str(value).split(",") if name not in names]
        if unknown:
            raise ValueError(
                f"some of {', '.join(names)}, with commas between "
                f"('{shortened(unknown[0])}' is none)"
            )
        return value

    one = f"({'|'.join(names)})"
    bounded = Field(min_length=1, max_length=len(",".join(names)), pattern=f"^{one}(,{one})*$")
    return Annotated[
        Annotated[str, bounded, BeforeValidator(check)] | None,
        Query(
            description=f"Only these of {of}, with commas between; `{ALWAYS}` is always there. "
            f"There are: {', '.join(f'`{name}`' for name in names)}. Each is sent whole: fields "
            "within a field cannot be named. They come in the record's own order, and a name that "
            f"stands there twice counts once. The answer is then `{SPARSE_JSON}`.",
            examples=[",".join(name for name in SHOWN if name in names)],
        ),
    ]


def sparse(record: bytes, fields: str) -> bytes:
    """A record's JSON with these of its fields, in its own order."""
    return to_json(picked(from_json(record), fields))


def picked(record: dict[str, Any], fields: str) -> dict[str, Any]:
    """These fields of a record, those that are always there among them."""
    wanted = {ALWAYS, *fields.split(",")}
    return {name: value for name, value in record.items() if name in wanted}
