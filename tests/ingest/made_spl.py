"""Labels in SPL, with no more in them than a test is about."""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

SET_ID = "002cc9d2-8b5a-4f6c-9d49-8a2a4a0f6a21"

UNCLASSIFIED, WARNINGS, BOXED = "42229-5", "43685-7", "34066-1"


def product(
    substance: str = "HUSTANOL",
    unii: str = "AAAAAAAAA1",
    application: str = "",
    name: str = "Hustex",
) -> str:
    """A product of one active ingredient."""
    approval = (
        f"<subjectOf><approval><id extension={quoteattr(application)}/>"
        '<code displayName="NDA"/></approval></subjectOf>'
        if application
        else ""
    )
    return (
        f"<subject><manufacturedProduct><manufacturedProduct><name>{name}</name>"
        '<ingredient classCode="ACTIB"><ingredientSubstance>'
        f'<code code={quoteattr(unii)} codeSystem="2.16.840.1.113883.4.9"/>'
        f"<name>{escape(substance)}</name></ingredientSubstance></ingredient>"
        f"</manufacturedProduct>{approval}</manufacturedProduct></subject>"
    )


def section(
    title: str | None = None,
    text: str | None = None,
    *nested: str,
    code: str = UNCLASSIFIED,
    id_: str = "",
    highlights: str | None = None,
) -> str:
    """A section; `text` and `highlights` are XML, of paragraphs if they are not."""
    own = f'<code code="{code}"/>' if code else ""
    titled = f"<title>{title}</title>" if title is not None else ""
    said = f"<text>{_markup(text)}</text>" if text is not None else ""
    short = (
        f"<excerpt><highlight><text>{_markup(highlights)}</text></highlight></excerpt>"
        if highlights is not None
        else ""
    )
    parts = "".join(f"<component>{part}</component>" for part in nested)
    id_ = f" ID={quoteattr(id_)}" if id_ else ""
    return f"<section{id_}>{own}{titled}{said}{short}{parts}</section>"


def _markup(text: str) -> str:
    return text if not text or text.startswith("<") else f"<paragraph>{text}</paragraph>"


def spl(
    *sections: str,
    set_id: str = SET_ID,
    version: int = 1,
    day: str = "20240115",
    type_: str = "HUMAN PRESCRIPTION DRUG LABEL",
    products: str | None = None,
    head: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> bytes:
    """A document."""
    data = f'<section><code code="48780-1"/>{product() if products is None else products}</section>'
    body = "".join(f"<component>{part}</component>" for part in (data, *sections))
    return (
        f'{head}<document xmlns="urn:hl7-org:v3"><code code="34391-3" displayName="{type_}"/>'
        f'<title>Hustex</title><effectiveTime value="{day}"/><setId root="{set_id}"/>'
        f'<versionNumber value="{version}"/><component><structuredBody>{body}'
        "</structuredBody></component></document>"
    ).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of some members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()
