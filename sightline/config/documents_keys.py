"""`sightline documents rotate-keys`: a new key, every document under it, and the old one gone.

May be stopped at any moment and run again: the older keys stay until nothing is left under them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.audit.actions import outer_transaction
from sightline.documents import actions
from sightline.documents.cipher import Damaged
from sightline.documents.keyring import KeyMissing, key_file, keyring
from sightline.documents.terms import ROTATING
from sightline.kernel.viewer import Viewer

from .place import PlaceError


def rotate() -> Iterator[str]:
    """Exchange the key of the documents; yields what was done. Raises PlaceError, with every document as before."""
    viewer = Viewer.for_job(ROTATING)
    try:
        with outer_transaction(viewer, "documents.add_key"):
            added = actions.add_key()
        if added is not None:
            yield f"A new key, {added}, stands first in {key_file()}."
        else:
            yield f"The keys come from SIGHTLINE_DOCUMENTS_KEY; the first of them is {keyring().current.id}."
        count = 0
        for last in (False, True):
            while True:
                with outer_transaction(viewer, "documents.rewrap"):
                    done = actions.rewrap(last=last)
                count += done
                if done == 0:
                    break
        many = "key of a file is" if count == 1 else "keys of files are"
        yield f"{count} {many} wrapped by it now; no file was written."
        with outer_transaction(viewer, "documents.drop_old_keys"):
            actions.drop_old_keys()
    except KeyMissing as error:
        raise PlaceError(str(error)) from error
    except Damaged as error:
        raise PlaceError(f"{error} The older keys were kept: put the database back from a backup.") from error
    except OSError as error:
        raise PlaceError(f"The file of keys {key_file()} cannot be written ({error.strerror}).") from error
    if added is not None:
        yield "The older keys are gone from the file. Backups written before need the keys written with them."
    else:
        yield "Leave only the first key in SIGHTLINE_DOCUMENTS_KEY, and start Sightline again."
