"""What a person writes of each thing: its fields, less what the loader knows itself.

An entry has a model's own fields, a list for each of its parts, `cite` for the passages that say
so, and the id of what it refers to (`condition` for `condition_id`). So a new model needs no second
description, and the editor's schema follows from it.
"""

from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema
from sqlmodel import SQLModel

from app.models.base import Part, Slug
from app.models.condition import Condition
from app.models.fact import Detail, Fact, FactFields
from app.models.mechanism import Target
from app.models.trial import PrintedNumbers

KNOWN_BY_LOADER = {"position", "cite", "drug_id", "names", "related_terms"}

REFERENCES: dict[str, type[SQLModel]] = {
    "condition_id": Condition,
    "target_id": Target,
    "subject_id": Fact,
}
"""Fields that hold the id of what stands on its own: an entry writes them without `_id`."""

Locators = Annotated[
    list[str],
    BeforeValidator(lambda written: [written] if isinstance(written, str) else written),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]

Cite = Annotated[
    dict[str, Locators],
    Field(
        min_length=1,
        description="The passages that say so: a source's id, and where in it.",
        examples=[{"what-is-baclofen": "paragraph 6"}],
    ),
]

PRINTED = WithJsonSchema({"type": ["number", "string", "null"]})
"""How an editor sees a number that is kept as it was printed: `71 %` is one."""


class Entry(BaseModel):
    """Something a person wrote; a field that does not exist is an error."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


@cache
def entry_of(table: type[SQLModel]) -> type[Entry]:
    """The entry for a table's row, made from the table's own fields."""
    fields: dict[str, Any] = {}
    owner: tuple[str, ...] = getattr(table, "owner", ())
    for name, field in table.model_fields.items():
        if name in KNOWN_BY_LOADER or name in owner:
            continue
        if name == "as_printed":
            fields[name] = (SkipJsonSchema[dict[str, str]], Field(default_factory=dict))
        else:
            written = name.removesuffix("_id") if name in REFERENCES else name
            annotation, of_field = _written(field, written)
            if name in getattr(table, "numbers", ()):
                annotation = Annotated[annotation, PRINTED]
            fields[written] = (annotation, of_field)
    for name, part in parts_of(table).items():
        item = entry_of(part)
        of: Any = item if part.scalar is None else item.model_fields[part.scalar].annotation
        fields[name] = (list[of], Field(default_factory=list, description=table_doc(part)))
    if cites := getattr(table, "cites", None):
        fields["cite"] = (Cite, ...) if cites == "always" else (Cite | None, None)
    validators: dict[str, Any] = {}
    if issubclass(table, PrintedNumbers):
        validators["read_numbers"] = model_validator(mode="before")(_reader_of(table))
    return create_model(
        f"{table.__name__.removesuffix('Fields')}Entry",
        __base__=Entry,
        __doc__=table_doc(table),
        __validators__=validators,
        **fields,
    )


def _reader_of(table: type[PrintedNumbers]) -> Any:
    return classmethod(lambda _, data: table.read_numbers(data))


def _written(field: FieldInfo, name: str) -> tuple[Any, Any]:
    annotation: Any = field.annotation
    for constraint in field.metadata:
        annotation = Annotated[annotation, constraint]
    described: dict[str, Any] = {
        "description": field.description or f"The id of the {name}.",
        "examples": field.examples,
    }
    if field.is_required():
        return annotation, Field(**described)
    if field.default_factory is not None:
        return annotation, Field(default_factory=field.default_factory, **described)
    return annotation, Field(default=field.default, **described)


@cache
def fact_entry_of(table: type[Detail]) -> type[Entry]:
    """The entry for a fact: what every fact has, and what its kind adds."""
    every = entry_of(FactFields).model_fields
    fields: dict[str, Any] = {
        name: (every[name].annotation, every[name]) for name in ("statement", "certainty")
    }
    if table.cited_by is None:
        fields["cite"] = (Cite, ...)
    return create_model(
        f"{table.__name__}FactEntry",
        __base__=entry_of(table.content),
        __doc__=table_doc(table),
        key=(
            Slug,
            Field(
                description=f"Names the fact among this drug's {table.kind_name}: its id is the "
                f"drug's, '{table.singular}' and this. It never changes.",
            ),
        ),
        **fields,
    )


def parts_of(table: type[SQLModel]) -> dict[str, type[Part]]:
    """A table's parts by the name that they are written and served under."""
    parts: dict[str, type[Part]] = getattr(table, "parts", {})
    return parts


def table_doc(table: type[SQLModel]) -> str:
    """The sentence that says what the table's rows are."""
    return (table.__doc__ or "").strip().splitlines()[0]
