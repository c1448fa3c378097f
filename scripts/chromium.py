"""Where Chromium is, and how it is started, for the browser tests and the screenshots."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: The first is Debian's build without a window, which takes a third less time for the same pages.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> Path | None:
    """The browser's program: SIGHTLINE_CHROMIUM if set, else the first found on the path, else None."""
    if named := os.environ.get("SIGHTLINE_CHROMIUM"):
        return Path(named) if Path(named).is_file() else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def launch_options(program: Path) -> dict[str, Any]:
    """What Playwright is told; it makes a fresh user data folder. Root cannot have Chromium's sandbox."""
    as_root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    return {"executable_path": str(program), "args": [*FLAGS, *as_root]}
