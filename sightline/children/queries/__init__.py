"""Reads of the children room, always for whoever is looking: row security decides what is there to be read.

A child may stand in several folders once a person has decided that they are about one child (room
`access`): the first of the `folder_ids` that a query takes is the one that the others are joined into."""

from .lacks import (
    HeldElsewhere,
    completeness,
    held,
    held_elsewhere,
)
from .names import (
    LeadWorker,
    Led,
    NameAndAge,
    brothers_and_sisters,
    child_of_record,
    lead_worker,
    led_by,
    led_children,
    name_and_age,
    names_of_folders,
    people_named,
    works_with,
)
from .pointers import (
    PointerView,
    pointer,
    pointers,
)
from .reading import (
    ParticularsThen,
    child_page,
    masthead,
    particulars_history,
)
from .views import (
    AnswerView,
    AuthorityView,
    ChildView,
    Dated,
    InvolvementView,
    NameView,
    NumberView,
    PersonView,
    ProviderView,
    ResidenceView,
    StatusView,
    TieView,
)
from .withholding import (
    WITHHELD,
    addresses_in,
    as_page_may_say,
    as_viewer_may_read,
    knows_addresses,
    secrets_around,
    without_addresses,
)

__all__ = [
    "WITHHELD",
    "AnswerView",
    "AuthorityView",
    "ChildView",
    "Dated",
    "HeldElsewhere",
    "InvolvementView",
    "LeadWorker",
    "Led",
    "NameAndAge",
    "NameView",
    "NumberView",
    "ParticularsThen",
    "PersonView",
    "PointerView",
    "ProviderView",
    "ResidenceView",
    "StatusView",
    "TieView",
    "addresses_in",
    "as_page_may_say",
    "as_viewer_may_read",
    "brothers_and_sisters",
    "child_of_record",
    "child_page",
    "completeness",
    "held",
    "held_elsewhere",
    "knows_addresses",
    "lead_worker",
    "led_by",
    "led_children",
    "masthead",
    "name_and_age",
    "names_of_folders",
    "particulars_history",
    "people_named",
    "pointer",
    "pointers",
    "secrets_around",
    "without_addresses",
    "works_with",
]
