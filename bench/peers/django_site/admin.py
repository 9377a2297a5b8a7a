"""The admin's list: what the portal's list shows, found by the same columns, 25 a page."""

from django.contrib import admin

from .models import SIPAccount


@admin.register(SIPAccount)
class SIPAccountAdmin(admin.ModelAdmin):
    """The list and the form of the accounts."""

    list_display = ("sip_username", "sip_domain", "owner", "out_dial_plan_name", "in_dial_plan_name", "inserted")
    search_fields = ("sip_username", "sip_domain", "owner")
    list_filter = ("is_user_disabled", "is_incoming_only")
    list_per_page = 25
