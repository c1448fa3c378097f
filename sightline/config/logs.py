"""What goes to the log: what failed and where in the program, without the words of anybody's record."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

import psycopg


class NobodysRows(logging.Formatter):
    """A traceback keeps its lines of code and the kinds of error, and leaves out what the errors say.

    What they say may quote a row ("Key (nhs_number)=(...) already exists"). Of PostgreSQL's errors the code
    and the constraint are kept, which name the rule and not the child.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have left its own text of the exception on the record.
        record.exc_text = None
        return super().format(record)

    def formatException(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        error: BaseException | None = exc_info[1]
        parts: list[str] = []
        while error is not None and len(parts) < 8:
            lines = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
            parts.append(f"{lines}{_named(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nwhich came from\n".join(parts)


def _named(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, psycopg.Error):
        known: list[Any] = [error.sqlstate, error.diag.table_name, error.diag.constraint_name]
        return f"{name} ({', '.join(str(each) for each in known if each)})"
    return name
