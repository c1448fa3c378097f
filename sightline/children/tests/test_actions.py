"""Actions: what they write, what they refuse, and that nothing is overwritten."""

from __future__ import annotations

from sightline.children import actions, queries
from sightline.children.rules import Address, Birth, Names, NewAdult, NewInvolvement, NewTie
from sightline.children.terms import Kinship, Known

from .conftest import days_ago


def test_a_child_is_recorded_and_found_on_their_page(world, worker, folder_id, child_id):
    with world.looking(worker):
        mother = actions.record_adult(folder_id, NewAdult(Names("Ana", "Ferreira")))
        actions.tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
        actions.move_to(folder_id, Address(lines="4 Quay Row", area="Northmoor", held_from=days_ago(30)))
        actions.involve(
            folder_id, NewInvolvement(world.council.pk, "social worker", worker.pk, "Visits", lead=True)
        )
        view = queries.child_page([folder_id])
        assert view.child.name == "Maya Ferreira-Lund"
        assert [t.name for t in view.responsible_parents] == ["Ana Ferreira"]
        assert view.masthead["lives_with"] == "Mum (Ana)"
        assert view.lead.practitioner == "Dana Okafor"
        assert queries.pointer(folder_id).agencies == (("Northmoor Council", "01632 960001"),)
        actions.correct_particulars(folder_id, Birth(born_on=days_ago(3000)))
