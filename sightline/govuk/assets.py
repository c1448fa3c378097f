"""Where the compiled front end lies once the package is installed."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def frontend_dir() -> Path:
    """The folder with `vendor/frontend.css` and `vendor/govuk-frontend.js`, for STATICFILES_DIRS.

    The build hook (hatch_build.py) puts it beside the installed package's metadata, which in an editable
    installation is not where the source is. FileNotFoundError says how to mend an installation without it.
    """
    try:
        folder = Path(str(distribution("sightline").locate_file("sightline/_frontend")))
    except PackageNotFoundError as missing:
        raise FileNotFoundError("Sightline is not installed here: run `uv sync`.") from missing
    if not (folder / "vendor" / "frontend.css").is_file():
        raise FileNotFoundError(
            f"The compiled front end is missing from {folder}: run `uv sync --reinstall-package sightline`."
        )
    return folder
