"""What serving costs: hot answers, the proxy, cold records, and growth."""

import json
from contextlib import ExitStack
from pathlib import Path

from bench.copies import copy_for_others
from bench.databases import SQLITE
from bench.labels import drug_name, names_across
from bench.load import Load, fault_of, get, ratio, write_paths
from bench.report import figures, latencies, number
from bench.run import Run
from bench.servers import (
    CORES,
    SERVER_CORE,
    bare,
    datasette,
    install_datasette,
    medfacts,
    tutorial,
    varnish,
    varnish_program,
)

US, BARE, DATASETTE, TUTORIAL = "medfacts", "bare ASGI", "Datasette", "the tutorial way"
RECORD = f"/v1/drugs/{drug_name(7)}?include=warnings"
LIST = "/v1/drugs?limit=20"
DIFFERENT = 1000
"""How many drugs, from all over the catalogue, cold records are requested of in turn."""

DEEPEST = 1000
"""How many pages of 100 are walked to be deep in a list."""


def measure_hot(run: Run) -> None:
    """Record, list, 304 and a brotli record from the cache, beside bare ASGI."""
    with medfacts(run.folder, run.databases.catalogue(SQLITE, min(run.sizes))) as us:
        etag = {"If-None-Match": get(us.url, RECORD).headers.get("etag", "")}
        loads = {
            "Hot record": Load(us.url, RECORD),
            "Hot list": Load(us.url, LIST),
            "Hot 304": Load(us.url, RECORD, status=304, headers=etag),
            "Hot record, brotli": Load(us.url, RECORD, headers={"Accept-Encoding": "br"}),
        }
        for title, load in loads.items():
            body = get(us.url, load.path).body
            with bare(run.folder, body) as other:
                done = run.take_turns({US: load, BARE: Load(other.url, load.path)})
            what = title[0].lower() + title[1:]
            run.report.aim(f"{what}, of bare ASGI", ratio(done[US], done[BARE]), at_least=0.85)
            if not load.headers:
                figure = ratio(done[US], done[BARE], "p99_ms")
                run.report.aim(f"p99 of {what}, of bare ASGI's", figure, at_most=1.3)
            text = f"`GET {load.path}`; bare ASGI sends the plain body of {len(body):,} bytes."
            run.report.compare(title, text, done, {US: BARE})


def measure_proxy(run: Run) -> None:
    """The same hot answers through the proxy in deploy/, beside the project alone."""
    if varnish_program() is None:
        run.report.left_out.append("The proxy: Varnish is not installed.")
        return
    alone, proxy, wide = US, "Varnish on the server's core", "Varnish on all cores"
    with ExitStack() as stack:
        url = run.databases.catalogue(SQLITE, min(run.sizes))
        us = stack.enter_context(medfacts(run.folder, url))
        one = stack.enter_context(varnish(run.folder, us.url, (SERVER_CORE,)))
        every = stack.enter_context(varnish(run.folder, us.url, CORES))
        for title, path in (("Record", RECORD), ("List", LIST)):
            servers = {alone: us, proxy: one, wide: every}
            done = run.take_turns({name: Load(each.url, path) for name, each in servers.items()})
            best = max(
                filter(None, (ratio(done[n], done[alone]) for n in (proxy, wide))), default=None
            )
            what = f"hot {title.lower()} through the proxy, of the project alone"
            run.report.aim(what, best, at_least=2)
            text = (
                f"`GET {path}`, from the proxy's cache and from the project's own. Varnish has the "
                "core of the project, which is idle meanwhile, or shares that of wrk as well."
            )
            against = {proxy: alone, wide: alone}
            run.report.compare(f"{title} through the proxy", text, done, against)


def measure_cold(run: Run) -> None:
    """The record with everything and no cache, beside Datasette and the tutorial way."""
    drugs, folder = run.cold_drugs, run.folder
    ids = names_across(drugs, DIFFERENT)
    ours = write_paths(folder / "cold.txt", [f"/v1/drugs/{id_}?include=all" for id_ in ids])
    url = run.databases.catalogue(SQLITE, drugs)
    plain, tables, kinds = copy_for_others(folder, url, drugs)
    with ExitStack() as stack:
        us = stack.enter_context(medfacts(folder, url, cached=False))
        other = stack.enter_context(tutorial(folder, tables))
        loads = {US: Load(us.url, paths=ours), TUTORIAL: Load(other.url, paths=ours)}
        first = f"/v1/drugs/{ids[0]}?include=all"
        answers = {US: get(us.url, first).body, TUTORIAL: get(other.url, first).body}
        same = ""
        if install_datasette():
            other = stack.enter_context(datasette(folder, plain, record_sql(kinds)))
            query = f"/{plain.stem}/record.json?_shape=arrayfirst&id="
            theirs = write_paths(folder / "datasette.txt", [query + id_ for id_ in ids])
            loads[DATASETTE] = Load(other.url, paths=theirs)
            answers[DATASETTE] = get(other.url, query + ids[0]).body
            equal = _plain(json.loads(answers[DATASETTE])[0]) == _plain(answers[US])
            same = f" Datasette's JSON is {'the same' if equal else 'not the same'} as ours."
        else:
            run.report.left_out.append("Datasette: it could not be installed.")
        done = run.take_turns(loads)
    for name, wanted in ((DATASETTE, 1.8), (TUTORIAL, 5)):
        if name in done:
            figure = ratio(done[US], done[name])
            run.report.aim(f"cold record with everything, of {name}", figure, at_least=wanted)
    sizes = ", ".join(f"{name} {len(body):,} bytes" for name, body in answers.items())
    text = (
        f"`GET /v1/drugs/…?include=all` without a cache, {len(ids):,} of {drugs:,} drugs in turn; "
        f"the first answers: {sizes}.{same}"
    )
    against = {US: DATASETTE if DATASETTE in done else TUTORIAL, DATASETTE: TUTORIAL}
    run.report.compare("Cold record with everything", text, done, against)


def _plain(text: str | bytes) -> object:
    return json.loads(text, parse_int=float)  # 5 and 5.0 are the same


def record_sql(kinds: list[str]) -> str:
    """The record's text with the texts of its facts put into it: no JSON is parsed or built."""
    facts = "".join(
        f""" || ',"{kind}":[' || coalesce((SELECT group_concat(body) FROM (
            SELECT body FROM document WHERE drug_id = :id AND kind = '{kind}' ORDER BY id
        )), '') || ']'"""
        for kind in kinds
    )
    return f"""SELECT substr(body, 1, length(body) - 1){facts} || '}}' AS record
        FROM document WHERE kind = 'drugs' AND id = :id"""


def measure_growth(run: Run) -> None:
    """The same requests, hot and cold, at each size of catalogue on each engine."""
    for engine in run.databases.engines:
        loads: dict[str, dict[str, Load]] = {}
        with ExitStack() as stack:
            for drugs in run.sizes:
                url = run.databases.catalogue(engine, drugs)
                hot = stack.enter_context(medfacts(run.folder, url)).url
                cold = stack.enter_context(medfacts(run.folder, url, cached=False)).url
                for name, load in _growing(run.folder, hot, cold, drugs).items():
                    loads.setdefault(name, {})[f"{drugs:,}"] = load
            rows = []
            for name, by_size in loads.items():
                done = run.take_turns(by_size)
                smallest, *_, largest = by_size
                for size, rounds in done.items():
                    if fault := fault_of(rounds):
                        run.report.faults.append(f"Growth, {engine}, {name}, {size}: {fault}.")
                    to = number(ratio(rounds, done[smallest]), ".2f")
                    rows.append((name, size, *figures(rounds), to, *latencies(rounds)))
                if smallest != largest and not name.startswith("search"):
                    figure = ratio(done[largest], done[smallest])
                    what = f"{name}, {engine}: {largest} drugs, of {smallest}"
                    run.report.aim(what, figure, at_least=0.9)
        head = ("what", "drugs", "a second", "lowest to highest", f"of {smallest} drugs")
        text = f"Each with {' and '.join(loads['hot record'])} drugs, taking turns."
        run.report.add(f"Growth, {engine}", text, (*head, "p50 ms", "p99 ms"), rows)


def _growing(folder: Path, hot: str, cold: str, drugs: int) -> dict[str, Load]:
    ids = names_across(drugs, DIFFERENT)
    etag = {"If-None-Match": get(hot, RECORD).headers.get("etag", "")}

    def each(name: str, form: str) -> Load:
        paths = [f"/v1/{form.format(id_)}" for id_ in ids]
        return Load(cold, paths=write_paths(folder / f"{name}-{drugs}.txt", paths))

    return {
        "hot record": Load(hot, RECORD),
        "304": Load(hot, RECORD, status=304, headers=etag),
        "cold record with everything": each("records", "drugs/{}?include=all"),
        "cold warnings of one drug": each("warnings", "drugs/{}/warnings"),
        "cold list, first page of 20": Load(cold, LIST),
        "cold list, deep page of 20": Load(cold, _deep_page(cold, drugs)),
        "resolve a name, cold": each("resolve", "resolve?name={}%2010%20mg%20tablets"),
        "search a name, cold": each("search", "search?q={}"),
    }


def _deep_page(url: str, drugs: int) -> str:
    """The path of a page of 20 in the middle of the list, or as deep as is walked."""
    path = "/v1/drugs?sort=id&limit=100"
    for _ in range(min(DEEPEST, drugs // 200)):
        path = json.loads(get(url, path).body)["next"] or path
    return path.replace("limit=100", "limit=20")
