"""Pure decisions of the agencies room: who may do what, and who is asked next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sightline.kernel.verdicts import Verdict

from .terms import AgencyKind, Permission, Scope

#: From the narrowest reach to the widest.
REACH = (Scope.OWN, Scope.TEAM, Scope.AGENCY, Scope.PARTNERSHIP)

#: What each permission lets somebody do, as said in a refusal ("Your role does not let you ...") and in docs.
ALLOWS: Mapping[Permission, str] = {
    Permission.RAISE_CONCERN: "raise a concern about a child",
    Permission.SEE_BOARD: "see the front-door board",
    Permission.SCREEN_CONCERN: "decide on a concern",
    Permission.DECIDE_MATCH: "decide which known child a concern is about",
    Permission.APPROVE_CONFLICT: "approve a decision made with a conflict of interests",
    Permission.SEARCH: "search for a child",
    Permission.READ_FOLDER: "read a child's record",
    Permission.WRITE_FOLDER: "write in a child's record",
    Permission.SEE_CONFIDENTIAL_ADDRESS: "see a confidential address",
    Permission.GIVE_ACCESS: "give or end access to a child's record",
    Permission.SEAL: "seal a child's record or lift a seal",
    Permission.EMERGENCY: "open a child's record in an emergency",
    Permission.REVIEW_EMERGENCY: "review what was opened in an emergency",
    Permission.WHO_LOOKED: "see who has looked at a child's record",
    Permission.READ_AUDIT: "read the whole audit trail",
    Permission.ANSWER_DUTY: "answer for a missed duty",
    Permission.CHANGE_DUTY: "shorten or withdraw a duty",
    Permission.EXTEND_DUTY: "extend a duty where the procedures allow it",
    Permission.TEAM_WORK: "see the work of a whole team",
    Permission.PARTNERSHIP_WORK: "see the work of the whole partnership",
    Permission.MANAGE_ROTA: "change the duty rota",
    Permission.MANAGE_PEOPLE: "appoint people and end their postings",
    Permission.IMPORT_RETURN: "import a statutory return",
}


@dataclass(frozen=True)
class Acting:
    """A practitioner as they act today: name, posts and what the roles of those posts allow.

    With several posts today the one held longest names `post_title`, `agency` and `team`; permissions
    are those of all posts together, each with its widest scope.
    """

    practitioner_id: UUID
    name: str
    post_title: str
    agency_id: UUID
    agency_name: str
    agency_kind: AgencyKind
    team_id: UUID | None
    team_name: str
    line_manager_id: UUID | None
    role_titles: tuple[str, ...]
    role_slugs: tuple[str, ...]
    team_ids: tuple[UUID, ...]
    agency_ids: tuple[UUID, ...]
    permissions: Mapping[Permission, Scope] = field(default_factory=dict)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def scope(self, permission: Permission) -> Scope | None:
        """How far the permission reaches, or None where it is not held."""
        return self.permissions.get(permission)

    @property
    def said_as(self) -> str:
        """'Nadia Okafor, social worker, Northmoor Council': who this is, as pages say it."""
        return f"{self.name}, {self.post_title}, {self.agency_name}"


def wider(one: Scope | None, other: Scope) -> Scope:
    """Of two reaches the wider."""
    return other if one is None else max(one, other, key=REACH.index)


def permitted(acting: Acting | None, permission: Permission) -> Verdict:
    """Whether somebody's roles of today hold a permission.

    Nobody signed in, or without a post today, is told what to do about it.
    """
    what = ALLOWS[permission]
    if acting is None:
        return Verdict.no(
            f"To {what} you must be signed in and hold a post in the partnership today. "
            "If your post has ended by mistake, ask whoever looks after Sightline in your agency."
        )
    if not acting.may(permission):
        roles = " and ".join(acting.role_titles).lower()
        return Verdict.no(
            f"Your role ({roles}) does not let you {what}. "
            "If it should, ask your manager to have your role changed."
        )
    return Verdict.yes()
