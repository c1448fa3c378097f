"""The loading of the demonstration's children while it already answers, as a process of its own.

python -m sightline.config.loading CHILDREN
"""

from __future__ import annotations

import sys

from .place import Place, set_up
from .processes import stop_with_parent
from .serving import Line, load_children

if __name__ == "__main__":
    stop_with_parent()
    place = Place.of()
    set_up(place)
    load_children(place, int(sys.argv[1]), show=Line("children"))
