"""YAML files as plain data, with the line that each value stands on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from app.ingest.sources.interface import RefusedError

# Every scalar is read as the text that was written: a date stays a date at its own precision,
# "NO" stays Norway, and 5.40 keeps its nought. The models say what is a number.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_DEPTH = 40
"""How deep a file may nest: no table's parts go a quarter as deep."""

Location: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class FileProblem:
    """Something in a file that cannot be used: where it stands, and what was expected."""

    file: str
    line: int
    field: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return where + (f"{self.field}: " if self.field else "") + self.expected


class UnusableFilesError(RefusedError):
    """Files that cannot be used, with every problem found in them."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line))
        places = "1 place" if len(self.problems) == 1 else f"{len(self.problems)} places"
        said = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"the seed has {places} to mend:\n{said}")


@dataclass
class YamlFile:
    """A file's data, and where each part of it stands."""

    name: str
    data: Any = None
    problems: list[FileProblem] = field(default_factory=list)
    _lines: dict[Location, int] = field(default_factory=dict)

    def problem(self, location: Location, expected: str) -> FileProblem:
        """A problem with what stands at a location, or would stand there."""
        known = location
        while known not in self._lines and known:
            known = known[:-1]
        return FileProblem(self.name, self._lines.get(known, 1), _readable(location), expected)

    def _plain(self, node: yaml.Node, location: Location) -> Any:
        self._lines.setdefault(location, node.start_mark.line + 1)
        if len(location) > MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem="goes too deep, or holds itself", problem_mark=node.start_mark
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*location, i)) for i, item in enumerate(node.value)]
        if "\0" in node.value:
            self.problems.append(self.problem(location, "holds a NUL byte."))
        if not node.value.strip():
            expected = "has no value; leave the line out where the source says nothing."
            self.problems.append(self.problem(location, expected))
        return node.value

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="has something else than a name for a field",
                    problem_mark=key.start_mark,
                )
            here = (*location, key.value)
            self._lines[here] = key.start_mark.line + 1
            if key.value in plain:
                self.problems.append(self.problem(here, "stands here for the second time."))
            plain[key.value] = self._plain(value, here)
        return plain


def read_yaml(path: Path, name: str) -> YamlFile:
    """A file's data; what is wrong with its YAML is in `problems`."""
    file = YamlFile(name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
        file.data = {} if node is None else file._plain(node, ())
    except OSError as error:
        file.problems.append(FileProblem(name, 1, "", f"cannot be read: {error.strerror}."))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        file.problems.append(FileProblem(name, line, "", "is not UTF-8 text."))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        file.problems.append(FileProblem(name, line, "", f"is not YAML: {error.problem}."))
    except yaml.reader.ReaderError as error:
        line = path.read_text(encoding="utf-8")[: error.position].count("\n") + 1
        file.problems.append(
            FileProblem(name, line, "", "is not YAML: it holds a control character.")
        )
    except RecursionError:
        file.problems.append(FileProblem(name, 1, "", "is not YAML that can be read: too deep."))
    return file


def _readable(location: Location) -> str:
    """`warnings[2].category`"""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
