"""Migrations give the very database that the models say: the tests' own is made from the models, in a tenth of the time."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
# Django's own migrations and models do not agree on the size of a key of its table `auth_group_permissions`.
_READ = {
    "sqlite": [
        "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'"
        " AND tbl_name NOT IN ('django_migrations', 'sqlite_sequence')",
        "SELECT 'trigger ' || name, '' FROM sqlite_master WHERE type = 'trigger'",
    ],
    "postgresql": [
        "SELECT 'column ' || table_name || '.' || column_name,"
        " data_type || ' ' || coalesce(character_maximum_length, numeric_precision, 0) || ' ' || is_nullable"
        " || ' ' || is_identity || ' ' || coalesce(column_default, '')"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name NOT IN ('django_migrations', 'auth_group_permissions')",
        "SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 't'"
        " AND conrelid::regclass::text <> 'django_migrations'",
        "SELECT 'index ' || indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename <> 'django_migrations'",
        "SELECT 'trigger ' || tgrelid::regclass || '.' || tgname, '' FROM pg_trigger WHERE NOT tgisinternal",
    ],
}


def parts(sql):
    """Return what stands between the outer parentheses of a CREATE TABLE, in no order: a column added later comes last."""
    inside = sql[sql.index("(") + 1 : sql.rindex(")")]
    pieces, depth, start = [], 0, 0
    for at, char in enumerate(inside):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            pieces.append(inside[start:at])
            start = at + 1
    return sorted(re.sub(r"\s+", " ", piece).strip() for piece in [*pieces, inside[start:]])


def described(read):
    """Return each table, index, constraint and trigger by name with what it says; `read` runs one query."""
    rows = [row for query in _READ[connection.vendor] for row in read(query)]
    return {
        name: parts(said) if said.lstrip().upper().startswith("CREATE TABLE") else said for name, said in rows
    }


def ours(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


_DESCRIBE = """import json, sys
import django; django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
found = []
for query in json.load(sys.stdin):
    with connection.cursor() as cursor:
        cursor.execute(query)
        found.append([list(row) for row in cursor.fetchall()])
print(json.dumps(found))"""


@pytest.fixture
def empty_database(tmp_path):
    """Give the address of a database without any table, beside the tests' own."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'vide.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_migrated"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db
def test_migrations_give_the_database_that_the_models_say(empty_database, tmp_path):
    migrated = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _DESCRIBE],
        input=json.dumps(_READ[connection.vendor]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": empty_database,
            "VAR_DIR": str(tmp_path),
            "DEMO": "1",
            "SECRET_KEY": "x" * 60,
            "DJANGO_SETTINGS_MODULE": "alliance.settings",
        },
        check=True,
    )
    answers = dict(zip(_READ[connection.vendor], json.loads(migrated.stdout), strict=True))
    given, wanted = described(answers.__getitem__), described(ours)
    assert len(wanted) > 200
    assert {name: given.get(name) for name in wanted} == wanted
    assert set(given) == set(wanted)
