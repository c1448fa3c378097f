"""The processes that `demo` and `serve` start, watch, start again when they die, and stop.

Each child reads a pipe whose other end we hold: when we die, however we die, it reads the end and stops
too. Children stand in a session of their own, so that Ctrl-C reaches us alone and we stop them in order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

#: Seconds that a child has to finish what it does before it is killed.
PATIENCE = 25.0
#: A child that dies within this many seconds of its start, this many times in a row, is given up.
TOO_SOON = 10.0
TOO_OFTEN = 5


#: What is written into the pipe when the database is ready.
GO_ON = b"\n"


class ProcessError(Exception):
    """A process that we cannot do without did not stay up; one sentence."""


@dataclass
class Child:
    """One process of ours: `module` is run by this same Python."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    #: Ends by itself when it has done its work, and is not started again.
    once: bool = False
    may_go_on: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0

    def start(self) -> None:
        if self.process is not None:
            # A web server has workers of its own, which outlive one that was killed.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 our own module
            [sys.executable, "-m", self.module, *self.arguments],
            stdin=subprocess.PIPE,
            env=dict(self.environment),
            start_new_session=True,
        )
        if self.may_go_on:
            self.go_on()

    def go_on(self) -> None:
        """Tell a child that waits for it that the database is ready; one started later is told at once."""
        self.may_go_on = True
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(GO_ON)
                self.process.stdin.flush()

    def ended(self) -> int | None:
        """The exit status of a child that has ended, else None."""
        return None if self.process is None else self.process.poll()


@dataclass
class Processes:
    """The children of one command. `tend` keeps them up until `stop` is asked for."""

    children: list[Child] = field(default_factory=list)
    #: Asked each round: looks after what is not a child of ours, such as PostgreSQL.
    also: list[Callable[[], None]] = field(default_factory=list)
    say: Callable[[str], None] = print
    asked_to_stop: threading.Event = field(default_factory=threading.Event)

    def add(
        self, name: str, module: str, *arguments: str, environment: Mapping[str, str], once: bool = False
    ) -> Child:
        child = Child(name, module, arguments, environment, once)
        child.start()
        self.children.append(child)
        return child

    @contextlib.contextmanager
    def stopped_after(self) -> Iterator[None]:
        """The children are stopped when the block ends, however it does."""
        try:
            yield
        finally:
            self.stop()

    def tend(self) -> None:
        """Keep the children up until asked to stop. Raises ProcessError for one that will not stay up.

        Ctrl-C, an end asked for by the system, and a closed terminal all stop us in order.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.asked_to_stop.set())
        while not self.asked_to_stop.wait(0.5):
            self.look_after()

    def look_after(self) -> None:
        """One round: start again whoever has died."""
        for duty in self.also:
            duty()
        for child in list(self.children):
            status = child.ended()
            if status is None or self.asked_to_stop.is_set():
                continue
            if child.once:
                self.children.remove(child)
                if status:
                    self.say(f"The {child.name} ended before it was done; see its messages above.")
                continue
            soon = time.monotonic() - child.started_at < TOO_SOON
            child.quick_deaths = child.quick_deaths + 1 if soon else 1
            if child.quick_deaths >= TOO_OFTEN:
                raise ProcessError(
                    f"The {child.name} ended {TOO_OFTEN} times in a row; see its messages above."
                )
            self.say(f"The {child.name} ended ({_why(status)}) and is started again.")
            child.start()

    def stop(self) -> None:
        """Ask each child to end, wait, and kill whoever does not. Safe to call twice."""
        self.asked_to_stop.set()
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # The whole session of it: a web server has workers of its own.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _why(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"


def stop_with_parent() -> threading.Event:
    """In a child: stop as if told to when the parent's end of our standard input closes.

    The event is set when the parent says `GO_ON`, or at once where there is no such parent.
    """
    may_go_on = threading.Event()

    def wait() -> None:
        # Past Python's own buffer, whose lock this thread would still hold at the end.
        while said := os.read(0, 1):
            if said == GO_ON:
                may_go_on.set()
        os.kill(os.getpid(), signal.SIGTERM)

    if os.isatty(0):
        may_go_on.set()
    else:
        threading.Thread(target=wait, daemon=True).start()
    return may_go_on


def end_with_parent() -> None:
    """In a child's own worker, which has no such pipe: end when the parent has gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
