"""The tutorial way: FastAPI and SQLModel as their tutorials put them together.

Tables with `Relationship()`s, a public model for each, a `response_model`, a sync route, and a
session by dependency. It holds what the project's records hold, with what no tutorial would give
tables of its own as JSON. BENCH_DATABASE names its SQLite file; `python -m bench.tutorial` makes
the tables in it.
"""

import os
from collections.abc import Iterator
from typing import Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import JSON, Column
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine


class Source(SQLModel, table=True):
    """A source."""

    id: str = Field(primary_key=True)
    title: str
    url: str


class CitationBase(SQLModel):
    """A passage."""

    locator: str


class Citation(CitationBase, table=True):
    """A passage of a source, cited by a name or a fact."""

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    name_id: str | None = Field(default=None, foreign_key="name.id", index=True)
    fact_id: str | None = Field(default=None, foreign_key="fact.id", index=True)
    source: Source = Relationship()


class CitationPublic(CitationBase):
    """A passage as it is served."""

    source: Source


class NameBase(SQLModel):
    """A name."""

    name: str
    type: str


class Name(NameBase, table=True):
    """A drug's name."""

    id: str = Field(primary_key=True)
    drug_id: str = Field(foreign_key="drug.id", index=True)
    citations: list[Citation] = Relationship()


class NamePublic(NameBase):
    """A name as it is served."""

    citations: list[CitationPublic]


class FactBase(SQLModel):
    """A fact about a drug."""

    id: str = Field(primary_key=True)
    kind: str
    statement: str
    certainty: str
    detail: dict[str, Any] = Field(sa_column=Column(JSON))


class Fact(FactBase, table=True):
    """A fact about a drug."""

    drug_id: str = Field(foreign_key="drug.id", index=True)
    citations: list[Citation] = Relationship()


class FactPublic(FactBase):
    """A fact as it is served."""

    citations: list[CitationPublic]


class DrugBase(SQLModel):
    """A drug."""

    id: str = Field(primary_key=True)
    name: str
    detail: dict[str, Any] = Field(sa_column=Column(JSON))


class Drug(DrugBase, table=True):
    """A drug, and what belongs to it."""

    names: list[Name] = Relationship()
    facts: list[Fact] = Relationship()


class DrugPublic(DrugBase):
    """A drug with everything included."""

    names: list[NamePublic]
    facts: list[FactPublic]


engine = create_engine(
    f"sqlite:///{os.environ['BENCH_DATABASE']}",
    connect_args={"check_same_thread": False},
)
app = FastAPI()


def get_session() -> Iterator[Session]:
    """A session for one request."""
    with Session(engine) as session:
        yield session


@app.get("/v1/drugs/{drug_id}", response_model=DrugPublic)
def read_drug(drug_id: str, session: Session = Depends(get_session)) -> Any:  # noqa: B008 -- as the tutorial does
    """A drug with everything included."""
    drug = session.get(Drug, drug_id)
    if not drug:
        raise HTTPException(status_code=404, detail="Drug not found")
    return drug


if __name__ == "__main__":
    SQLModel.metadata.create_all(engine)
