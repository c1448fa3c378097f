"""Who a pack says may extend a limit is a role that somebody can be given here."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def given_here() -> set[str]:
    roles = tomllib.loads((ROOT / "sightline/agencies/roles.toml").read_text())
    return {slug.replace("-", "_") for slug in roles}


@pytest.mark.parametrize("path", sorted(ROOT.glob("packs/*/extension.toml")), ids=lambda p: p.parent.name)
def test_every_role_that_may_extend_can_be_held(path: Path) -> None:
    named = {
        role for each in tomllib.loads(path.read_text())["extension"] for role in each.get("by_roles", [])
    }
    assert named <= given_here()


def test_a_manager_of_several_teams_can_be_appointed() -> None:
    assert "service_manager" in given_here()
