"""Whoever runs the tests is told which of them were not run, and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_without_a_browser_the_run_says_which_tests_were_skipped_and_why() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "sightline/govuk/tests/test_screenshots.py",
        ],
        cwd=ROOT,
        env={**environment, "SIGHTLINE_CHROMIUM": "/nowhere"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, last = done.stdout.strip().splitlines()
    skipped = [line for line in lines if line.startswith("SKIPPED ")]
    assert skipped
    assert all("test_screenshots.py" in line and "No Chromium here" in line for line in skipped)
    # What `.ci/run` prints last is still the count.
    assert "2 skipped" in last
