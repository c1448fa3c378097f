from importlib import import_module

from django.db import migrations

# One typed word may also be a reference, and the general way is gone where there is such a reference. It was asked of all
# records, so that which way a search went told, by its time, of a reference in a record that is hidden from whoever
# searches. What is hidden, or confidential, now counts there as it does everywhere else: not at all.
_BEFORE = """JOIN matching_searchkey k ON k.kind = e ->> 'kind' AND k.value = e ->> 'value')
               AND jsonb_array_length"""
_AFTER = """JOIN matching_searchkey k ON k.kind = e ->> 'kind' AND k.value = e ->> 'value'
                               WHERE (NOT k.confidential OR confidential_too)
                                 AND k.folder_id NOT IN (SELECT unnest(hidden)))
               AND jsonb_array_length"""
AS_BEFORE: str = import_module("sightline.matching.migrations.0003_names_alone").CANDIDATES
if _BEFORE not in AS_BEFORE:
    raise ValueError("the search no longer asks for typed references")
CANDIDATES = AS_BEFORE.replace(_BEFORE, _AFTER)


class Migration(migrations.Migration):
    dependencies = [("matching", "0005_references")]
    operations = [migrations.RunSQL(CANDIDATES, AS_BEFORE)]
