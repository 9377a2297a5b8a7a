"""The portal of the cast, whose log is read here."""

from tests.portal.conftest import genuine_services, harness, harness_with, harnesses, mysql_front

__all__ = ["genuine_services", "harness", "harness_with", "harnesses", "mysql_front"]
