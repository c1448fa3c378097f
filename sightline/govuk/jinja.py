"""The Jinja environment of every page: the design system's macros, static files, links, words, fields."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import jinja2
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

from . import forms, macros, words
from .addresses import address
from .colour import OWN_COLOUR

#: So many fields that nobody has answered yet are kept as they were shown; one takes some 2 kB.
KEPT_FIELDS = 1_000


def here(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some query parameters changed; None takes one away. For sorting and paging."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


class Pages(Environment):
    """Looks into mappings without first asking them for an attribute that they do not have.

    A cell of a table or what a macro is given is a mapping of few keys, and most of what is asked of it is not there:
    each such question raised two errors and made an object that says so. What a mapping answers is as before.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.missing: dict[str, jinja2.Undefined] = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is not dict or attribute in _OF_EVERY_MAPPING:
            return super().getattr(obj, attribute)
        try:
            return obj[attribute]
        except KeyError:
            found = self.missing.get(attribute)
            if found is None:
                # The names that templates ask for, so there is an end to them.
                found = self.missing[attribute] = self.undefined(name=attribute)
            return found


_OF_EVERY_MAPPING = frozenset(dir(dict))


def environment(**options: Any) -> Environment:
    """What the `environment` option of Django's Jinja2 backend names; gets its loader and flags from it.

    The macros of govuk-frontend-jinja ask for keys that are not there, so an undefined name is falsy here
    also while debugging.
    """
    own = options.pop("loader", None)
    design_system = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    options["loader"] = ChoiceLoader([own, design_system]) if own else design_system
    options["undefined"] = jinja2.Undefined
    options.setdefault("autoescape", True)
    options.setdefault("extensions", ["jinja2.ext.do"])
    env = Pages(**options)

    kept = _Kept(KEPT_FIELDS)

    def field_render(bound: BoundField, **changes: Any) -> Markup:
        """A form's field with label, hint, error and input; `changes` overrides parameters of the macro."""
        macro, params = macros.parameters(bound, reveal=field_render)
        params.update(changes)
        # The macros do much for little: an empty field is asked of them once. What was typed is never kept.
        key = f"{macro} {params!r}" if _is_empty(bound) else ""
        shown = kept.get(key) if key else None
        if shown is None:
            module: Any = env.get_template("govuk/fields.html").module
            made: Markup = getattr(module, macro)(params)
            shown = made.strip()
            if key and " at 0x" not in key:
                kept.keep(key, shown)
        return shown

    def form_render(form: BaseForm) -> Markup:
        """All the fields of a form in order; those that a choice reveals stand inside that choice."""
        inside = forms.revealed_names(form)
        shown = [field_render(form[name]) for name in form.fields if name not in inside]
        return Markup("\n").join(shown)

    env.globals.update(
        static=static,
        url=address,
        here=here,
        field_render=field_render,
        form_render=form_render,
        error_items=forms.error_items,
        own_colour=OWN_COLOUR,
    )
    env.filters.update(
        day=words.day,
        date_only=words.date_only,
        iso_day=words.iso_day,
        short_day=words.short_day,
        moment=words.moment,
        by_when=words.by_when,
        short_moment=words.short_moment,
        clock=words.clock,
        ago=words.ago,
        age=words.age,
        span=words.span,
        plural=words.plural,
        listed=words.listed,
        paragraphs=words.paragraphs,
        browser=words.browser,
    )
    return env


def _is_empty(bound: BoundField) -> bool:
    """Whether a field shows no answer and no mistake, and reveals no other field that might."""
    value = bound.value()
    if isinstance(value, (list, tuple)):
        value = any(value)
    reveals = any(option.reveals for option in getattr(bound.field, "options", ()))
    return not (value or bound.errors or reveals)


class _Kept:
    """What was shown, by what it was made of; the one not asked for longest goes when there are too many."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[str, Markup] = OrderedDict()
        self.lock = Lock()

    def get(self, key: str) -> Markup | None:
        with self.lock:
            if found := self.kept.get(key):
                self.kept.move_to_end(key)
            return found

    def keep(self, key: str, shown: Markup) -> None:
        with self.lock:
            self.kept[key] = shown
            if len(self.kept) > self.most:
                self.kept.popitem(last=False)
