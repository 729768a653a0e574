"""What CDS Hooks requires of answers, with the logical models of 3.0's ballot (HL7/cds-hooks)."""

from itertools import chain
from typing import Any
from uuid import UUID

from app.cds_hooks.services import SERVICES, SPECIFICATION

Json = dict[str, Any]

CARD = {"uuid", "summary", "detail", "indicator", "source", "overrideReasons", "links"}
"""The members that a card of ours has: none that suggests, and no application to launch."""

SERVICE = {"hook", "id", "title", "description", "usageRequirements", "prefetch", "version"}


def hold_services(answer: Json) -> None:
    """Fail if what was discovered is not as the specification has it."""
    assert set(answer) == {"services"}
    assert len({each["id"] for each in answer["services"]}) == len(SERVICES)
    for each in answer["services"]:
        assert set(each) == SERVICE
        assert each["hook"] in ("order-select", "order-sign", "patient-view")
        assert each["version"] == SPECIFICATION
        for query in each["prefetch"].values():
            assert query.count("{{") == query.count("{{context.patientId}}") > 0
    hold_filled(answer["services"])


def hold_cards(answer: Json) -> list[Json]:
    """The cards of an answer; fails if they are none by the specification's rules."""
    assert set(answer) == {"cards"}
    cards: list[Json] = answer["cards"]
    for card in cards:
        hold_card(card)
    assert len({card["uuid"] for card in cards}) == len(cards)
    quoted = chain.from_iterable(card["detail"].split("\n\n") for card in cards)
    passages = [each for each in quoted if each.startswith(">")]
    assert len(set(passages)) == len(passages), "a passage is told twice"
    return cards


def hold_card(card: Json) -> None:
    """Fail if a card breaks a rule, or has what ours never have."""
    assert CARD - {"overrideReasons"} <= set(card) <= CARD
    assert str(UUID(card["uuid"])) == card["uuid"]
    assert len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert set(card["source"]) == {"label", "url", "topic"}
    for coding in (card["source"]["topic"], *card.get("overrideReasons", ())):
        assert set(coding) == {"code", "system", "display"}
    for link in card["links"]:
        assert set(link) == {"label", "url", "type"}
        assert link["type"] == "absolute"
    for url in (card["source"]["url"], *(link["url"] for link in card["links"])):
        assert url.startswith(("https://", "http://"))
    hold_filled(card)


def hold_filled(value: Any) -> None:
    """Fail if a member is null or empty: those are left out."""
    assert value not in (None, "", [], {})
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list) or not each:
            hold_filled(each)
