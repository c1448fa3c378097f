"""The demonstration's partnership: who is there, what they may do, and what loading again adds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from sightline.agencies import queries
from sightline.agencies.models import Agency, Partnership, Posting, Practitioner, RotaShift
from sightline.agencies.rules import rota_gaps
from sightline.agencies.terms import Permission
from sightline.config.demo import DOMAIN, SignIn, load
from sightline.kernel.time import now

pytestmark = pytest.mark.django_db


def _nothing(_done: int, _of: int) -> None: ...


@pytest.fixture
def sign_ins() -> list[SignIn]:
    return load(0, _nothing)


def test_loading_again_changes_nothing(sign_ins: list[SignIn]) -> None:
    def there() -> list[int]:
        return [model.objects.count() for model in (Partnership, Agency, Practitioner, Posting, RotaShift)]

    before = there()
    assert load(0, _nothing) == sign_ins
    assert there() == before


def test_everybody_of_the_demonstration_can_sign_in(sign_ins: list[SignIn]) -> None:
    assert len(sign_ins) == 12
    assert all(s.email.endswith(f"@{DOMAIN}") for s in sign_ins)
    assert len(sign_ins[0].password) >= 12
    for sign_in in sign_ins:
        user = authenticate(RequestFactory().get("/"), email=sign_in.email, password=sign_in.password)
        assert user is not None, sign_in.name
        assert user.emailaddress_set.filter(verified=True, primary=True).exists()
        assert queries.asking(user)[0] is not None


@pytest.mark.obligation("WRK-04")
def test_everybody_has_a_manager(sign_ins: list[SignIn]) -> None:
    emails = [s.email for s in sign_ins]
    of_sign_ins = Posting.objects.filter(practitioner__user__email__in=emails)
    assert not of_sign_ins.filter(line_manager=None).exists()
    assert set(Posting.objects.filter(line_manager=None).values_list("practitioner__name", flat=True)) == {
        "Ruth Castellan", "Imelda Marchetti", "Petra Lowther", "Tom Askew", "Hasan Demir",
    }  # fmt: skip


MAY = {
    "Sam Reyes": {Permission.RAISE_CONCERN, Permission.SEARCH, Permission.EMERGENCY, Permission.TEAM_WORK},
    "Ines Farrow": {Permission.RAISE_CONCERN, Permission.SEARCH, Permission.EMERGENCY},
    "Rhona Lindqvist": {Permission.SEE_BOARD, Permission.SEARCH, Permission.RAISE_CONCERN},
    "Marek Holub": {Permission.SEE_BOARD, Permission.SCREEN_CONCERN, Permission.DECIDE_MATCH},
    "Joanna Adeyemi": {Permission.SEE_BOARD, Permission.SCREEN_CONCERN, Permission.DECIDE_MATCH},
    "Priya Nair": {Permission.SEAL, Permission.GIVE_ACCESS, Permission.TEAM_WORK, Permission.EXTEND_DUTY},
    "Dana Okafor": {Permission.WRITE_FOLDER, Permission.ANSWER_DUTY, Permission.SEE_CONFIDENTIAL_ADDRESS},
    "Helen Abara": {Permission.APPROVE_CONFLICT, Permission.WRITE_FOLDER},
    "Leila Haddad": {Permission.RAISE_CONCERN, Permission.WRITE_FOLDER, Permission.ANSWER_DUTY},
    "Owen Pritchard": {Permission.IMPORT_RETURN, Permission.GIVE_ACCESS},
    "Grace Tan": {Permission.READ_AUDIT, Permission.PARTNERSHIP_WORK, Permission.REVIEW_EMERGENCY},
    "Femi Oduya": {Permission.MANAGE_PEOPLE, Permission.MANAGE_ROTA},
}
MAY_NOT = {
    "Sam Reyes": {Permission.SCREEN_CONCERN, Permission.SEE_BOARD, Permission.SEE_CONFIDENTIAL_ADDRESS},
    "Ines Farrow": {Permission.SCREEN_CONCERN, Permission.SEE_CONFIDENTIAL_ADDRESS},
    "Rhona Lindqvist": {Permission.SCREEN_CONCERN, Permission.DECIDE_MATCH},
    "Marek Holub": {Permission.SEAL, Permission.READ_AUDIT},
    "Dana Okafor": {Permission.SCREEN_CONCERN, Permission.SEAL},
    "Helen Abara": {Permission.SCREEN_CONCERN, Permission.SEAL},
    "Leila Haddad": {Permission.SEE_CONFIDENTIAL_ADDRESS, Permission.SEE_BOARD},
    "Grace Tan": {Permission.WRITE_FOLDER},
    "Femi Oduya": {Permission.SEARCH, Permission.READ_FOLDER},
}


def test_each_may_do_what_their_part_needs_and_no_more(sign_ins: list[SignIn]) -> None:
    for sign_in in sign_ins:
        acting = queries.acting_as(Practitioner.objects.get(user__email=sign_in.email).pk)
        assert acting is not None
        assert MAY[sign_in.name] <= set(acting.permissions), sign_in.name
        assert not MAY_NOT.get(sign_in.name, set()) & set(acting.permissions), sign_in.name


def test_the_front_door_always_has_a_duty_manager_and_somebody_to_ask_next(sign_ins: list[SignIn]) -> None:
    team = queries.front_door_team()
    assert team is not None
    until = now() + timedelta(days=90)
    for place in (1, 2):
        shifts = [line.shift for line in queries.rota(team.pk, now(), until) if line.shift.place == place]
        assert rota_gaps(shifts, now(), until) == []
    assert len(set(queries.order_of_asking_now(team.pk, now())[:2])) == 2


def test_only_the_demonstration_gives_passphrases() -> None:
    from sightline.agencies.actions import give_passphrase
    from sightline.agencies.tests.factories import setting_up
    from sightline.kernel.verdicts import NotPermitted

    with pytest.raises(NotPermitted), setting_up():
        give_passphrase(["somebody@example.org"], "anchor-apple-april")
