"""Every page does without scripts: what can be pressed is a link that leads somewhere or stands in a form that is sent.

Scripts add only what is hidden until they run. Passkeys alone need one: the browser has no other way to ask for them.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.urls import Resolver404, resolve

#: The sign-in's pages that ask the browser for a passkey; where there is another way, it stands beside.
PASSKEYS = {
    "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_add_webauthn", "account_login",
}  # fmt: skip
VOID = {"input", "img", "br", "hr", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
TYPED = ("input", "select", "textarea")


class WithoutScripts(HTMLParser):
    """What of a page works only by a script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self._stack: list[tuple[str, dict[str, str | None]]] = []
        self._forms: list[dict[str, str | None]] = []
        self._sends: list[bool] = []
        #: Controls that name the form which they are part of, and what sends it.
        self._of: list[tuple[str, str, bool]] = []
        self._named: dict[str, int] = {}
        self.feed(page)
        for form, what, sends in self._of:
            if form not in self._named:
                self.wrong.append(f"{what} belongs to the form {form}, which is not there")
            elif sends:
                self._sends[self._named[form]] = True
        self.wrong += [
            f"the form to {form.get('action') or 'this page'} has nothing that sends it"
            for form, sends in zip(self._forms, self._sends, strict=True)
            if not sends
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        hidden = "hidden" in given or any("hidden" in above for _tag, above in self._stack)
        if tag == "form":
            self._forms.append(given)
            self._sends.append(False)
            if given.get("id"):
                self._named[str(given["id"])] = len(self._forms) - 1
        if tag not in VOID:
            self._stack.append((tag, given))
        if not hidden:
            self._look_at(tag, given)

    def _look_at(self, tag: str, given: dict[str, str | None]) -> None:
        what = f"<{tag} {given.get('name') or given.get('id') or given.get('class') or ''}>"
        kind = given.get("type") or ("submit" if tag == "button" else "text")
        if tag == "a":
            href = given.get("href")
            if not href or href == "#" or href.startswith("javascript:"):
                self.wrong.append(f"{what} leads nowhere")
            else:
                self.links.append(href)
        sends = (tag == "button" and kind == "submit") or (tag == "input" and kind in ("submit", "image"))
        if tag == "button" and kind == "button":
            self.wrong.append(f"{what} does something by a script alone, and is shown without it")
        elif sends or (tag in TYPED and given.get("name")):
            if given.get("form"):
                self._of.append((str(given["form"]), what, sends))
            elif not any(above == "form" for above, _attrs in self._stack):
                self.wrong.append(f"{what} stands in no form")
            elif sends:
                self._sends[-1] = True
        if {"hx-get", "hx-post", "data-hx-get", "data-hx-post"} & set(given) and not (
            given.get("href") or tag == "form" or sends or "every" in (given.get("hx-trigger") or "")
        ):
            self.wrong.append(f"{what} is asked for by a script alone")

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            above, _attrs = self._stack.pop()
            if above == tag:
                break


def is_not_there(link: str, page: str, ids: set[str]) -> bool:
    """Whether a link leads to no page of ours, or to no place on its own."""
    url, _, place = urljoin(page, link).partition("#")
    if place and url == urljoin(page, ""):
        return place not in ids
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return False
    try:
        resolve(parts.path)
    except Resolver404:
        return not parts.path.startswith("/static/")
    return False


def needing_scripts(name: str, path: str, response: HttpResponse) -> list[str]:
    """What of the page of a route, shown at this address, works by a script alone, in words."""
    found = WithoutScripts(response.content.decode())
    dead = [f"{link} leads nowhere" for link in found.links if is_not_there(link, path, found.ids)]
    return dead if name in PASSKEYS else found.wrong + dead
