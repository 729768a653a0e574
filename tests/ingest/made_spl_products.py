"""Products of labels in SPL, with no more in them than a test is about."""

from tests.ingest.made_spl import spl

NDC = "2.16.840.1.113883.6.69"
UNII = "2.16.840.1.113883.4.9"


def product(inner: str, around: str = "") -> str:
    return (
        "<manufacturedProduct><manufacturedProduct>"
        f"{inner}</manufacturedProduct>{around}</manufacturedProduct>"
    )


def ingredient(
    name: str,
    unii: str,
    moiety: tuple[str, str] | None = None,
    code: str = "ACTIB",
    amount: str = "",
) -> str:
    of = ""
    if moiety:
        of = (
            f'<activeMoiety><activeMoiety><code code="{moiety[1]}" codeSystem="{UNII}"/>'
            f"<name>{moiety[0]}</name></activeMoiety></activeMoiety>"
        )
    return (
        f'<ingredient classCode="{code}">{amount}<ingredientSubstance>'
        f'<code code="{unii}" codeSystem="{UNII}"/><name>{name}</name>{of}'
        "</ingredientSubstance></ingredient>"
    )


def strength(value: str, unit: str, of: str = "1", of_unit: str = "1") -> str:
    return (
        f'<quantity><numerator value="{value}" unit="{unit}"/>'
        f'<denominator value="{of}" unit="{of_unit}"/></quantity>'
    )


def package(
    ndc: str, form: str, value: str, unit: str = "1", outer: str = "", act: str = ""
) -> str:
    code = f'<code code="{ndc}" codeSystem="{NDC}"/>' if ndc else "<code/>"
    return (
        f'<asContent><quantity><numerator value="{value}" unit="{unit}"/><denominator value="1"/>'
        f"</quantity><containerPackagedProduct>{code}"
        f'<formCode code="C1" displayName="{form}"/>{outer}</containerPackagedProduct>{act}'
        "</asContent>"
    )


def marketing(start: str, end: str = "", status: str = "active") -> str:
    high = f'<high value="{end}"/>' if end else ""
    return (
        f'<subjectOf><marketingAct><statusCode code="{status}"/><effectiveTime>'
        f'<low value="{start}"/>{high}</effectiveTime></marketingAct></subjectOf>'
    )


def approval(number: str, category: str) -> str:
    return (
        f'<subjectOf><approval><id extension="{number}" root="2"/>'
        f'<code code="C1" displayName="{category}"/>'
        '<effectiveTime><low value="20140801"/></effectiveTime></approval></subjectOf>'
    )


ROUTE = (
    '<consumedIn><substanceAdministration><routeCode code="C1" displayName="ORAL"/>'
    "</substanceAdministration></consumedIn>"
)
TABLET = '<formCode code="C1" displayName="TABLET"/>'


def listed(*products: str) -> str:
    """Products as a document lists them."""
    return "".join(f"<subject>{product}</subject>" for product in products)


def indexing(set_id: str, unii: str, *classes: str) -> bytes:
    """A file that gives the substance with a UNII its pharmacologic classes."""
    kinds = "".join(
        f'<asSpecializedKind><generalizedMaterialKind><code code="N1" displayName="{name}"/>'
        "</generalizedMaterialKind></asSpecializedKind>"
        for name in classes
    )
    subject = (
        f'<subject><identifiedSubstance><identifiedSubstance><code code="{unii}" '
        f'codeSystem="{UNII}"/><name use="L">HUSTANOL</name>{kinds}'
        "</identifiedSubstance></identifiedSubstance></subject>"
    )
    document = spl(set_id=set_id, products=subject, type_="INDEXING - PHARMACOLOGIC CLASS")
    return document.replace(b"34391-3", b"60685-5")
