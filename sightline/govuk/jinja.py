"""The Jinja environment of every page: the design system's macros, static files, links, words, fields."""

from __future__ import annotations

from typing import Any

import jinja2
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

from . import forms, macros, words
from .colour import OWN_COLOUR


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route; NoReverseMatch when there is none."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def here(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some query parameters changed; None takes one away. For sorting and paging."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


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
    env = Environment(**options)  # noqa: S701 - autoescape is on: the backend's default, and ours above

    def field_render(bound: BoundField, **changes: Any) -> Markup:
        """A form's field with label, hint, error and input; `changes` overrides parameters of the macro."""
        macro, params = macros.parameters(bound, reveal=field_render)
        params.update(changes)
        module: Any = env.get_template("govuk/fields.html").module
        shown: Markup = getattr(module, macro)(params)
        return shown.strip()

    def form_render(form: BaseForm) -> Markup:
        """All the fields of a form in order; those that a choice reveals stand inside that choice."""
        inside = forms.revealed_names(form)
        shown = [field_render(form[name]) for name in form.fields if name not in inside]
        return Markup("\n").join(shown)

    env.globals.update(
        static=static,
        url=url,
        here=here,
        field_render=field_render,
        form_render=form_render,
        error_items=forms.error_items,
        own_colour=OWN_COLOUR,
    )
    env.filters.update(
        day=words.day,
        date_only=words.date_only,
        short_day=words.short_day,
        moment=words.moment,
        short_moment=words.short_moment,
        clock=words.clock,
        ago=words.ago,
        age=words.age,
        span=words.span,
        plural=words.plural,
        listed=words.listed,
        paragraphs=words.paragraphs,
    )
    return env
