"""Who is in a child's life as a genogram: Graphviz works out where each stands, the usual symbols are drawn here.

A square is male, a circle female, a diamond not known, a triangle not born yet; the child's outline is thick; a cross
means that somebody has died; a slash that the parents live apart: one with the child, the other not; a dashed line
anybody who is no parent by birth, and a brother or sister of whom it is not recorded whose child they are. One who
shares one parent hangs under that parent alone.
The picture takes no drag and no colour to read, and `words` says the same in sentences.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from .queries import ChildView, TieView
from .terms import PARENTS, Kinship, Known, Sex

_SIZE = 30
#: Points left free at either side: a name of sixteen letters is wider than the place of its symbol.
_ASIDE = 28
_LINE = "#12343b"
_UNION = "union"


@dataclass(frozen=True)
class _Node:
    key: str
    name: str
    note: str
    sex: Sex
    rank: int
    child: bool = False
    died: bool = False
    unborn: bool = False


def _short(name: str) -> str:
    return name if len(name) <= 16 else name.split(" ")[0][:16]


def _age(age: str) -> str:
    """'31' of '31 years old'; nothing where it is not known."""
    number = age.split(" ")[0]
    if age.startswith("about "):
        number = f"about {age.split(' ')[1]}"
    return number if number[-1:].isdigit() and "year" in age else "" if "not known" in age else age


def _rank(tie: TieView) -> int:
    if tie.kinship is Kinship.GRANDPARENT:
        return 0
    return 2 if tie.kinship is Kinship.SIBLING else 1


def _nodes(view: ChildView) -> list[_Node]:
    child = view.child
    nodes = [
        _Node(
            "child",
            child.called,
            _age(child.age),
            child.birth.sex,
            2,
            child=True,
            died=child.birth.died_on is not None,
            unborn=child.birth.unborn,
        )
    ]
    for n, tie in enumerate(view.ties_once):
        born = tie.person.birth
        called = tie.person.called if tie.person.names else tie.name
        nodes.append(
            _Node(
                f"t{n}",
                _short(called),
                _age(tie.age),
                _sex(tie),
                _rank(tie),
                died=born.died_on is not None,
                unborn=born.unborn,
            )  # fmt: skip
        )
    return nodes


def _sex(tie: TieView) -> Sex:
    """The sex recorded, or the one that the kinship says."""
    if tie.person.birth.sex is not Sex.NOT_KNOWN:
        return tie.person.birth.sex
    return {Kinship.MOTHER: Sex.FEMALE, Kinship.FATHER: Sex.MALE}.get(tie.kinship, Sex.NOT_KNOWN)


def _edges(view: ChildView) -> tuple[list[tuple[str, str, bool]], list[str], bool]:
    """Lines (from, to, dashed), the keys of the parents, and whether the parents are parted."""
    keyed = [(f"t{n}", tie) for n, tie in enumerate(view.ties_once)]
    parents = [key for key, tie in keyed if tie.kinship in PARENTS][:2]
    of = dict(keyed)
    home = next(
        (p for p in parents if of[p].lives_with_child is Known.YES), parents[0] if parents else "child"
    )
    edges: list[tuple[str, str, bool]] = []
    for key, tie in keyed:
        if key in parents or tie.kinship is Kinship.SIBLING:
            continue
        if tie.kinship is Kinship.GRANDPARENT:
            own = next(
                (p for p in parents if of[p].person.family and of[p].person.family == tie.person.family), home
            )
            edges.append((key, own, False))
        elif tie.kinship in (Kinship.PARENTS_PARTNER, Kinship.STEP_PARENT):
            # On the outer side of the parent: a line past the other parent would seem to be theirs.
            outside = len(parents) == 2 and home == parents[0]
            edges.append((key, home, True) if outside else (home, key, True))
        else:
            edges.append((key, "child", True))
    return edges, parents, _apart([of[p] for p in parents])


def _born_to(view: ChildView, parents: list[str]) -> dict[str, tuple[str, ...]]:
    """Whose child each in the child's own row is, by key: of both parents, of one, of neither as far as is recorded."""
    # Joined records each have the same mother, or brother, as a person of their own: any of them counts.
    of = {f"t{n}": (tie, *others) for n, (tie, others) in enumerate(view.ties_told)}
    ids = {p: {tie.person.id for tie in of[p]} for p in parents}
    born = {"child": tuple(parents)}
    for key, same in of.items():
        if same[0].kinship is Kinship.SIBLING:
            theirs = {parent for tie in same for parent in tie.parents}
            born[key] = tuple(p for p in parents if ids[p] & theirs)
    return born


def _apart(parents: list[TieView]) -> bool:
    """Whether two parents are known to live apart. With neither beside the child, as in foster care, nobody knows."""
    return {p.lives_with_child for p in parents} == {Known.YES, Known.NO}


def _placed(
    nodes: list[_Node],
    edges: list[tuple[str, str, bool]],
    parents: list[str],
    born: dict[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[float, float]], float, float]:
    """Where Graphviz puts each, in points from the top left, and the size of the whole."""
    # Wanted when a child's page is first shown: the web server starts without it.
    import pygraphviz

    graph = pygraphviz.AGraph(directed=True, ranksep="0.75", nodesep="0.55", splines="line", ordering="out")
    for node in nodes:
        graph.add_node(node.key, shape="box", fixedsize="true", width="1.0", height="0.75", label="")
    for rank in (0, 1, 2):
        graph.add_subgraph([n.key for n in nodes if n.rank == rank], rank="same")
    if len(parents) == 2:
        graph.add_node(_UNION, shape="point", width="0.01", label="")
        graph.add_subgraph([*parents, _UNION], rank="same")
        graph.add_edge(parents[0], _UNION, weight="20")
        graph.add_edge(_UNION, parents[1], weight="20")
    above = _UNION if len(parents) == 2 else parents[0] if parents else None
    if above is not None:
        for child, whose in born.items():
            graph.add_edge(whose[0] if len(whose) == 1 else above, child, weight="10")
    for start, end, _dashed in edges:
        graph.add_edge(start, end, weight="4")
    graph.layout("dot")
    _left, bottom, right, top = (float(part) for part in graph.graph_attr["bb"].split(","))
    places = {}
    for node in graph.nodes():
        x, y = (float(part) for part in node.attr["pos"].rstrip("!").split(","))
        places[str(node)] = (round(x, 1), round(top - bottom - y, 1))
    return places, right, top - bottom


def picture(view: ChildView) -> Markup | None:
    """The genogram as SVG; None where nobody is in the child's life as far as the viewer may see."""
    if not view.ties_once:
        return None
    nodes = _nodes(view)
    edges, parents, parted = _edges(view)
    born = _born_to(view, parents)
    places, width, height = _placed(nodes, edges, parents, born)
    said = escape(f"Genogram of {view.child.called}. {' '.join(words(view))}")
    wide, tall = width + 2 * _ASIDE, height + 38
    out = [
        f'<svg class="sl-genogram" role="img" aria-label="{said}" viewBox="{-_ASIDE} -8 {wide:.0f} {tall:.0f}" '
        f'width="{wide:.0f}" height="{tall:.0f}" xmlns="http://www.w3.org/2000/svg">'
    ]
    if parents:
        x, y = places[parents[0]]
        top = (x, y + _SIZE / 2)
        if len(parents) == 2:
            top = (places[_UNION][0], y)
            out.append(_stroke(x, y, places[parents[1]][0], y))
            if parted:
                out.append(_stroke(top[0] + 20, y - 8, top[0] + 12, y + 8))
        out += _down(*top, [places[c] for c, whose in born.items() if len(whose) == len(parents)])
        unknown = [places[c] for c, whose in born.items() if not whose]
        out += _down(*top, unknown, at=0.57, dashed=True)
        for n, parent in enumerate(parents if len(parents) == 2 else ()):
            px, py = places[parent]
            half = [places[c] for c, whose in born.items() if whose == (parent,)]
            # At a height of its own, so that nobody takes it for the line of both.
            out += _down(px, py + _SIZE / 2, half, at=0.58 + n / 10)
    for start, end, dashed in edges:
        (x1, y1), (x2, y2) = places[start], places[end]
        out.append(_stroke(x1, y1, x2, y2, dashed=dashed))
    for node in nodes:
        out.append(_symbol(node, *places[node.key]))
    out.append("</svg>")
    return Markup("".join(out))  # noqa: S704 made of numbers and escaped text


def _stroke(x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{_LINE}" stroke-width="2"{dash}/>'


def _down(
    x: float, y: float, children: list[tuple[float, float]], *, at: float = 0.5, dashed: bool = False
) -> list[str]:
    """From the parents down to a bar, `at` which part of the way, and from the bar to each child."""
    if not children:
        return []
    bar = round(y + (children[0][1] - y) * at, 1)
    xs = [x, *(cx for cx, _cy in children)]
    lines = [_stroke(x, y, x, bar, dashed=dashed), _stroke(min(xs), bar, max(xs), bar, dashed=dashed)]
    return lines + [_stroke(cx, bar, cx, cy, dashed=dashed) for cx, cy in children]


def _symbol(node: _Node, x: float, y: float) -> str:
    half = _SIZE / 2
    look = f'fill="{"#fff7e6" if node.child else "#ffffff"}" stroke="{_LINE}" stroke-width="{4 if node.child else 2}"'
    if node.unborn:
        shape = f'<path d="M{x} {y - half} L{x + half} {y + half} L{x - half} {y + half} Z" {look}/>'
    elif node.sex is Sex.FEMALE:
        shape = f'<circle cx="{x}" cy="{y}" r="{half}" {look}/>'
    elif node.sex is Sex.MALE:
        shape = f'<rect x="{x - half}" y="{y - half}" width="{_SIZE}" height="{_SIZE}" {look}/>'
    else:
        shape = f'<path d="M{x} {y - half} L{x + half} {y} L{x} {y + half} L{x - half} {y} Z" {look}/>'
    if node.died:
        shape += _stroke(x - half, y - half, x + half, y + half) + _stroke(
            x + half, y - half, x - half, y + half
        )
    return shape + "".join(
        # The white edge keeps a name readable where a line passes behind it.
        f'<text x="{x}" y="{y + half + line}" text-anchor="middle" font-size="13" fill="#0b0c0c" stroke="#ffffff" '
        f'stroke-width="4" stroke-linejoin="round" paint-order="stroke">{escape(text)}</text>'
        for text, line in ((node.name, 16), (node.note, 31))
        if text
    )


def words(view: ChildView) -> list[str]:
    """The same in sentences: each who they are, whether they live with the child and hold parental responsibility."""
    lines = []
    for tie in view.ties_once:
        known = [] if tie.is_child else [_age(tie.age)]
        known += ["not born yet"] if tie.person.birth.unborn else []
        known += ["has died"] if tie.person.birth.died_on is not None else []
        so = ", ".join(part for part in known if part)
        lines.append(f"{tie.name}{f' ({so})' if so else ''}: {tie.said_as}.")
    of = {f"t{n}": tie for n, tie in enumerate(view.ties_once)}
    parents = [key for key, tie in of.items() if tie.kinship in PARENTS][:2]
    if _apart([of[p] for p in parents]):
        lines.append(f"{of[parents[0]].name} and {of[parents[1]].name} live apart.")
    for key, whose in _born_to(view, parents).items() if parents else ():
        if key == "child" or len(whose) == len(parents):
            continue
        if not whose:
            lines.append(f"It is not recorded here whose child {of[key].name} is.")
        else:
            other = next(p for p in parents if p not in whose)
            lines.append(
                f"{of[key].name} is {of[whose[0]].name}’s child, and is not recorded as {of[other].name}’s."
            )
    return lines
