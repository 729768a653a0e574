"""The papers are complete: README names every setting with its default."""

import json
from pathlib import Path

import pytest

from app.settings import ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_names_every_setting_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = "beside this file" if str(ROOT) in str(default) else json.dumps(default).strip('"')

    variable = f"| `MEDFACTS_{name.upper()}` |"
    [row] = [line for line in README.splitlines() if line.startswith(variable)]
    assert shown in row


def test_the_architecture_draws_every_file_of_the_http_layer() -> None:
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[3]
    files = {path.name for path in Path(ROOT / "app" / "http").glob("*.py")} - {"__init__.py"}

    assert {name for name in files if name not in picture} == set()
