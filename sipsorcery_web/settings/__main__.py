"""Prints the settings as README has them: `python -m sipsorcery_web.settings`."""

import sys

from . import settings_table

sys.stdout.write(settings_table())
