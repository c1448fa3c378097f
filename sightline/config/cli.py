"""The `sightline` command. Expected errors are one clear sentence and exit status 1, never a stack trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from .cli_packs import packs
from .cli_shared import Data, Failure, refuse_unready, sealed_after
from .cluster import ClusterError
from .mail import WrongMail, mail
from .numbers import PROCESSES, NotANumber, check_numbers
from .place import Place, PlaceError, as_owner, opened
from .processes import ProcessError

cli = typer.Typer(
    name="sightline",
    help="Sightline keeps the child in sight: multi-agency child safeguarding.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
summaries = typer.Typer(help="Summaries for when the system is down.", no_args_is_help=True)
documents = typer.Typer(help="Documents: their keys.", no_args_is_help=True)
disposals = typer.Typer(help="Records that were disposed of.", no_args_is_help=True)
imports = typer.Typer(help="Bring in what other systems hold.", no_args_is_help=True)
cli.add_typer(packs, name="packs")
cli.add_typer(audit, name="audit")
cli.add_typer(documents, name="documents")
cli.add_typer(disposals, name="disposals")
cli.add_typer(imports, name="import")
cli.add_typer(summaries, name="summaries")

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port of the web server.")]


@cli.command()
def demo(
    data: Data = None,
    port: Port = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again with an empty database.")] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Prepare everything, then end.")] = False,
    pack: Annotated[str, typer.Option(metavar="NAME", help="The procedure pack to work by.")] = "",
    children: Annotated[int, typer.Option(min=0, max=1_000_000, help="How many children to invent.")] = 300,
) -> None:
    """Start everything with an invented partnership, and print where it is and who can sign in."""
    from . import serving

    serving.demo(data, port=port, fresh=fresh, serve=not no_serve, pack=pack, children=children)


@cli.command()
def serve(
    data: Data = None,
    port: Port = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    processes: Annotated[
        int,
        typer.Option(
            min=1, max=64, help="Web processes; as many as cores, up to four, where nothing is said."
        ),
    ] = PROCESSES,
    worker: Annotated[bool, typer.Option(help="Run a worker beside the web server.")] = True,
) -> None:
    """Run the web server, and a worker beside it."""
    from . import serving

    serving.serve(data, port=port, host=host, processes=processes, worker=worker)


@cli.command()
def worker(data: Data = None) -> None:
    """Run one more worker, which does the jobs of every room."""
    from . import serving

    serving.work(data)


@cli.command("set-up")
def set_up(
    partnership: Annotated[str, typer.Option(help="The name of the safeguarding partnership.")],
    authority: Annotated[str, typer.Option(help="The census code of its local authority, three digits.")],
    agency: Annotated[str, typer.Option(help="The name of that local authority.")],
    administrator: Annotated[str, typer.Option(help="The name of whoever will appoint everybody else.")],
    email: Annotated[str, typer.Option(help="The e-mail address that they sign in with.")],
    pack: Annotated[str, typer.Option(help="The procedure pack to work by.")] = "england",
    letters: Annotated[str, typer.Option(help="One to four capitals that record numbers begin with.")] = "SL",
    data: Data = None,
) -> None:
    """Begin a real partnership: its name and procedures, its front door, and the first administrator."""
    from . import setting_up
    from .serving import seal

    words = {
        "partnership": partnership, "authority_code": authority, "agency": agency, "administrator": administrator,
        "email": email, "pack": pack, "letters": letters,
    }  # fmt: skip
    setting_up.check(Place.of(data), **words)
    with opened(data) as place:
        for line in setting_up.begin(place, **words):
            typer.echo(line)
        seal()


#: Of Django's commands, those that change tables: they run as the owner of the tables.
OWNERS_COMMANDS = {"migrate", "createcachetable", "pgtrigger"}


@cli.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def manage(context: typer.Context, data: Data = None) -> None:
    """Django's own commands. `migrate` and its like run as the owner of the tables."""
    arguments = ["sightline manage", *(context.args or ["help"])]
    with opened(data):
        from django.core.management import execute_from_command_line

        if context.args and context.args[0] in OWNERS_COMMANDS:
            with as_owner():
                execute_from_command_line(arguments)
        else:
            execute_from_command_line(arguments)


@cli.command("clock-was-ahead")
def clock_was_ahead(
    why: Annotated[str, typer.Argument(help="What was wrong with the clock; kept on the trail.")],
    data: Data = None,
) -> None:
    """Let signing go on in records whose last entry was written while the clock was ahead. The clock is right now."""
    with opened(data, there=True):
        refuse_unready()
        from sightline.audit.actions import outer_transaction
        from sightline.kernel.time import LONDON, now
        from sightline.kernel.verdicts import Refused
        from sightline.kernel.viewer import Viewer
        from sightline.records import actions

        typer.echo(f"By the clock of this computer it is {now().astimezone(LONDON):%A %d %B %Y, %H:%M}.")
        try:
            with sealed_after(), outer_transaction(Viewer.for_job("clock"), "records.clock_was_ahead"):
                many = actions.clock_was_ahead(why)
        except Refused as refused:
            raise Failure(refused.verdict.reason) from refused
    typer.echo(
        f"Signing goes on in {many} {'record' if many == 1 else 'records'}. What was written stays as it is."
    )


@cli.command()
def doctor(
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="For programs to read.")] = False,
) -> None:
    """Say what is running, and what is wrong with how it is set up. Exit status 1 if anything is."""
    from .doctor import examine

    report = examine(Place.of(data))
    typer.echo(report.as_json() if json else report.as_text())
    if not report.healthy:
        raise typer.Exit(1)


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="The archive to write.")], data: Data = None) -> None:
    """Write database and documents into one archive; the keys go into FILE.keys, to be kept apart."""
    from .backup import back_up

    with opened(data, there=True) as place:
        written = back_up(place, file)
    typer.echo(f"Wrote {file} ({written.size:,} bytes) and the keys to {written.keys}.")
    typer.echo("Keep the two apart: with the keys, a changed archive could be made to look whole.")


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive written by `sightline backup`.")],
    data: Data = None,
    keys: Annotated[Path | None, typer.Option(help="The file of keys; else FILE.keys.")] = None,
) -> None:
    """Put a backup back into an empty place, and prove its audit trail whole."""
    from .backup import put_back

    for line in put_back(Place.of(data), file, keys or file.with_name(file.name + ".keys")):
        typer.echo(line)
    typer.echo(
        "What was disposed of since the backup is here again: run `sightline disposals repeat LIST` with the list "
        "that lay beside the audit anchor (disposals.jsonl), before anybody signs in."
    )


@disposals.command("list")
def disposals_list(data: Data = None) -> None:
    """Print every disposal, to be kept apart from the backups: what a restored database must dispose of again."""
    with opened(data, there=True):
        refuse_unready()
        from django.db import transaction

        from sightline.archive.actions import disposals_so_far
        from sightline.kernel.viewer import Viewer, looking_as

        from .disposals import JOB

        with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
            for line in disposals_so_far():
                typer.echo(line)


@disposals.command("repeat")
def disposals_repeat(
    file: Annotated[Path, typer.Argument(help="The list, as `disposals list` prints it.")], data: Data = None
) -> None:
    """Dispose again of what a restored backup brought back."""
    with opened(data, there=True):
        refuse_unready()
        from .backup import _owner_url
        from .disposals import ListError, repeat

        try:
            with sealed_after():
                for line in repeat(file, _owner_url()):
                    typer.echo(line)
        except ListError as error:
            raise Failure(str(error)) from error


@audit.command("verify")
def audit_verify(
    data: Data = None,
    anchor: Annotated[
        Path | None, typer.Option(help="A copy of the anchor file; else the one that sealing writes.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs to read.")] = False,
) -> None:
    """Verify that the audit trail is whole; exit status 1 if anything was changed, removed or inserted."""
    with opened(data, there=True):
        refuse_unready()
        from sightline.audit.verify import verify

        try:
            report = verify(anchor)
        except OSError as error:
            raise Failure(f"The anchor {anchor} cannot be read ({error.strerror or error}).") from error
        except ValueError as error:
            raise Failure(f"{str(error).rstrip('.')}.") from error
    typer.echo(json_text(report.as_dict()) if json else "\n".join(report.lines()))
    if not report.ok:
        raise typer.Exit(1)


@audit.command("new-anchor")
def audit_new_anchor(
    why: Annotated[str, typer.Argument(help="Why the anchor before is not gone on with; kept on the trail.")],
    data: Data = None,
) -> None:
    """Begin another anchor file, such as after a restore. The trail says so; the file before is kept beside it."""
    if not why.strip():
        raise Failure("Say why the anchor before is not gone on with.")
    with opened(data, there=True):
        refuse_unready()
        from sightline.audit.anchor import begin_anew

        try:
            anchor, before = begin_anew(why)
        except OSError as error:
            raise Failure(f"The anchor cannot be begun ({error.strerror}: {error.filename}).") from error
        except ValueError as error:
            raise Failure(f"{str(error).capitalize()}.") from error
    if before:
        typer.echo(f"The anchor before lies in {before}: keep it, with why another was begun.")
    typer.echo(f"Begun: {anchor}. The audit trail says so.")


@contextmanager
def _summaries_in(to: Path | None) -> Iterator[Path]:
    """The folder of the summaries: named, else of the settings. What cannot be written there is one sentence."""
    from django.conf import settings

    folder = to or (Path(settings.SUMMARIES_FOLDER) if settings.SUMMARIES_FOLDER else None)
    if folder is None:
        raise Failure("Say which folder the summaries are in: --to DIR, or set SIGHTLINE_SUMMARIES.")
    try:
        yield folder
    except OSError as error:
        raise Failure(
            f"The summaries cannot be written ({error.strerror or error}: {error.filename})."
        ) from error


@summaries.command("export")
def summaries_export(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="The folder to write to; else SIGHTLINE_SUMMARIES."),
    ] = None,
    data: Data = None,
) -> None:
    """Write an encrypted PDF for every team: each child on a page, for when the system is down."""
    with opened(data, there=True):
        refuse_unready()
        from django.conf import settings

        from sightline.web.bundles import NotWhole, export

        with sealed_after(), _summaries_in(to) as folder:
            try:
                written = export(folder, Path(settings.SUMMARIES_KEYS))
            except NotWhole as error:
                raise Failure(str(error)) from error
        for bundle in written:
            typer.echo(f"{bundle.path}  {bundle.reader}  {bundle.children}")
        typer.echo(f"Wrote {len(written)} files. Their passphrases: `sightline summaries keys`.")


@summaries.command("keys")
def summaries_keys(data: Data = None) -> None:
    """Print every passphrase, to be put into a sealed envelope for its team."""
    with opened(data, there=True):
        from django.conf import settings

        from sightline.web.bundles import passphrases

        for known in passphrases(Path(settings.SUMMARIES_KEYS)).values():
            since = f"  since {known['since']}" if known.get("since") else ""
            told = f", told to {', '.join(known['told'])}" if known.get("told") else ""
            typer.echo(f"{known['passphrase']}  {known['for']}{since}{told}")


@summaries.command("renew")
def summaries_renew(
    team: Annotated[str, typer.Argument(help="Whose passphrase, as `summaries keys` names them.")],
    told: Annotated[
        list[str] | None,
        typer.Option("--told", metavar="WHO", help="Who is given the new one; may be repeated."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="The folder of the summaries; else SIGHTLINE_SUMMARIES."),
    ] = None,
    data: Data = None,
) -> None:
    """Make a team's passphrase anew: what the old one opens is removed and written again with the new one."""
    with opened(data, there=True):
        refuse_unready()
        from django.conf import settings

        from sightline.web.bundles import NoSuchReader, renew

        with sealed_after(), _summaries_in(to) as folder:
            try:
                done = renew(team, told or [], folder, Path(settings.SUMMARIES_KEYS))
            except NoSuchReader as error:
                raise Failure(str(error)) from error
        typer.echo(f"{done.passphrase}  {done.reader}")
        typer.echo(f"Removed what the old passphrase opens: {done.removed} in {folder}.")
        typer.echo(
            f"Written anew: {done.bundle.path}"
            if done.bundle
            else "They have no child in their summaries today."
        )
        typer.echo(f"Told the new one: {', '.join(done.told) or 'nobody yet (--told WHO says so)'}.")
        typer.echo(
            f"Had the old one: {', '.join(done.had) or 'nobody was named'}. Ask them to destroy it, and copies."
        )


@documents.command("rotate-keys")
def documents_rotate_keys(data: Data = None) -> None:
    """Make a new key for the documents and put all of them under it. Nobody need stop working meanwhile."""
    with opened(data, there=True):
        refuse_unready()
        from .documents_keys import rotate

        with sealed_after():
            for line in rotate():
                typer.echo(line)


@imports.command("census")
def import_census(
    file: Annotated[Path, typer.Argument(help="A children in need census return (XML).")],
    data: Data = None,
    commit: Annotated[bool, typer.Option("--commit", help="Write it; else only say what would be.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Where to write every finding.")
    ] = None,
) -> None:
    """Import a children in need census return; a dry run unless told to --commit."""
    with opened(data, there=True):
        refuse_unready()
        from sightline.returns.command import run

        with sealed_after():
            status = run(file, commit=commit, report_to=report)
    if status:
        raise typer.Exit(status)


def json_text(found: object) -> str:
    """JSON as it is printed; instants and ids as text."""
    return dumps(found, indent=2, default=str)


def unanswered(error: BaseException) -> str:
    """One sentence, where an error (psycopg's, or Django's of it) says that the database could not be reached or went
    away; else empty."""
    cause = error if isinstance(error, psycopg.OperationalError) else error.__cause__
    if not isinstance(cause, psycopg.OperationalError):
        return ""
    last = (str(cause).strip().splitlines() or ["no reason given"])[-1].strip().rstrip(".")
    return f"The database does not answer: {last}."


def main() -> None:
    """The entry point of the `sightline` command."""
    from .backup import BackupError

    try:
        check_numbers()
        mail()
        cli(standalone_mode=True)
    except (ClusterError, PlaceError, ProcessError, BackupError, Failure, NotANumber, WrongMail) as error:
        typer.echo(f"sightline: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        if not (said := unanswered(error)):
            raise
        typer.echo(f"sightline: {said}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
