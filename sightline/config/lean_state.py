"""Migrations from nothing, in seconds rather than a minute.

While it migrates, Django keeps a rendering of every model as it stood at that step, and renders a model again, with
everything related to it, whenever anything about it changes. Here everything is related to everything by way of the
folder, so that each of several hundred small steps rendered the whole house. Most steps need less. An index, a
constraint or a trigger is put on by statements that come from the step itself: nothing is rendered. A model that is
new, or has got another column, or lost one that points nowhere, is rendered alone: the tables that it points to are
found by their names, which have not changed; so is one of which a column that points somewhere was changed or lost. A
step that runs Python gets a fresh rendering from Django as soon as it asks for a model, as it does after its own
delayed ones. Other people's models are rendered as Django would.

What was kept is copied for every step as well. Here it is copied as it is: Django looks through all of it again, takes
each column apart and puts it together, and asks all models for each whether it may be swapped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from functools import cache
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db.migrations.operations import RunPython
from django.db.migrations.state import AppConfigStub, ModelState, ProjectState, StateApps
from django.db.models import NOT_PROVIDED, Field
from django.utils.functional import cached_property
from pgtrigger.migrations import AddTrigger

OURS = frozenset(config.label for config in apps.get_app_configs() if config.name.startswith("sightline."))

_djangos_add_model = ProjectState.add_model
_djangos_append_option = ProjectState._append_option  # type: ignore[attr-defined]
_djangos_add_field = ProjectState.add_field
_djangos_alter_field = ProjectState.alter_field
_djangos_remove_field = ProjectState.remove_field
_djangos_reload_model = ProjectState.reload_model
_djangos_clone_of_field = Field.clone
_djangos_swappable: Any = Apps.get_swappable_settings_name


def install() -> None:
    """Have this process migrate so. Nothing else uses what is replaced."""
    ProjectState.add_model = _add_model  # type: ignore[assignment,method-assign]
    ProjectState._append_option = _append_option  # type: ignore[attr-defined]
    ProjectState.add_field = _add_field  # type: ignore[assignment,method-assign]
    ProjectState.reload_model = _reload_model  # type: ignore[assignment,method-assign]
    ProjectState.alter_field = _alter_field  # type: ignore[assignment,method-assign]
    ProjectState.remove_field = _remove_field  # type: ignore[assignment,method-assign]
    AddTrigger.state_forwards = _add_trigger  # type: ignore[assignment,method-assign]
    RunPython.database_forwards = _run_python  # type: ignore[assignment,method-assign]
    ModelState.clone = _clone_of_model  # type: ignore[assignment,method-assign]
    StateApps.clone = _clone_of_apps  # type: ignore[assignment,method-assign]
    Field.clone = _clone_of_field  # type: ignore[assignment,method-assign]
    Apps.get_swappable_settings_name = _kept_for_good(_djangos_swappable.__wrapped__)  # type: ignore[method-assign]


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


#: Whether what is changed now is rendered alone, whatever Django says.
_alone = [False]


@contextmanager
def _rendered_alone(field: Any) -> Iterator[None]:
    """Other models need not know of it: nothing points to what is neither a key nor a table of its own."""
    _alone.append(not field.primary_key and not field.many_to_many)
    try:
        yield
    finally:
        _alone.pop()


def _alter_field(
    state: Any, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool
) -> None:
    with _rendered_alone(field):
        _djangos_alter_field(state, app_label, model_name, name, field, preserve_default)


def _remove_field(state: Any, app_label: str, model_name: str, name: str) -> None:
    with _rendered_alone(state.models[app_label, model_name].fields[name]):
        _djangos_remove_field(state, app_label, model_name, name)


def _reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
    """`delay` is Django's word for a change that nothing points to."""
    if app_label not in OURS or not (delay or _alone[-1]):
        _djangos_reload_model(state, app_label, model_name, delay)
    elif "apps" in state.__dict__:
        state.is_delayed = True
        with state.apps.bulk_update():
            state.apps.unregister_model(app_label, model_name)
        state.apps.render_multiple([state.models[app_label, model_name]])


def _add_trigger(step: AddTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, step.model_name].options
    options["triggers"] = [*options.get("triggers", []), step.trigger]


class _Asked:
    """The models of a state for a step that runs Python, rendered when the first is asked for."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def __getattr__(self, name: str) -> Any:
        self._state.clear_delayed_apps_cache()
        return getattr(self._state.apps, name)


def _run_python(step: RunPython, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
    # There is one database.
    models: Any = _Asked(from_state)
    step.code(models, schema_editor)


def _clone_of_model(model: ModelState) -> ModelState:
    """As Django's, without looking again through what was looked through when it was made."""
    found = copy(model)
    found.fields = dict(model.fields)
    found.options = dict(model.options)
    found.managers = list(model.managers)
    return found


def _clone_of_apps(models: Any) -> Any:
    """As Django's: classes are not copied, only which there are."""
    found: Any = StateApps([], {})
    found.all_models = defaultdict(dict, {label: dict(of) for label, of in models.all_models.items()})
    for label in models.app_configs:
        config: Any = AppConfigStub(label)
        config.apps = found
        config.import_models()
        found.app_configs[label] = config
    found.real_models = models.real_models
    return found


@cache
def _worked_out(kind: Any) -> frozenset[str]:
    """What a kind of column works out about itself and keeps."""
    return frozenset(
        name
        for each in kind.__mro__
        for name, value in vars(each).items()
        if isinstance(value, cached_property)
    )


def _clone_of_field(field: Any) -> Any:
    """A copy of a column that belongs to no model yet, without what it worked out about itself; else Django's."""
    if hasattr(field, "model") or field.many_to_many:
        return _djangos_clone_of_field(field)
    found = deepcopy(field)
    kind: Any = type(found)
    for name in _worked_out(kind) & found.__dict__.keys():
        del found.__dict__[name]
    # Columns stand in the order in which they were made.
    found.creation_counter = Field.creation_counter
    Field.creation_counter += 1
    return found


def _kept_for_good(ask: Any) -> Any:
    """Which models may be swapped does not change while it migrates: no clearing of caches forgets it."""
    found: Any = cache(ask)
    found.cache_clear = lambda: None
    return found
