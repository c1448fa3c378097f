"""Where in a TOML file a table or a key stands, so that a fault can name its line.

Python's own TOML reader gives values without lines. This reads the text once more for headers and keys only,
which is enough for files written as packs are: tables, arrays of tables, one key a line.
"""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')\s*(?:\.\s*[A-Za-z0-9_\-\"']+\s*)*=")

Path = tuple[str | int, ...]


class LineIndex:
    """Lines of one file's tables and keys, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        counts: dict[Path, int] = {}
        here: Path = ()
        inside = ""  # the quotes of an unfinished text of several lines
        array: Path = ()  # the key of an array that goes on over several lines, one element a line
        element = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if inside:
                if inside in line:
                    inside = ""
                continue
            if array:
                element, array = self._in_array(line.strip(), array, element, number)
                inside = _unfinished(line)
                continue
            if header := _HEADER.match(line):
                here = self._open(header[2], array=header[1] == "[[", counts=counts)
                self._lines.setdefault(here, number)
            elif key := _KEY.match(line):
                path = (*here, key[1].strip("\"'"))
                self._lines.setdefault(path, number)
                value = line.split("=", 1)[1].split("#")[0].strip()
                if value.startswith("[") and not value.endswith("]"):
                    array, element = path, 0
            inside = _unfinished(line)

    def _in_array(self, line: str, array: Path, element: int, number: int) -> tuple[int, Path]:
        """The next element's number and the array's key, empty once the array ends."""
        if line.startswith("]"):
            return 0, ()
        if line and not line.startswith("#"):
            self._lines.setdefault((*array, element), number)
            element += 1
        return element, array

    @staticmethod
    def _open(name: str, *, array: bool, counts: dict[Path, int]) -> Path:
        """The path of a header, with the running number of each array of tables in it."""
        path: Path = ()
        parts = [part.strip().strip("\"'") for part in name.split(".")]
        for depth, part in enumerate(parts):
            path = (*path, part)
            last = depth == len(parts) - 1
            if last and array:
                counts[path] = counts.get(path, -1) + 1
            if path in counts:
                path = (*path, counts[path])
        return path

    def at(self, path: Path) -> int:
        """The line of that key or table, else of the nearest table around it, else 1."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1


def _unfinished(line: str) -> str:
    """The quotes that this line opens and does not close, if any."""
    for quotes in ('"""', "'''"):
        if line.count(quotes) % 2:
            return quotes
    return ""
