"""Reads a return of a million lines and prints how long it took and how much memory the reading needed.

python bench/census_reading.py            # a million lines
python bench/census_reading.py --lines 100000
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import make_census
from rich.console import Console
from rich.table import Table

from sightline.returns.reading import read
from sightline.returns.shapes import Child, Refusal


def peak() -> float:
    """The most memory that this process has held so far, in megabytes."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    table = Table("lines", "megabytes", "children", "findings", "seconds", "children a second", "memory MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "return.xml")
        with path.open("w", encoding="utf-8") as out:
            make_census.write(out, lines=lines, faults=0.05)
        children = findings = 0
        before, began = peak(), time.perf_counter()
        with path.open("rb") as source:
            for item in read(source):
                if isinstance(item, Refusal):
                    raise SystemExit(item.message)
                if isinstance(item, Child):
                    children += 1
                    findings += len(item.findings)
        seconds = time.perf_counter() - began
        table.add_row(
            f"{lines:,}",
            f"{path.stat().st_size / 1e6:.1f}",
            f"{children:,}",
            f"{findings:,}",
            f"{seconds:.1f}",
            f"{children / seconds:,.0f}",
            f"{peak() - before:.0f} above {before:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
