"""Fills the project's database with the portal's accounts: `python -m bench.peers.django_site.fill DATA_DIRECTORY`."""

import os
import sqlite3
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.django_site.settings")
django.setup()

from django.apps import apps  # noqa: E402 (Django has to be set up before its models are read)
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from tests.factories import PASSWORD  # noqa: E402

from . import TOKEN  # noqa: E402
from .models import SIPAccount  # noqa: E402


def fill(portal: Path) -> None:
    """Make the tables, the administrator, and the rows."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    if apps.is_installed("rest_framework.authtoken"):
        from rest_framework.authtoken.models import Token

        Token.objects.create(user=root, key=TOKEN)
    columns = ", ".join(field.column for field in SIPAccount._meta.fields)
    places = ", ".join("%s" for _ in SIPAccount._meta.fields)
    rows = sqlite3.connect(portal / "sipsorcery.db").execute(f"SELECT {columns} FROM sipaccounts")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {SIPAccount._meta.db_table} ({columns}) VALUES ({places})", rows.fetchall())


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
