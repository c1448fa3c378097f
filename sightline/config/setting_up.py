"""Beginning a real partnership in an empty place: what must be there before anybody can sign in."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.agencies.rules import may_be_letters, may_sign_in_with

from .place import Place, PlaceError


def check(
    place: Place,
    *,
    partnership: str,
    authority_code: str,
    agency: str,
    administrator: str,
    email: str,
    pack: str,
    letters: str,
) -> None:
    """Whether a partnership may begin with these words: asked before there is a database, so that a mistyped one leaves
    nothing behind. Raises PlaceError."""
    from .serving import check_pack

    if place.is_demo:
        raise PlaceError(f"{place.data} holds a demonstration. Choose another folder with --data.")
    check_pack(pack)
    if not (authority_code.isascii() and authority_code.isdigit() and len(authority_code) == 3):
        raise PlaceError("The census code of a local authority is three digits.")
    for what, words in (
        ("the partnership", partnership), ("the local authority", agency), ("the administrator", administrator),
    ):  # fmt: skip
        if not words.strip():
            raise PlaceError(f"The name of {what} is empty.")
    for verdict in (may_be_letters(letters), may_sign_in_with(email)):
        if not verdict:
            raise PlaceError(verdict.reason)


def begin(
    place: Place,
    *,
    partnership: str,
    authority_code: str,
    agency: str,
    administrator: str,
    email: str,
    pack: str,
    letters: str,
) -> Iterator[str]:
    """Write the partnership, its local authority with the front door, and the first administrator: all or nothing.

    Yields what to tell the person at the keyboard. Raises PlaceError where somebody can appoint people already.
    """
    from django.db import transaction

    from sightline.agencies import actions
    from sightline.agencies.models import Partnership
    from sightline.agencies.terms import AgencyKind
    from sightline.kernel.verdicts import Refused
    from sightline.kernel.viewer import Viewer, looking_as

    from .serving import prepare

    prepare(place, migrate=False)
    try:
        with transaction.atomic(), looking_as(Viewer.for_job("setup")):
            if Partnership.objects.exists():
                raise PlaceError(
                    "This place has been set up already. Its administrator appoints others in Sightline."
                )
            actions.set_up_partnership(
                name=partnership, authority_code=authority_code, pack=pack, letters=letters
            )
            first = actions.first_administrator(
                name=administrator, email=email, agency_name=agency, agency_kind=AgencyKind.LOCAL_AUTHORITY
            )
            actions.add_team(first.postings.get().agency_id, "Front door", front_door=True)
    except Refused as refused:
        raise PlaceError(str(refused)) from refused
    yield f"{partnership} is set up, and {administrator} can appoint everybody else."
    yield (
        f"Start `sightline serve`, then ask for a password for {email} on the sign-in page: "
        "the link comes by e-mail."
    )
