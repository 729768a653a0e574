"""Files that a test writes for an importer."""

import io
from typing import BinaryIO


class File:
    """A file, or a member of a zip, of the given name and content."""

    def __init__(self, name: str, content: str | bytes, date: str | None = None) -> None:
        self.name = name
        self.date = date
        self._content = content.encode() if isinstance(content, str) else content

    def path(self) -> None:
        return None

    def open(self) -> BinaryIO:
        return io.BytesIO(self._content)
