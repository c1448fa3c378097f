"""Accessibility by axe, once for what has not been looked at before.

A journey comes back to the same few pages again and again, and axe takes longer than everything else on a page. What
a page is made of is written down as kinds: each element with what encloses it, its attributes and whether it holds
text, and the order of the headings. A page all of whose kinds were found without fault at this width is not asked
about again. Of any other, contrast, which takes axe two thirds of its time, is measured where something is new: what
stands where it was found right before, in the same classes within the same classes, has the same colours.

Axe is a script, and where none may run it never answers: of such a page it looks at a copy, as it was sent, in a
browser that may run axe and is given none of the page's own scripts.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route

#: Attributes whose value says what an element is to a screen reader; of all others it counts that they are there.
_KINDS = """fresh => {
  const told = new Set(["class", "role", "type", "lang", "hidden", "open", "disabled", "tabindex", "scope",
                        "autocomplete", "aria-hidden", "aria-expanded", "aria-current", "aria-live", "aria-invalid",
                        "aria-level"]);
  const points = new Set(["for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form"]);
  const known = new Map();
  const ids = {};
  for (const each of document.querySelectorAll("[id]")) ids[each.id] = (ids[each.id] || 0) + 1;
  const kinds = new Set();
  const sought = new Set(fresh);
  const found = [];
  for (const each of document.querySelectorAll("*")) {
    const said = [];
    for (const {name, value} of each.attributes) {
      if (told.has(name)) said.push(name + "=" + value);
      else if (points.has(name)) said.push(name + (value.split(/\\s+/).every(id => ids[id]) ? "" : " leads nowhere"));
      else if (name === "id") said.push(ids[value] > 1 ? "id twice" : "id");
      else said.push(name + (value.trim() ? "" : " empty"));
    }
    const text = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const own = each.localName + "[" + said.sort().join(" ") + "]" + (text ? " text" : "");
    const kind = (known.get(each.parentElement) || "") + ">" + own;
    known.set(each, kind);
    kinds.add(kind);
    if (sought.has(kind)) found.push(each);
  }
  if (fresh) return found;
  const headings = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(each => each.localName);
  kinds.add("headings " + headings.filter((each, at) => each !== headings[at - 1]).join(" "));
  return [...kinds];
}"""

#: What is wrong with the page as a whole, and with the contrast of the elements whose kinds are `fresh`.
_WRONG = """async fresh => {
  const sought = (KINDS)(fresh);
  const asked = {resultTypes: ["violations"]};
  const wrong = (await axe.run(document, {...asked, rules: {"color-contrast": {enabled: false}}})).violations;
  if (sought.length) {
    const contrast = {...asked, runOnly: {type: "rule", values: ["color-contrast"]}};
    wrong.push(...(await axe.run({include: sought}, contrast)).violations);
  }
  return wrong.map(each => `${each.id}: ${each.nodes.map(node => node.html.slice(0, 160)).join(" ")}`);
}""".replace("KINDS", _KINDS)

_AXE = Axe().axe_script

#: By width, and whether scripts run, the kinds that stood on pages without fault; kept for the process.
_faultless: dict[tuple[int, bool], set[str]] = {}


def violations(page: Page, bare: Page | None = None) -> list[str]:
    """What axe finds wrong with the page, in words; nothing where all that is on it has been found right before.

    `bare` is where a copy of the page can be looked at if no script may run on the page itself.
    """
    assert page.viewport_size is not None
    seen = _faultless.setdefault((page.viewport_size["width"], bare is None), set())
    kinds = set(page.evaluate(_KINDS))
    fresh = kinds - seen
    if not fresh:
        return []
    looked_at = page if bare is None else _copied(page, bare)
    looked_at.evaluate(_AXE)
    found: list[str] = looked_at.evaluate(_WRONG, sorted(fresh))
    if not found:
        seen |= kinds
    return found


def _copied(page: Page, bare: Page) -> Page:
    """The same page at the same address and width, where axe may run; what is for no scripts is seen as it is there."""
    assert page.viewport_size is not None
    content = page.content().replace("<noscript", "<div").replace("</noscript", "</div")
    bare.set_viewport_size(page.viewport_size)

    def answers(route: Route) -> None:
        route.fulfill(content_type="text/html; charset=utf-8", body=content)

    address = page.url.partition("#")[0]
    bare.route(address, answers)
    bare.goto(address)
    bare.unroute(address, answers)
    return bare
