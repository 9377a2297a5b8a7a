"""Fixtures that the tests of this folder share."""

from tests.database.conftest import postgres_url  # noqa: F401 (a fixture)
from tests.portal_process import portal_process  # noqa: F401 (a fixture)
