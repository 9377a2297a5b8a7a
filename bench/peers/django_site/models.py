"""A model with the columns of the portal's table of SIP accounts."""

from typing import Any

from django.db import models
from sqlalchemy import Boolean, DateTime, Text, Uuid

from sipsorcery_web.database.base import UtcDateTime
from sipsorcery_web.service.store.models import SIPAccountRow


def _field(column: Any) -> Any:
    kind, nullable = column.type, {"null": bool(column.nullable), "blank": bool(column.nullable)}
    if isinstance(kind, Uuid):
        return models.UUIDField(primary_key=column.primary_key)
    if isinstance(kind, Boolean):
        return models.BooleanField(default=False)
    if isinstance(kind, UtcDateTime | DateTime):
        return models.DateTimeField(**nullable)
    if isinstance(kind, Text):
        return models.TextField(**nullable)
    return models.CharField(max_length=getattr(kind, "length", None) or 128, **nullable)


class _Meta:
    app_label = "django_site"
    ordering = ("sip_username",)
    unique_together = (("sip_username", "sip_domain"),)
    indexes = (models.Index(fields=["owner", "sip_username", "id"], name="owner_name_id"),)


_columns: dict[str, Any] = {column.name: _field(column) for column in SIPAccountRow.__table__.columns}
SIPAccount: Any = type(
    "SIPAccount",
    (models.Model,),
    {"__module__": __name__, "Meta": _Meta, "__str__": lambda self: self.sip_username} | _columns,
)
