"""Reads the files of roles; what they say is brought into the database by `actions.sync_roles`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .rules import ALLOWS
from .terms import Permission, Scope

SHIPPED = Path(__file__).with_name("roles.toml")


class RolesFault(ValueError):
    """A file of roles that cannot be used; one sentence that names the file and the role."""


@dataclass(frozen=True)
class RoleText:
    """One role as a file says it."""

    slug: str
    title: str
    explained: str
    permissions: Mapping[Permission, Scope]


def read_roles(own: Path | None = None) -> dict[str, RoleText]:
    """The shipped roles by slug, with a partnership's `own` file laid over them. Raises RolesFault."""
    roles = _read(SHIPPED)
    if own is not None:
        roles.update(_read(own))
    return roles


def _read(path: Path) -> dict[str, RoleText]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RolesFault(f"The file of roles {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RolesFault(f"The file of roles {path} is not TOML: {error}.") from error
    return {slug: _role(path, slug, said) for slug, said in found.items()}


def _role(path: Path, slug: str, said: object) -> RoleText:
    where = f"{path.name}, role {slug}"
    if not isinstance(said, dict):
        raise RolesFault(f"{where}: write it as a table, [{slug}].")
    scopes = {scope.value: scope for scope in Scope}
    for key, value in said.items():
        if key in ("title", "explained"):
            if not isinstance(value, str) or not value.strip():
                raise RolesFault(f"{where}: {key} must be words.")
        elif key not in scopes:
            raise RolesFault(f"{where}: there is no {key}; a role has title, explained, {', '.join(scopes)}.")
        elif not isinstance(value, list):
            raise RolesFault(f"{where}: {key} must be a list of permissions.")
    if missing := {"title", "explained"} - said.keys():
        raise RolesFault(f"{where}: {' and '.join(sorted(missing))} missing.")
    permissions: dict[Permission, Scope] = {}
    for key, scope in scopes.items():
        for name in said.get(key, ()):
            try:
                permission = Permission(name)
            except ValueError:
                raise RolesFault(f"{where}: there is no permission {name!r}.") from None
            if permission in permissions:
                raise RolesFault(f"{where}: {name} stands under two scopes.")
            permissions[permission] = scope
    return RoleText(slug, said["title"], said["explained"], permissions)


def roles_table(roles: Mapping[str, RoleText] | None = None) -> str:
    """The shipped roles and what each may do, as the Markdown of docs/roles.md (checked in CI)."""
    roles = read_roles() if roles is None else roles
    lines = [
        "# Roles and permissions",
        "",
        "Made from `sightline/agencies/roles.toml` by `roles_table` beside it; do not edit here.",
        "Whether a record opens is decided by grants and seals alone (room `access`); a permission opens none,",
        "except in an emergency. The letter says how far a permission reaches: **o**wn work, the **t**eam's,",
        "the **a**gency's, the **p**artnership's. It is asked of the record by the database (`access_reaches`) for",
        "giving and ending access, sealing, reviewing what was opened in an emergency and seeing who looked; of the",
        "duty's team or its record for answering, changing and extending a duty; of the team or agency for the rota,",
        "for allocating a child and for appointing people. A record is one's own work where one answers for it or it",
        "was allocated to one, the team's where that is so of the team or somebody in it, the agency's where the",
        "agency is the record's own. For every other permission the letter says whose work is meant and is not asked",
        "for: those act on what is open to the practitioner, or on what the page itself is about.",
        "",
    ]
    lines += [f"- **{role.title}** (`{role.slug}`). {role.explained}" for role in roles.values()]
    lines += ["", "| May | " + " | ".join(role.title for role in roles.values()) + " |"]
    lines.append("|---|" + ":-:|" * len(roles))
    for permission, what in ALLOWS.items():
        held = [role.permissions.get(permission) for role in roles.values()]
        cells = " | ".join(scope.value[0] if scope else " " for scope in held)
        lines.append(f"| {what} (`{permission.value}`) | {cells} |")
    return "\n".join(lines) + "\n"
