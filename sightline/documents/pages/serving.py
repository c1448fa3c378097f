"""Sends a document's content, whole or in part, to somebody who may see it; whoever asks has been audited first."""

from __future__ import annotations

import io
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from ..cipher import CHUNK, Decrypted
from ..rules import Range, Unsatisfiable, asked_range

#: Nothing that a document holds may run, load or be framed, wherever a browser shows it.
CLOSED = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class _Part(io.RawIOBase):
    """A part of an opened document, for a response that reads it to its end."""

    def __init__(self, opened: Decrypted, part: Range) -> None:
        self._opened, self._end = opened, part.end
        opened.seek(part.start)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        left = self._end - self._opened.tell()
        return self._opened.read(left if size is None or size < 0 else min(left, size))

    def close(self) -> None:
        self._opened.close()
        super().close()


def send(
    request: HttpRequest,
    opened: Decrypted,
    *,
    name: str,
    media_type: str,
    as_attachment: bool,
    ranges: bool = True,
) -> HttpResponse:
    """200 with all, 206 with the part that was asked for, or 416. The file is closed when it has been sent.

    It reads no database, so it holds no connection, however slowly it is taken.
    """
    size = opened.size
    part = None
    if ranges and request.method == "GET" and "Range" in request.headers:
        try:
            part = asked_range(request.headers["Range"], size)
        except Unsatisfiable:
            opened.close()
            return _closed(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    wanted = part or Range(0, size)
    response: Any = FileResponse(
        _Part(opened, wanted), status=206 if part else 200, content_type=media_type, as_attachment=False
    )
    response.block_size = CHUNK
    response.headers["Content-Length"] = str(wanted.end - wanted.start)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment, name)
    if ranges:
        response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    return _closed(response)


def _closed(response: Any) -> Any:
    response.headers["Content-Security-Policy"] = CLOSED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
