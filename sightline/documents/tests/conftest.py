"""Invented files, a scanner that answers as it is told, and a folder of documents of each test's own."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client

from sightline.agencies.models import Practitioner, User
from sightline.children.tests.conftest import (  # noqa: F401 fixtures
    World,
    child_id,
    folder_id,
    stranger,
    visitor,
    worker,
    world,
)
from sightline.documents import actions
from sightline.documents.models import Document
from sightline.kernel.viewer import Viewer

from .files import incoming, photograph


@pytest.fixture(autouse=True)
def folder_of_documents(tmp_path: Path, settings) -> Path:
    settings.DOCUMENTS_FOLDER = str(tmp_path / "documents")
    return tmp_path / "documents"


class Scanner(socketserver.ThreadingTCPServer):
    """Speaks ClamAV's protocol on a port of this machine. `says` is its verdict on what it is sent."""

    allow_reuse_address = True
    daemon_threads = True
    says = "stream: OK"
    version = "ClamAV 1.4.6/27500/Sun Nov 22 04:00:00 2026"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.seen: list[bytes] = []

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Answers(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zVERSION\0":
            self.wfile.write(self.server.version.encode() + b"\0")
            return
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        self.server.seen.append(content)
        self.wfile.write(self.server.says.encode() + b"\0")


@pytest.fixture
def scanner(settings) -> Iterator[Scanner]:
    """A scanner that finds everything clean, unless told otherwise."""
    with Scanner() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.CLAMD = server.where
        yield server
        server.shutdown()


@pytest.fixture
def attach(world: World, worker: Practitioner, folder_id: UUID) -> Callable[..., Document]:  # noqa: F811
    """Add one file to the child's record as her social worker; gives its row."""

    def attached(content: bytes | None = None, name: str = "photograph.jpg", **options: object) -> Document:
        with world.looking(worker):
            answer = actions.attach([incoming(content or photograph(), name)], {folder_id: None}, **options)  # type: ignore[arg-type]
        assert answer.refused == []
        return answer.documents[folder_id][0]

    return attached


@pytest.fixture
def examined(world: World) -> Callable[[Document], Document]:  # noqa: F811
    """Do what the worker does with a document."""

    def examine(row: Document) -> Document:
        with world.looking(Viewer.for_job("documents")):
            assert actions.examine(row.id)
        return row

    return examine


def signed_in(world: World, who: Practitioner) -> Client:  # noqa: F811
    with world.owning():
        who.user = User.objects.create(email=f"{uuid4()}@example.org")
        who.save()
    client = Client()
    client.force_login(who.user)
    return client


@pytest.fixture
def desk(world: World, worker: Practitioner) -> Client:  # noqa: F811
    return signed_in(world, worker)
