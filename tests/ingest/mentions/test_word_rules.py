"""The hand-written rules by which names are read in texts."""

import hashlib
from pathlib import Path

import pytest

from app.documents.rendering import DOCUMENT_VERSION
from app.ingest.mentions.class_phrases import printed_classes
from app.ingest.mentions.word_rules import FOLDER, word_rules
from app.ingest.seed.yaml_files import UnusableFilesError
from app.settings import ROOT

OF_VERSION = {14: "e5c6cde036c23f81"}
"""A digest of the rules for the document version that texts were last read by."""


def test_every_rule_has_its_reason() -> None:
    rules = word_rules()
    groups = [*rules.words, *rules.only, *rules.unless, *rules.phrases, *rules.abbreviations]

    assert all(group.reason for group in [*groups, *printed_classes().classes])


def test_whoever_changes_the_rules_raises_the_document_version() -> None:
    files = sorted((ROOT / "seed" / FOLDER).glob("*.yaml"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    assert {DOCUMENT_VERSION: digest[:16]} == OF_VERSION, (
        "What is rendered follows from these rules: raise DOCUMENT_VERSION, so that `medfacts "
        "migrate` reads all texts again, and write the new digest here."
    )


def test_a_rule_that_cannot_be_used_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "classes.yaml").write_text("classes:\n  - classes: [A]\n    phrases: [as]\n")

    with pytest.raises(UnusableFilesError, match=r"mentions/classes.yaml:2: .*reason"):
        printed_classes(tmp_path)
