"""The list of a customer's accounts, 25 a page, by cursors as in the portal, which spare the count of all."""

from typing import Any

from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.serializers import ModelSerializer

from bench.data.contents import FIRST

from ..models import SIPAccount


class SIPAccountSerializer(ModelSerializer):
    """An account without what is sealed."""

    class Meta:
        model = SIPAccount
        exclude = ("sealed_sip_password", "sealed_ha1_md5", "sealed_ha1_sha256")


class ByName(CursorPagination):
    """Pages in the order of names."""

    page_size = 25
    ordering = ("sip_username", "id")


class SIPAccounts(ListAPIView):
    """The accounts of the first customer."""

    serializer_class = SIPAccountSerializer
    pagination_class = ByName

    def get_queryset(self) -> Any:
        """Return the accounts of the customer."""
        return SIPAccount.objects.filter(owner=FIRST)
