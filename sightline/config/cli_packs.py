"""`sightline packs`: the procedure packs, checked and shown."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from .cli_shared import Data, Failure, refuse_unready
from .place import Place, opened

#: Here and not of the kernel, whose clock wants Django's settings, and a pack is shown without any place.
LONDON = ZoneInfo("Europe/London")

packs = typer.Typer(help="The procedure packs.", no_args_is_help=True)


@packs.command("check")
def packs_check(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of packs; else those that come along.")
    ] = None,
    data: Data = None,
) -> None:
    """Check every procedure pack, its worked examples too; each fault with its file and line.

    Also whether the pack is among them that the place was begun with, where there is one. Starts and makes nothing.
    """
    from sightline.procedures.check import checked_packs
    from sightline.procedures.loader import pack_names

    if folder is not None and not folder.is_dir():
        raise Failure(f"There is no folder {folder}.")
    checked = checked_packs(folder)
    faults = [str(fault) for fault in checked.faults]
    place = Place.of(data)
    chosen = place.kept.get("pack")
    if chosen and chosen not in pack_names(folder):
        faults.append(f"{place.data}: works by the pack {chosen}, which is not among them")
    for fault in faults:
        typer.echo(fault)
    for name in checked.not_run:
        typer.echo(f"{name}: its worked examples were not run, because of the faults above")
    if faults:
        raise Failure(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} in the procedure packs.")
    typer.echo(f"No fault in {len(pack_names(folder))} packs.")


@packs.command("show")
def packs_show(
    name: Annotated[
        str, typer.Argument(help="The pack's name, such as rotherham; else the one that the place works by.")
    ] = "",
    on: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="As it holds on this day; else today.")] = "",
    data: Data = None,
) -> None:
    """Show a procedure pack as it holds on a day, every value with where it comes from."""
    from sightline.procedures.loader import PackFaults, UnknownPack, load_pack
    from sightline.procedures.show import show

    try:
        day = date.fromisoformat(on) if on else datetime.now(LONDON).date()
    except ValueError as error:
        raise Failure(f"{on} is not a day; write it as 2026-04-01.") from error
    try:
        pack = load_pack(name or _pack_worked_by(data))
    except (UnknownPack, PackFaults) as error:
        raise Failure(str(error)) from error
    typer.echo(show(pack, day))


def _pack_worked_by(data: Path | None) -> str:
    """Which pack the partnership of a place works by. Raises Failure, PlaceError or ClusterError."""
    with opened(data, there=True):
        refuse_unready()
        from sightline.agencies.queries import partnership

        ours = partnership()
    if ours is None:
        raise Failure("No partnership is set up here yet, so name a pack: `sightline packs show NAME`.")
    return ours.pack
