from django.contrib.postgres.operations import (
    BtreeGistExtension,
    CreateExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

# Each reads one setting of the transaction; an unset or empty one is nobody.
FUNCTIONS = """
CREATE FUNCTION kernel_viewer() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('sightline.viewer', true), '') $$;
CREATE FUNCTION kernel_practitioner() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN current_setting('sightline.viewer', true) = 'practitioner'
             THEN nullif(current_setting('sightline.practitioner', true), '')::uuid END $$;
CREATE FUNCTION kernel_job() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN current_setting('sightline.viewer', true) = 'job'
             THEN coalesce(current_setting('sightline.job', true), '') ELSE '' END $$;
CREATE FUNCTION kernel_public_reference() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN current_setting('sightline.viewer', true) = 'public'
             THEN coalesce(current_setting('sightline.reference', true), '') ELSE '' END $$;
CREATE FUNCTION kernel_public_secret() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN current_setting('sightline.viewer', true) = 'public'
             THEN coalesce(current_setting('sightline.secret', true), '') ELSE '' END $$;
"""
BACK = """
DROP FUNCTION kernel_viewer(); DROP FUNCTION kernel_practitioner(); DROP FUNCTION kernel_job();
DROP FUNCTION kernel_public_reference(); DROP FUNCTION kernel_public_secret();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
