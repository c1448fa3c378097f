"""Migrations from nothing, in seconds rather than a minute.

While it migrates, Django keeps a rendering of every model as it stood at that step, and renders a model again, with
everything related to it, whenever anything about it changes. Here everything is related to everything by way of the
folder, so that each of several hundred small steps rendered the whole house. Most steps need less. An index, a
constraint or a trigger is put on by statements that come from the step itself: nothing is rendered. A model that is
new, or has got another column, or lost one that points nowhere, is rendered alone: the tables that it points to are
found by their names, which have not changed. A step that runs Python gets a fresh rendering from Django, as it does
after its own delayed ones. Other people's models are rendered as Django would.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED
from pgtrigger.migrations import AddTrigger

OURS = frozenset(config.label for config in apps.get_app_configs() if config.name.startswith("sightline."))

_djangos_add_model = ProjectState.add_model
_djangos_append_option = ProjectState._append_option  # type: ignore[attr-defined]
_djangos_add_field = ProjectState.add_field
_djangos_reload_model = ProjectState.reload_model


def install() -> None:
    """Have this process migrate so. Nothing else uses what is replaced."""
    ProjectState.add_model = _add_model  # type: ignore[assignment,method-assign]
    ProjectState._append_option = _append_option  # type: ignore[attr-defined]
    ProjectState.add_field = _add_field  # type: ignore[assignment,method-assign]
    ProjectState.reload_model = _reload_model  # type: ignore[assignment,method-assign]
    AddTrigger.state_forwards = _add_trigger  # type: ignore[assignment,method-assign]


def _add_model(state: Any, model_state: ModelState) -> None:
    if model_state.app_label not in OURS:
        _djangos_add_model(state, model_state)
        return
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model_state])


def _append_option(state: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    if app_label not in OURS:
        _djangos_append_option(state, app_label, model_name, option_name, obj)
        return
    options = state.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]


def _add_field(
    state: Any, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool
) -> None:
    if app_label not in OURS:
        _djangos_add_field(state, app_label, model_name, name, field, preserve_default)
        return
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    state.models[key].fields[name] = field
    if state._relations is not None:
        state.resolve_model_field_relations(key, name, field)
    state.reload_model(*key, delay=True)


def _reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
    """`delay` is Django's word for a change that nothing points to."""
    if app_label not in OURS or not delay:
        _djangos_reload_model(state, app_label, model_name, delay)
    elif "apps" in state.__dict__:
        state.is_delayed = True
        with state.apps.bulk_update():
            state.apps.unregister_model(app_label, model_name)
        state.apps.render_multiple([state.models[app_label, model_name]])


def _add_trigger(step: AddTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, step.model_name].options
    options["triggers"] = [*options.get("triggers", []), step.trigger]
