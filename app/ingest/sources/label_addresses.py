"""Telephone numbers, addresses and dates of revision, which say nothing of a drug."""

import re

from app.ingest.sources.label_tokens import CONTACT, MAKER

_PHONE = re.compile(
    r"""
    [+(1-9] (?<! [\w.,/-] . )
    (?: (?: (?<= \+ ) 1 | (?<= 1 ) ) (?:
            [-. ] [ ]? \( ? [28]\d\d \) ? [-. ] [ ]? \d{3} [-.] \d{4}         # 1-800-555-0134
          | [-. ] 8\d\d [-. ] (?= [A-Z0-9-]{7,12} (?! [\w-] ) ) [0-9-]* [A-Z]{2} [A-Z0-9-]*
          | [-.] [2-9]\d\d [-.] \d{3} [-.] \d{4} )
      | (?<= \( ) [2-9]\d\d \) [ ]? \d{3} [-. ] \d{4}
      | (?: (?<= \bat[ ]. ) | (?<= \bcall[ ]. ) | (?<= \bcalling[ ]. ) | (?<= \bnumber[ ]. )
          | (?<= \bphone[ ]. ) | (?<= \btelephone[ ]. ) | (?<= \bfax[ ]. ) )
        (?<= [2-9] ) \d\d - \d{3} - \d{4} )
    (?! [\w/%-] | [ ]? (?: mg | mcg | g | ml | units? ) \b )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""It begins with a class of characters, which a text is searched for many times faster."""
_WEB = re.compile(
    r"""
    (?: \b https?:// | \b www\. ) [^\s()\[\]<>"]+
    | (?<! [\w.@-] ) [\w.+-]{1,64} @ [\w-]{1,63} (?: \. [\w-]{1,63} ){1,4}
    | \b (?<! [.@/-] ) [a-z][a-z0-9-]{2,40} \. (?: com | org | net | gov ) \b (?: / [\w/.-]* )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HAS_WEB = re.compile(
    r"[.@:](?:(?<=@)|(?<=www\.)|(?<=WWW\.)|(?<=http:)|(?<=https:)"
    r"|(?<=\.)(?:com|org|net|gov|COM|ORG|GOV))"
)
_HAS_PHONE = re.compile(r"[-.8](?:(?<=[-.])\d{4}(?!\d)|(?<=8)\d\d[-. ][A-Z0-9])")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_REVISED = re.compile(
    rf"""
    [\[(]? [ ]? \b (?: mfg\. [ ]? )? rev (?: ised | ision | \. ) (?: [ ] date )? [ ]? : ? [ ]?
    (?: \d{{1,2}} / (?: \d{{1,2}} / )? (?: (?:19|20)\d\d | \d\d (?= [ ]? (?: [\])] | $ ) ) )
      | (?: \d{{1,2}} [ ] )? {_MONTH} \. ? ,? [ ]? (?: \d{{1,2}}, [ ] )? \d{{4}}
      | \d{{4}} - \d\d (?: - \d\d )? )
    (?! [\w/%-] ) [ ]? [\])]?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MADE_BY = re.compile(
    r"""
    (?: (?i: manufactured | distributed | marketed | repackaged | packaged ) [ ]? (?i: by | for )
        [ ]? [:/]? [ ]? ){1,2}
    (?: [A-Z][\w.&,'-]* [ ] | \d{1,6} [ ] | (?: and | of ) [ ] | [,.&] [ ] ){1,14}?
    [A-Z]{2} ,? [ ] \d{5} (?: -\d{4} )? (?! [\w%/-] ) (?: [ ,]* (?: USA | U\.S\.A\. ) )?
    """,
    re.VERBOSE,
)
"""Who made the product, and where: names in capitals up to a state and its ZIP code."""

_REPORT_TO = re.compile(
    rf"(?i:(?<= contact ))(?P<who>(?:(?:[A-Z][^\W_]*|'s) ){{1,8}})(?=(?:toll free )?at {CONTACT} )"
)
"""Whom to report to, by telephone: a manufacturer, where it is not one of these."""
_NO_MAKER = re.compile(
    r"\b(?:fda|food|poison|cent(?:er|re)|control|registry|hotline|service|department|cdc|health)\b",
    re.IGNORECASE,
)
_LESS_CONTACT = re.compile(
    rf"(?: (?:toll free )?(?:at|or at|or visit|visit|or))?"
    rf"(?: \((?: {CONTACT})++ \)| {CONTACT})(?= )"
)


def less_addresses(text: str) -> str:
    """The text less dates of revision and addresses, with a mark for each telephone number."""
    if "evis" in text or "ev." in text or "REV" in text:
        text = _REVISED.sub(" ", text)
    if "ackaged" in text or "anufactured" in text or "istributed" in text or "arketed" in text:
        text = _MADE_BY.sub(" ", text)
    if _HAS_WEB.search(text):
        text = _WEB.sub(f" {CONTACT} ", text)
    if _HAS_PHONE.search(text):
        text = _PHONE.sub(f" {CONTACT} ", text)
    return text


def less_contacts(tokens: str) -> str:
    if CONTACT not in tokens:
        return tokens
    tokens = _REPORT_TO.sub(_as_maker, tokens)
    return _LESS_CONTACT.sub("", tokens)


def _as_maker(found: re.Match[str]) -> str:
    return found[0] if _NO_MAKER.search(found["who"]) else f"{MAKER} "
