"""Conditions by a code of a terminology: `mesh:D000437`, `EFO:0000275`."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.models.condition import ConditionCode
from app.names.terminologies import code_key

CODE = "condition_code"
"""The filter that stands for `condition` where that is a code; no id has a colon in it."""

OR_BY_CODE = (
    "by its id, or all those that have a code, which may be several: the terminology, a colon and "
    "the code (`mesh:D000437`, `efo:0003829`, `mondo:0005147`)"
)

CODED = sa.select(col(ConditionCode.condition_id)).where(
    col(ConditionCode.code) == sa.bindparam(CODE)
)
"""The conditions that have a code."""


def by_code(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, with a condition's code in the filter for it."""
    code = asked.get("condition") or ""
    if ":" not in code:
        return dict(asked)
    others = {name: value for name, value in asked.items() if name != "condition"}
    return others | {CODE: code_key(code)}
