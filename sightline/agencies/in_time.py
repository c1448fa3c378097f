"""How long a request of somebody who is not signed in may take: sealing the audit trail waits for every open
transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from psycopg.pq import TransactionStatus

#: For saying so, and for undoing what was done, once the time is over.
WINDING_UP = 5.0


@contextmanager
def in_time() -> Iterator[None]:
    """Nobody who is not signed in holds a transaction for long: what takes longer is ended and undone.

    The limits are those of this transaction and lifted at the end, since a transaction may go on beyond the request.
    PostgreSQL 16 knows no limit of the whole transaction. There its statements share one (`_Shared`), and it may stand
    idle between two of them no longer than one may take.
    """
    statement, whole = settings.PUBLIC_STATEMENT_SECONDS, settings.PUBLIC_REQUEST_SECONDS
    knows = connection.pg_version >= 170_000  # type: ignore[attr-defined]
    shared: AbstractContextManager[None] = nullcontext()
    if knows:
        _limit(statement, transaction_timeout=whole)
    else:
        _limit(statement, idle_in_transaction_session_timeout=min(statement, whole))
        shared = connection.execute_wrapper(_Shared(statement, whole))
    try:
        with shared:
            yield
    finally:
        raw = connection.connection
        if raw is not None and raw.info.transaction_status == TransactionStatus.INTRANS:
            if knows:
                _limit(0, transaction_timeout=0)
            else:
                _limit(0, idle_in_transaction_session_timeout=0)


def _limit(statement: float, **other: float) -> None:
    """For this transaction: the seconds of one statement, and another limit of PostgreSQL's; 0 for no limit. Past what
    looks at the program's own statements."""
    ((name, seconds),) = other.items()
    with connection.connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config(%s, %s, true)",
            [f"{int(statement * 1000)}ms", name, f"{int(seconds * 1000)}ms"],
        )


class _Shared:
    """Gives each statement what is left of the whole, and refuses what comes after. A savepoint that is rolled back
    takes the limits with it, so they are said anew before each statement that could outlast the whole."""

    def __init__(self, statement: float, whole: float) -> None:
        self.statement = statement
        self.ends = time.monotonic() + whole
        self.over = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        cut = False
        # In a transaction that has failed nothing but its undoing is taken.
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            left = self.ends - time.monotonic()
            if left <= 0:
                self._is_over()
                # Nothing is kept, though somebody should go on as if nothing had happened.
                connection.needs_rollback = connection.in_atomic_block
                raise OperationalError("The request took longer than somebody who is not signed in may take")
            cut = left < self.statement
            if cut or self.over:
                least = max(min(left, self.statement), 0.001)
                _limit(least, idle_in_transaction_session_timeout=least)
        try:
            return execute(sql, params, many, context)
        except OperationalError:
            if cut:
                self._is_over()
            raise

    def _is_over(self) -> None:
        if not self.over:
            self.over, self.ends = True, time.monotonic() + WINDING_UP
