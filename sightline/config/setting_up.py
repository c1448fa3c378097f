"""Beginning a real partnership in an empty place: what must be there before anybody can sign in."""

from __future__ import annotations

from collections.abc import Iterator

from .place import Place, PlaceError


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

    Yields what to tell the person at the keyboard. Raises PlaceError in a demonstration, for an unknown pack, and
    where somebody can appoint people already.
    """
    from django.db import transaction

    from sightline.agencies import actions
    from sightline.agencies.models import Partnership
    from sightline.agencies.terms import AgencyKind
    from sightline.kernel.verdicts import Refused
    from sightline.kernel.viewer import Viewer, looking_as

    from .serving import check_pack, prepare

    if place.is_demo:
        raise PlaceError(f"{place.data} holds a demonstration. Choose another folder with --data.")
    check_pack(pack)
    if not (authority_code.isdigit() and len(authority_code) == 3):
        raise PlaceError("The census code of a local authority is three digits.")
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
