"""Where things lie: the data folder, and the procedure packs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder(given: str | Path | None = None) -> Path:
    """The data folder: `--data`, else `SIGHTLINE_DATA`, else the platform's own place for it.

    As root it is /var/lib/sightline, since PostgreSQL's own system user must be able to reach it.
    """
    if given:
        return Path(given).expanduser().resolve()
    if named := os.environ.get("SIGHTLINE_DATA"):
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/sightline")
    return Path(platformdirs.user_data_dir("sightline"))


def documents_folder(data: Path | None = None) -> Path:
    """Where documents lie: `SIGHTLINE_DOCUMENTS`, else `documents` in the data folder."""
    if named := os.environ.get("SIGHTLINE_DOCUMENTS"):
        return Path(named).expanduser().resolve()
    return (data or data_folder()) / "documents"
