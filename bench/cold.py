"""The whole record with nothing kept: the project beside the tutorial way and Datasette."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from app.models.fact import fact_kinds
from bench.generate import spread_over
from bench.load import Answer, BenchError, Load, asking, get
from bench.results import DATASETTE, TUTORIAL, US, Comparison, Results
from bench.servers import HOME, datasette, medfacts, tutorial
from bench.turns import take_turns

DRUGS = 1000
"""How many different drugs are asked for in turn, from all over the catalogue."""


def measure_cold(
    results: Results, folder: Path, database: Path, drugs: int, rounds: int, seconds: float
) -> None:
    """Everything about a drug, in one call, at one size."""
    ids = spread_over(drugs, DRUGS)
    ours = _paths(folder / f"cold-{drugs}.txt", [f"/v1/drugs/{id_}?include=all" for id_ in ids])
    with ExitStack() as stack:
        us = stack.enter_context(medfacts(folder, f"sqlite:///{database}", cached=False))
        asks = {US: asking(Load(us.url, paths=ours))}
        answers = {US: get(us.url, f"/v1/drugs/{ids[0]}?include=all")}
        server = stack.enter_context(tutorial(folder, database))
        asks[TUTORIAL] = asking(Load(server.url, paths=ours))
        answers[TUTORIAL] = get(server.url, f"/v1/drugs/{ids[0]}")
        if (HOME / "bin" / "python").exists():
            server = stack.enter_context(datasette(folder, database, _record_sql()))
            query = f"/{database.stem}/record.json?_shape=arrayfirst&id="
            theirs = folder / f"datasette-{drugs}.txt"
            asks[DATASETTE] = asking(
                Load(server.url, paths=_paths(theirs, [query + id_ for id_ in ids]))
            )
            answers[DATASETTE] = get(server.url, query + ids[0])
            _compare(results, answers, drugs)
        done = take_turns(asks, rounds, seconds)
    sizes = ", ".join(f"{name} {len(answer.body):,} bytes" for name, answer in answers.items())
    asked = f"`GET /v1/drugs/…?include=all`, {len(ids):,} drugs in turn; the first answers: {sizes}"
    results.comparisons[f"cold {drugs}"] = Comparison(
        f"Cold record with everything, {drugs:,} drugs", asked, TUTORIAL, done
    )


def _paths(file: Path, paths: list[str]) -> Path:
    file.write_text("\n".join(paths) + "\n")
    return file


def _compare(results: Results, answers: dict[str, Answer], drugs: int) -> None:
    """Note whether Datasette's text is the same JSON."""
    if any(answer.status != 200 for answer in answers.values()):
        return  # its rounds will not count, and say why
    found = json.loads(answers[DATASETTE].body)
    if not found:
        raise BenchError("Datasette's query finds no drug")
    same = _plain(json.loads(found[0])) == _plain(json.loads(answers[US].body))
    what = "the same JSON as" if same else "JSON that differs from"
    results.notes.append(f"At {drugs:,} drugs Datasette's query gives {what} ours.")


def _plain(value: Any) -> Any:
    """Numbers as numbers: 5 and 5.0 are the same."""
    return json.loads(json.dumps(value), parse_int=float)


def _record_sql() -> str:
    """The record's text with the texts of its facts put into it: no JSON is parsed or built."""
    facts = "".join(
        f""" || ',"{kind}":[' || coalesce((
            select group_concat(cast(body as text)) from (
                select body from document where drug_id = :id and kind = '{kind}' order by id
            )), '') || ']'"""
        for kind in fact_kinds()
    )
    return f"""select substr(cast(body as text), 1, length(cast(body as text)) - 1){facts} || '}}'
        as record
        from document where kind = 'drugs' and id = :id"""
