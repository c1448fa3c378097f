"""How fast a census return is imported: dry run, commit, the same again, a correction. Prints a table.

    uv run python bench/census_import.py [--children 5000]

Uses an embedded PostgreSQL of its own in a temporary folder, durable as in service, and writes as the
program's own role.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import make_census
from rich.console import Console
from rich.table import Table

from sightline.config.cluster import Cluster


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--children", type=int, default=5000)
    children = parser.parse_args().children
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        cluster = Cluster(Path(folder))
        cluster.create()
        cluster.start()
        try:
            cluster.prepare()
            _settings(cluster, Path(folder))
            _partnership()
            measure(Path(folder), children)
        finally:
            cluster.stop("immediate")


def _settings(cluster: Cluster, folder: Path) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="sightline.config.settings",
        DATABASE_URL=cluster.url("sightline_app"),
        SIGHTLINE_OWNER_URL=cluster.url("sightline_owner"),
        SIGHTLINE_AUDIT_KEY=secrets.token_hex(32),
        SIGHTLINE_SECRET_KEY=secrets.token_hex(32),
        SIGHTLINE_AUDIT_ANCHOR=str(folder / "anchor.txt"),
    )
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"],
        env={**os.environ, "DATABASE_URL": os.environ["SIGHTLINE_OWNER_URL"]},
        check=True,
    )
    import django

    django.setup()


def _partnership() -> None:
    """A front door, and a manager who answers for what comes to it."""
    from django.db import transaction

    from sightline.agencies.models import Agency, Partnership, Posting, Practitioner, Role, Team
    from sightline.agencies.terms import AgencyKind
    from sightline.kernel.viewer import Viewer, looking_as

    with transaction.atomic(), looking_as(Viewer.for_job("setup")):
        Partnership.objects.create(name="Invented", authority_code="999", pack="rotherham")
        council = Agency.objects.create(name="Invented Council", kind=AgencyKind.LOCAL_AUTHORITY.value)
        team = Team.objects.create(agency=council, name="Front door", front_door=True)
        Posting.objects.create(
            practitioner=Practitioner.objects.create(name="Invented Manager"),
            agency=council,
            team=team,
            role=Role.objects.get(slug="front-door-decision-manager"),
            post_title="Decision manager",
            held_from=date(2020, 1, 1),
        )


def measure(folder: Path, children: int) -> None:
    from sightline.returns.actions import import_census
    from sightline.returns.terms import Fate

    path, corrected = folder / "return.xml", folder / "corrected.xml"
    with path.open("w", encoding="utf-8") as out:
        make_census.write(out, children=children, faults=0.05)
    text = path.read_text(encoding="utf-8")
    corrected.write_text(text.replace("<Ethnicity>WOTH<", "<Ethnicity>WBRI<"), encoding="utf-8")
    table = Table("what", "new", "changed", "unchanged", "duties opened", "seconds", "children a second")
    for what, source, commit in (
        ("dry run", path, False),
        ("commit", path, True),
        ("the same again", path, True),
        ("a correction to some", corrected, True),
    ):
        began = time.perf_counter()
        report = import_census(source, commit=commit, operator="bench")
        seconds = time.perf_counter() - began
        if report.refusal is not None:
            raise SystemExit(report.refusal.message)
        counts = [f"{report.children[fate]:,}" for fate in (Fate.CREATED, Fate.CHANGED, Fate.UNCHANGED)]
        table.add_row(
            what,
            *counts,
            f"{report.duties if commit else 0:,}",
            f"{seconds:.1f}",
            f"{children / seconds:,.0f}",
        )
    console = Console()
    console.print(table)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    console.print(f"memory, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f} MB")


if __name__ == "__main__":
    main()
