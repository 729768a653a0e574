"""The papers are complete and short, and the house is as ARCHITECTURE draws it."""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import click
import pytest

from app.cli import main
from app.settings import ROOT, Settings

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
MODULES = {path: ast.parse(path.read_text()) for path in (ROOT / "app").rglob("*.py")}

ORDER = (
    "models",
    "names",
    "database",
    "documents",
    "search",
    "http",
    "api",
    "openapi",
    "pages",
    "cds_hooks",
    "fhir",
)
"""The rooms of `app/`, each of which may import those before it."""

ALLOWED = {
    **{room: {"settings", *ORDER[:place]} for place, room in enumerate(ORDER)},
    "ingest": {"settings", *ORDER[: ORDER.index("http")]},
}


def room_of(path: Path) -> str:
    """The folder of `app/` that a file is in; nothing for the files beside the folders."""
    steps = path.relative_to(ROOT / "app").parts
    return steps[0] if len(steps) > 1 else ""


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_docs_name_every_setting_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = "beside this file" if str(ROOT) in str(default) else json.dumps(default).strip('"')

    variable = f"| `MEDFACTS_{name.upper()}` |"
    [row] = [line for line in OPERATIONS.splitlines() if line.startswith(variable)]
    assert shown in row


@pytest.mark.parametrize("command", main.commands)
def test_the_docs_name_every_command(command: str) -> None:
    assert isinstance(main, click.Group)
    assert f"| `medfacts {command}" in OPERATIONS


@pytest.mark.parametrize("paper", ["README.md", "ARCHITECTURE.md"])
def test_what_is_read_first_is_short(paper: str) -> None:
    assert len((ROOT / paper).read_text(encoding="utf-8").splitlines()) <= 150


def test_decisions_are_short_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")

    for path in folder.glob("0*.md"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 45, path
        assert f"({path.name})" in listed


def test_links_between_the_papers_lead_somewhere() -> None:
    for paper in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", paper.read_text(encoding="utf-8")):
            assert (paper.parent / target).exists(), f"{paper.name}: {target}"


def test_the_architecture_draws_every_room() -> None:
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[3]
    rooms = {path.parent for path in MODULES if path.parent != ROOT / "app"}

    assert {room.name for room in rooms if f"  {room.name}/" not in picture} == set()


@pytest.mark.slow
def test_imports_run_one_way() -> None:
    wrong = set()
    for path, module in MODULES.items():
        room = room_of(path)
        if not room:
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app."):
                imported = (node.module or "").split(".")[1]
                if imported != room and imported not in ALLOWED[room]:
                    wrong.add(f"{path.relative_to(ROOT)} imports app.{imported}")

    assert wrong == set()


@pytest.mark.slow
def test_no_two_files_and_no_two_classes_share_a_name() -> None:
    files = Counter(path.name for path in MODULES if path.name != "__init__.py")
    classes = Counter(
        node.name
        for module in MODULES.values()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert [name for name, times in files.items() if times > 1] == []
    assert [name for name, times in classes.items() if times > 1] == []
