"""Typesetting itself, with nothing of Django about it. The only importer of typst beside the fonts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from .fonts import fonts

#: Templates are named from here, as `print/typst/page.typ` and `chronology/typst/chronology.typ`.
ROOT = Path(__file__).resolve().parent.parent


def typeset(source: str, data: str, at: datetime) -> bytes:
    """The tagged PDF of a template under ROOT; `data` is JSON. Raises typst.TypstError where the template is wrong."""
    compiler = typst.Compiler(root=str(ROOT), font_paths=fonts(), ignore_system_fonts=True)
    inputs = {"data": data}
    try:
        return _compiled(compiler, source, inputs, at, ["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error.message):
            raise
        # A rare mark on a letter of another script, which no one font can set together. The tags and the text stay;
        # only the promise that every shape is right is not made.
        return _compiled(compiler, source, inputs, at, [])


def _compiled(
    compiler: typst.Compiler, source: str, inputs: dict[str, str], at: datetime, standards: list[Any]
) -> bytes:
    made = compiler.compile(source, format="pdf", sys_inputs=inputs, pdf_standards=standards, timestamp=at)
    if not isinstance(made, bytes):
        raise TypeError("A PDF comes in one piece.")
    return made
