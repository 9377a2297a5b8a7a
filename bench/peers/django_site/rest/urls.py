"""The address of the list, and one that says that the project is there."""

from django.http import HttpResponse
from django.urls import path

from .accounts import SIPAccounts

urlpatterns = [path("api/sip-accounts/", SIPAccounts.as_view()), path("ready", lambda _request: HttpResponse("ready"))]
