"""What lies in the records of the demonstration's families: a drawing, a letter, a photograph, a body map. Invented."""

from __future__ import annotations

import io
from uuid import UUID

from django.db import transaction
from PIL import Image, ImageDraw

from sightline.children.models import PersonName
from sightline.children.terms import NameUse
from sightline.documents import actions
from sightline.documents.actions import Incoming, NewBodyMap
from sightline.documents.models import Document
from sightline.documents.rules import Mark
from sightline.documents.terms import BodyView, MarkKind, Region
from sightline.kernel.viewer import Viewer, looking_as
from sightline.print import pdf

from . import people
from .people import DANA, Cast
from .telling import at, day

#: Whose record they lie in.
CHILD = ("Maya", "Ferreira-Lund")


def load() -> None:
    """Add them where they are missing, as the child's social worker."""
    cast = people.cast()
    with transaction.atomic():
        folder_id = _folder()
        if folder_id is not None:
            _bring_in(cast, folder_id)


def _folder() -> UUID | None:
    """The folder of the child, unless the documents are in it already."""
    with looking_as(Viewer.for_job("demo")):
        folder_id = (
            PersonName.objects.filter(
                folder__isnull=False, use=NameUse.FULL.value, given=CHILD[0], family=CHILD[1]
            )
            .values_list("folder_id", flat=True)
            .first()
        )
        if (
            folder_id is None
            or Document.objects.filter(folder_id=folder_id, subject_id__isnull=True).exists()
        ):
            return None
    return folder_id


def _bring_in(cast: Cast, folder_id: UUID) -> None:
    with looking_as(Viewer.practitioner(cast[DANA], origin="demonstration")):
        for name, content, about, ago in (
            ("Maya’s house.png", _drawing(), "Maya drew her house and who lives in it, while we talked", 12),
            ("Audiology appointment.pdf", _letter(), "Letter from the hearing clinic to Maya’s mother", 30),
            (
                "Kitchen window.jpg",
                _photograph(),
                "The broken window, photographed with her mother’s agreement",
                12,
            ),
        ):
            actions.attach(
                [Incoming(name, io.BytesIO(content))],
                {folder_id: None},
                about=about,
                dated=day(ago),
                own=True,
            )
        actions.draw_body_map(
            folder_id,
            NewBodyMap(
                seen_at=at(12, 15, 40),
                seen_parts="Both forearms and hands, when she pushed up her sleeves to paint.",
                said="I fell off the wall by the shop. Theo was there.",
                marks=[
                    Mark(
                        BodyView.FRONT, Region.LEFT_FOREARM, MarkKind.GRAZE, "Dry, brown, in three short lines",
                        "About 2 cm long, guessed", "“I fell off the wall” (Maya)",
                    ),
                    Mark(
                        BodyView.BACK, Region.RIGHT_HAND, MarkKind.BRUISE, "Round, yellow at its edge",
                        "1.5 cm, measured", "“That is from the wall too” (Maya)",
                    ),
                ],
            ),
        )  # fmt: skip


def _drawing() -> bytes:
    """A house as a child of nine draws one."""
    picture = Image.new("RGB", (900, 640), "#fffdf5")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((260, 280, 640, 560), outline="#7a3e12", width=9)
    pen.line([(240, 285), (450, 130), (660, 285)], fill="#b8321f", width=11, joint="curve")
    pen.rectangle((410, 420, 490, 558), fill="#3a6ea5")
    for left in (300, 540):
        pen.rectangle((left, 330, left + 70, 395), outline="#3a6ea5", width=7)
        pen.line([(left + 35, 330), (left + 35, 395)], fill="#3a6ea5", width=4)
    pen.ellipse((760, 40, 860, 140), fill="#f5c518")
    for n in range(0, 900, 18):
        pen.line([(n, 600 - n % 7), (n + 9, 565 - n % 5)], fill="#3c8f3c", width=5)
    for x, tall, colour in ((120, 120, "#8a4fbf"), (190, 80, "#d0557a"), (720, 150, "#555555")):
        foot = 590
        pen.ellipse((x - 18, foot - tall - 34, x + 18, foot - tall + 2), outline=colour, width=5)
        pen.line([(x, foot - tall), (x, foot - 40)], fill=colour, width=6)
        pen.line([(x - 28, foot - tall + 30), (x + 28, foot - tall + 30)], fill=colour, width=6)
        pen.line([(x, foot - 40), (x - 20, foot)], fill=colour, width=6)
        pen.line([(x, foot - 40), (x + 20, foot)], fill=colour, width=6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _letter() -> bytes:
    """A clinic's letter of one page."""
    text = (
        "Dear Ms Ferreira,\n\nThank you for bringing Maya to the hearing clinic. Her hearing aids work as they "
        "should and she wears them well. She told us that she takes them off in noisy places, and we have shown "
        "her the quieter setting.\n\nWe would like to see her again in six months. Please ring us if the moulds "
        "begin to whistle: she is growing.\n\nA. Marsh, audiologist"
    )
    about = pdf.About(title="Your appointment", reader="Eastmere Hearing Clinic", subject="Hearing clinic")
    return pdf.make("print/letter", {"parts": [{"heading": "Hearing clinic", "text": text}]}, about=about)


def _photograph() -> bytes:
    """A window with a crack, and a camera that says where it stood: a spot in the North Sea."""
    picture = Image.new("RGB", (1200, 900), "#9fb4c0")
    pen = ImageDraw.Draw(picture)
    for box in ((90, 70, 590, 830), (610, 70, 1110, 830)):
        pen.rectangle(box, fill="#cfe3ee", outline="#f4f4f0", width=28)
    crack = [(330, 300), (300, 380), (360, 430), (310, 520), (350, 610)]
    pen.line(crack, fill="#455a64", width=5)
    for start, end in (((330, 300), (210, 210)), ((360, 430), (500, 390)), ((310, 520), (170, 560))):
        pen.line([start, end], fill="#455a64", width=4)
    exif = Image.Exif()
    exif[0x0110] = "Invented Camera 1"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (54.0, 30.0, 0.0), "E", (2.0, 15.0, 0.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()
