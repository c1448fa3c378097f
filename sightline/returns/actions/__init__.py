"""The only writer of the returns room: importing a children in need census return.

A return is read twice: once to its end, so that a file that is broken anywhere is refused before anything is
written, then again in batches. Each child is one savepoint: taken in whole or not at all. The same file
again, or a corrected one, doubles nothing; a child whose record has not changed is passed over.

Runs as the named job `import`, for whoever starts it at the command line; on behalf of a practitioner it asks
for their permission first.
"""

from __future__ import annotations

from .importing import Progress, Report, Tell, Unwatched, import_census
from .told import subject_of

__all__ = ["Progress", "Report", "Tell", "Unwatched", "import_census", "subject_of"]
