from importlib import import_module

from django.db import migrations

# Beside an agreed date it counts when a duty was done: of one that is owed again, because what had met it never did,
# when it was done since.
_KEPT = import_module("sightline.procedures.migrations.0011_missed_stays").KEPT
_DONE = "WHERE e.duty_id = y.id AND e.act IN ('discharge', 'write up')"
_SINCE = """
                                   AND NOT EXISTS (SELECT FROM procedures_dutyevent a
                                                   WHERE a.duty_id = y.id AND a.act = 'owe again'
                                                     AND (a.at, a.id) > (e.at, e.id))"""
assert _DONE in _KEPT
KEPT = _KEPT.replace(_DONE, _DONE + _SINCE)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0013_kept_packs")]
    operations = [migrations.RunSQL(KEPT, _KEPT)]
