"""Forms that were sent, so that one sent twice is done once."""

from __future__ import annotations

from django.db import models

from sightline.agencies.models import Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import Row

_OWN = "practitioner_id = kernel_practitioner()"


class SentForm(Row):
    """A form that was done, by the key that its page carried and what was typed into it; nothing of the child."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)
    door = Door(read=_OWN, insert=_OWN, jobs={"duties": ("select", "delete")})
