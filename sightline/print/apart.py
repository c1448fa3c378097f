"""A print made in a process of its own: `python -m sightline.print.apart`, its work on standard input.

Typst keeps what it has laid out in memory, some 200 MB for a thousand entries; ended, the process gives all of it back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime


def typeset_apart(source: str, inputs: str, at: datetime) -> bytes:
    """What `typeset` makes, by a process of its own. RuntimeError with what it said when it fails."""
    work = json.dumps({"source": source, "inputs": inputs, "at": at.isoformat()})
    done = subprocess.run(
        [sys.executable, "-m", "sightline.print.apart"], input=work.encode(), capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The print could not be made: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def main() -> None:
    """Reads the work from standard input and writes the PDF to standard output."""
    from .typeset import typeset

    work = json.load(sys.stdin.buffer)
    made = typeset(work["source"], work["inputs"], datetime.fromisoformat(work["at"]))
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
