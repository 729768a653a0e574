"""Finding a drug by name, and words in facts: one request at a time, with nothing kept."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy.engine import make_url

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.ingest.files.inputs import inputs_of
from app.ingest.importing import import_files
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from bench.generate import spread_over
from bench.generate_files import VOCABULARY_DRUGS, write_vocabulary
from bench.growth import Database
from bench.load import Ask, Load, ask, get
from bench.results import POSTGRES, Results
from bench.servers import Server, medfacts
from bench.turns import take_turns
from tests.postgres import running_postgres

NAMES = 400
"""Of how many names, from all over the vocabulary, requests are made."""

SEARCHED = 20_000
"""In which catalogue words are searched: the one of this many drugs, or the next to it."""


def measure_finding(
    results: Results,
    folder: Path,
    engines: list[str],
    catalogues: Mapping[Database, str],
    data: Path | None,
    rounds: int,
    seconds: float,
    quick: bool,
) -> None:
    """Suggest and resolve over a vocabulary's names, and search over a catalogue's facts."""
    drugs = min((size for _, size in catalogues), key=lambda size: abs(size - SEARCHED))
    asks: dict[str, dict[str, Ask]] = {}
    with ExitStack() as stack:
        for engine in engines:
            url = stack.enter_context(vocabulary_database(folder, engine, data, quick))
            names = stack.enter_context(medfacts(folder, url, cached=False))
            facts = stack.enter_context(medfacts(folder, catalogues[engine, drugs], cached=False))
            for i, (what, paths) in enumerate(_paths(names, facts, drugs).items()):
                server = facts if what.startswith("search") else names
                file = folder / f"finding-{i}-{engine}.txt"
                file.write_text("\n".join(paths) + "\n")
                asks.setdefault(what, {})[engine] = _alone(Load(server.url, paths=file))
        for what, by_engine in asks.items():
            results.finding[what] = take_turns(by_engine, rounds, seconds)


def _alone(load: Load) -> Ask:
    return lambda seconds: ask(load, seconds, connections=1)


@contextmanager
def vocabulary_database(folder: Path, engine: str, data: Path | None, quick: bool) -> Iterator[str]:
    """The URL of a database that holds the seed and a vocabulary: the real one, where it is."""
    file = data / "drugbank" / "drugbank_vocabulary.csv" if data else None
    if file is None or not file.exists():
        file = folder / "vocabulary-to-find.csv"
        write_vocabulary(file, VOCABULARY_DRUGS // (100 if quick else 1))
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/vocabulary.db"
        if engine == POSTGRES:
            server = stack.enter_context(running_postgres())
            url = server.url(server.create_database())
        settings = Settings(database_url=url)
        migrate(settings)
        written = write_engine(settings)
        load_seed(written, settings.seed_dir)
        with inputs_of([str(file)], downloads=folder, quiet=True) as inputs:
            import_files(written, "drugbank-vocabulary", inputs)
        written.dispose()
        if engine == POSTGRES:
            address = make_url(url).set(drivername="postgresql")
            text = address.render_as_string(hide_password=False)
            with psycopg.connect(text, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")  # as autovacuum does by and by
        yield url


def _paths(names: Server, facts: Server, drugs: int) -> dict[str, list[str]]:
    """The paths of each kind of request."""
    every = _names(names)
    step = max(1, len(every) // NAMES)
    some = [name for name in every[::step] if len(name) >= 5][:NAMES]
    words = _words(facts, drugs)
    typed = [name[:length] for name in some for length in range(2, min(len(name), 10) + 1)]
    return {
        "suggest, letter by letter from the second to the tenth": _each("drugs?q=", typed),
        "suggest, a name with two letters swapped": _each("drugs?q=", map(_misspelt, some)),
        "resolve, a name": _each("resolve?name=", some),
        "resolve, a name with a strength and a dose form": _each(
            "resolve?name=", [f"{name} 10 mg tablets" for name in some]
        ),
        "resolve, a name with two letters swapped": _each("resolve?name=", map(_misspelt, some)),
        "search, a drug's name": _each("search?q=", spread_over(drugs, NAMES)),
        "search, a word": _each("search?q=", words),
        "search, two words": _each("search?q=", [" ".join(two) for two in pairwise(words)]),
        "search, the beginning of a word": _each("search?q=", [word[:4] for word in words]),
    }


def _each(path: str, texts: Iterable[str]) -> list[str]:
    return [f"/v1/{path}{quote(text)}" for text in texts]


def _misspelt(name: str) -> str:
    return f"{name[:2]}{name[3]}{name[2]}{name[4:]}"


def _names(server: Server) -> list[str]:
    """The names of a thousand drugs or so, from all over the list."""
    found = []
    for letter in "abcdefghijklmnoprstvz":
        page = json.loads(get(server.url, f"/v1/drugs?q={letter}&limit=50").body)
        found += [name["name"] for item in page["items"] for name in item["names"]]
    return [name for name in found if "\n" not in name and len(name) < 60]


def _words(server: Server, drugs: int) -> list[str]:
    """Words that stand in facts, the rarer and the more common as they come."""
    words: dict[str, None] = {}
    for id_ in spread_over(drugs, 20):
        page = json.loads(get(server.url, f"/v1/drugs/{id_}/warnings").body)
        for fact in page["items"]:
            words |= dict.fromkeys(w for w in fact["statement"].split() if w.isalpha())
    return [word for word in words if len(word) >= 4]
