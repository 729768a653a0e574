"""Statements of sources as HTML: paragraphs, list items and tables, with links where they name
something. All text is escaped here, and not in a template: a page has thousands of these.
"""

from collections.abc import Iterator
from functools import lru_cache
from html import escape

from app.models.base import Row
from app.pages.drug_view import affinity_text

Link = tuple[int, int, str]
"""From where to where it stands in a text, and where it leads, as HTML has it."""


def statement(fact: Row, key: str = "statement") -> str:
    """A fact's statement, or the text of a section, in its parts and in its order."""
    text = fact[key] or ""
    links = list(_links(fact))
    tables = iter(fact.get("tables") or ())
    made = []
    for type_, start, end, level in _blocks(fact, text):
        table = next(tables, None) if type_ == "table" else None
        if table is not None:
            made.append(_table(table))
        else:
            said = linked(text, start, end, links)
            if type_ == "list_item":
                marked = " marked" if text[start : start + 1] in BULLETS else ""
                made.append(f'<p class="item level{min(level, 3)}{marked}">{said}</p>')
            elif type_ == "heading":
                made.append(f'<p class="heading">{said}</p>')
            else:
                made.append(f"<p>{said}</p>")
    made += map(_table, tables)
    # Within what is folded: a browser unfolds what a link's anchor stands in.
    anchor = f' id="{escape(fact["id"])}"' if "id" in fact else ""
    return f'<div class="statement"{anchor}>{"".join(made)}</div>'


BULLETS = frozenset("\u2022\u00b7\u25cf\u25aa\u25e6\u2219\u2013\u2014-*")
"""What some labels begin their list items with themselves."""


def _blocks(fact: Row, text: str) -> Iterator[tuple[str, int, int, int]]:
    """The parts of a text as its source has them, or else its lines: type, from, to, level."""
    if blocks := fact.get("blocks"):
        for block in blocks:
            yield block["type"], block["start"], block["end"], block["level"]
        return
    start = fact.get("begins", 0)
    for line in text[start:].split("\n"):
        if line.strip():
            yield "paragraph", start, start + len(line), 0
        start += len(line) + 1


def _table(table: Row) -> str:
    caption = escape(table["caption"] or "")
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table["rows"])
    notes = "".join(f"<li>{escape(note)}</li>" for note in table["footnotes"])
    captioned = f"<caption>{caption}</caption>" if caption else ""
    noted = f'<ol class="footnotes">{notes}</ol>' if notes else ""
    opened = f'<div class="scroll" tabindex="0" role="group" aria-label="{caption or "Table"}">'
    return f"{opened}<table>{captioned}{rows}</table></div>{noted}"


def _cell(cell: Row) -> str:
    if len(cell) == 1:  # as most are
        return f"<td>{escape(cell['text'])}</td>"
    tag = "th" if cell.get("header") and cell["text"] else "td"
    spans = "".join(f' {key}="{cell[key]}"' for key in ("colspan", "rowspan") if key in cell)
    notes = ",".join(map(str, cell.get("footnotes", ())))
    of_notes = f"<sup>{notes}</sup>" if notes else ""
    return f"<{tag}{spans}>{escape(cell['text'])}{of_notes}</{tag}>"


def _links(fact: Row) -> Iterator[Link]:
    """What stands where in a text, and leads somewhere: in its order, none within another."""
    found: list[Link] = []
    for reference in fact.get("cross_references") or ():
        to = reference["facts"][0]["id"] if reference["facts"] else reference.get("anchor")
        if to:
            found.append((reference["start"], reference["end"], f"#{escape(to)}"))
    for mention in fact.get("mentions") or ():
        if mention["drug"]:
            found.append((mention["start"], mention["end"], _drug_page(mention["drug"]["id"])))
    last = 0
    for start, end, href in sorted(found, key=lambda link: (link[0], -link[1])):
        if start >= last:
            yield start, end, href
            last = end


@lru_cache(maxsize=1024)  # the facts of a page name the same drugs
def _drug_page(drug_id: str) -> str:
    return f"/browse/drugs/{escape(drug_id)}"


def linked(text: str, start: int, end: int, links: list[Link]) -> str:
    """A part of a text as HTML, with the links that are in it."""
    if not links:
        return escape(text[start:end], quote=False)
    made = []
    at = start
    for first, behind, href in links:
        if first >= at and behind <= end:
            before, named = escape(text[at:first], quote=False), escape(text[first:behind])
            made.append(f'{before}<a href="{href}">{named}</a>')
            at = behind
    return "".join((*made, escape(text[at:end], quote=False)))


def sentence(passage: Row) -> str:
    """A sentence that names a drug, with what names it as a link to the fact that it is of."""
    fact = passage["facts"][0]
    start = fact["start"]
    href = escape(f"/v1/{fact['kind']}/{fact['id']}")
    links = sorted((name["start"] - start, name["end"] - start, href) for name in passage["names"])
    text = passage["sentence"]
    return linked(text, 0, len(text), links)


MOST_CITED = 5
"""Citations of a fact that its page lists; its JSON has all."""


def sources(fact: Row, kind: str, release: str) -> str:
    """Who says so: how many labels, the citations, links to it, and how to cite it."""
    made = []
    if labels := fact["labels"]:
        made.append(
            f"<p>Stated by {labels['stating']} of {labels['of']} labels that were read.</p>"
        )
    substance = fact["substance"]
    if substance and substance["name"].lower() != fact["drug"]["name"].lower():
        made.append(f"<p>Said of {escape(substance['name'])}.</p>")
    cited = [f"<li>{source(each)}</li>" for each in fact["citations"][:MOST_CITED]]
    record = escape(f"/v1/{kind}/{fact['id']}")
    if (more := len(fact["citations"]) - MOST_CITED) > 0:
        cited.append(f'<li><a href="{record}">{more} more</a></li>')
    made.append(
        f"<ul>{''.join(cited)}</ul>"
        f'<p class="actions"><a href="#{escape(fact["id"])}">Link to this</a> '
        f'<a href="{record}">JSON</a></p>{cite(fact, release)}'
    )
    return f'<div class="sources">{"".join(made)}</div>'


def cite(fact: Row, release: str) -> str:
    """How to cite a fact, folded."""
    reference = escape(_reference(fact, release))
    return (
        '<details class="cite"><summary>Cite</summary>'
        f'<p class="reference">{reference}</p></details>'
    )


def _reference(fact: Row, release: str) -> str:
    """How to cite a fact, in a line."""
    own = f"Medfacts, release {release}, fact {fact['id']}."
    if not fact["citations"]:
        return f"{fact['drug']['name']}. {own}"
    first = fact["citations"][0]
    title, url = first["source"]["title"], first["url"] or first["source"]["url"]
    where = ", ".join(filter(None, (title, first["locator"], first["date"])))
    return f"{fact['drug']['name']}. {where}. {url}. By {own}"


def source(citation: Row) -> str:
    """Where a fact stands: its source as a link, the place in it, and its date."""
    of = citation["source"]
    return _source(citation["url"] or of["url"], of["title"], citation["locator"], citation["date"])


@lru_cache(maxsize=1024)  # the facts of a page cite the same labels
def _source(url: str, title: str, locator: str, date: str | None) -> str:
    dated = f', <time datetime="{escape(date)}">{escape(date)}</time>' if date else ""
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(title)}</a>, {escape(locator)}{dated}'


def approval(row: Row) -> str:
    """An approval as a row of a table."""
    given = (row["date"], row["authority"], row["application_number"], row["name"])
    cells = "".join(f"<td>{escape(text or 'not given')}</td>" for text in given)
    cited = source(row["citations"][0]) if row["citations"] else ""
    return f"<tr>{cells}<td>{cited}</td></tr>\n"


def heading(fact: Row) -> str:
    """What a fact is listed under: the heading of its section, or else what it is about."""
    if section := fact["section"]:
        return f"{section['number'] or ''} {section['heading'] or section['name']}".strip()
    about = fact.get("category") or fact.get("trigger")
    return words(about).capitalize() if about else excerpt(fact["statement"], 90)


def brief(fact: Row) -> str:
    """What a fact says in short, while it is folded: its label's own summary, or how it begins
    behind its heading."""
    text = fact["summary"] or fact["statement"]
    section = fact["section"]
    if section and (said := section["heading"] or section["name"]):
        text = text[behind_heading(text, said) :]
    return f'<span class="brief">{escape(excerpt(text))}</span>'


def behind_heading(text: str, heading: str) -> int:
    """Where a text goes on behind its heading, if it begins with that; a number may stand before
    it. What goes on in small letters is a sentence that begins alike, or else has a title before
    it: `5.1 Falls it may cause`, `WARNINGS it may harm`."""
    beginning = text[: len(heading) + 10].lower()
    said = next((each for each in _written(heading.lower()) if each in beginning), None)
    if said is None or any(map(str.isalpha, text[: (start := beginning.index(said))])):
        return 0
    end = start + len(said)
    rest = text[end:].lstrip(" :.\n")
    is_upper = text[start:end].isupper()
    goes_on = is_upper and rest.partition(" ")[0].isupper()  # `WARNINGS AND PRECAUTIONS`
    is_sentence = rest[:1].islower() and start == 0 and not is_upper
    return 0 if not rest or goes_on or is_sentence else len(text) - len(rest)


def _written(heading: str) -> tuple[str, str]:
    return heading, heading.replace(" & ", " and ")


def folded(fact: Row, kind: str, release: str) -> str:
    """A fact that a click opens: what it is about and how it begins, then all of it, with who says
    so."""
    badges = [badge(fact[of]) for of in ("status", "severity") if fact.get(of)]
    condition = fact.get("condition")
    about = condition["name"] if condition else heading(fact)
    notes = [fact.get("population")]
    if fact.get("max_phase") is not None:
        notes.append(f"phase {fact['max_phase']:g}")
    if affinity := fact.get("affinity"):
        notes.append(affinity_text(affinity))
    if fact["certainty"] == "hedged":
        notes.append("hedged by its source")
    if fact["labels"] and fact["labels"]["of"] > 1:
        notes.append(f"{fact['labels']['stating']} of {fact['labels']['of']} labels")
    noted = "".join(f' <span class="muted">{escape(note)}</span>' for note in notes if note)
    populations = "; ".join(fact.get("populations") or ())
    peopled = f"<p>{escape(populations)}</p>" if populations else ""
    return (
        f"<details><summary>{''.join(badges)}{escape(about)}{noted}{brief(fact)}</summary>"
        f"{_unfolded(fact)}{peopled}{sources(fact, kind, release)}</details>"
    )


def badge(code: str) -> str:
    """A code as a badge, as HTML."""
    text = "status unknown" if code == "unknown" else words(code)
    return f'<span class="badge {escape(code)}">{escape(text)}</span> '


def _unfolded(fact: Row) -> str:
    """A fact's whole statement, with its label's summary before it, if it has one."""
    summary = ""
    if fact["summary"]:
        said = escape(fact["summary"])
        summary = f'<p class="summary"><span class="muted">{HIGHLIGHTS}</span>\n{said}</p>'
    certainty = '<p class="hedged">Hedged by its source.</p>' * (fact["certainty"] == "hedged")
    return f"{certainty}{summary}{statement(fact)}"


HIGHLIGHTS = "In the label\u2019s Highlights:"


def words(code: str) -> str:
    """A code as words: `off_label`, `undesirable-effect`."""
    return code.replace("_", " ").replace("-", " ").lower()


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a text, up to the end of a word."""
    text = " ".join(text[: 2 * length].split())
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " \u2026"
