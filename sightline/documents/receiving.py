"""Takes files as they come in, straight to the disk beside the documents, and only where a page asks for files.

A view says so with `takes_files`. What is too large or too many, and a disk that is full, do not end the request:
the page is told (`request.files_refused`) and answers with all that was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from . import rules, store

Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


def takes_files(view: Wrapped) -> Wrapped:
    """Marks a view that files may be sent to, at most `rules.AT_ONCE` of them; put it outermost."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class Receiving(FileUploadHandler):
    """Django's handler of uploads, for the whole program."""

    chunk_size = 128 * 1024

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.taken = 0
        self.refused: list[str] = []
        self._held: Any = None
        if request is not None:
            request.files_refused = self.refused

    def _welcome(self) -> bool:
        request: Any = self.request
        match = getattr(request, "resolver_match", None)
        # Before anybody is known to be signed in, nothing is put on the disk for them.
        return bool(
            match and getattr(match.func, "takes_files", False) and getattr(request, "practitioner", None)
        )

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not self._welcome():
            raise SkipFile
        self.taken += 1
        if self.taken > rules.AT_ONCE:
            if self.taken == rules.AT_ONCE + 1:
                self.refused.append(
                    f"You chose more than {rules.AT_ONCE} files. Those after the first {rules.AT_ONCE} were not kept: "
                    "send them next."
                )
            raise SkipFile
        self.size = 0
        try:
            self._held = store.temporary()
        except store.NoRoom as error:
            self._refuse(str(error))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > settings.DOCUMENT_BYTES:
            self._refuse(
                f"It is larger than {settings.DOCUMENT_BYTES // 1_000_000:,} MB, the most that is taken here."
            )
        try:
            self._held.write(raw_data)
        except OSError as error:
            self._refuse(str(store.no_room(error)))

    def _refuse(self, why: str) -> None:
        self.refused.append(f"“{rules.tidy_name(self.file_name or '')}” was not kept. {why}")
        self._let_go()
        raise SkipFile

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self._held is None:
            return None
        try:
            self._held.flush()
        except OSError as error:
            self.refused.append(
                f"“{rules.tidy_name(self.file_name or '')}” was not kept. {store.no_room(error)}"
            )
            self._let_go()
            return None
        self._held.seek(0)
        file, self._held = self._held, None
        return UploadedFile(
            file, rules.tidy_name(self.file_name or ""), self.content_type, file_size, self.charset,
            self.content_type_extra,
        )  # fmt: skip

    def upload_interrupted(self) -> None:
        self._let_go()
