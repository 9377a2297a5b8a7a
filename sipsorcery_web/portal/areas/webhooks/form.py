"""The form of a webhook."""

from typing import Any

from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.ui.forms import Form, checkbox, text
from sipsorcery_web.webhooks.addresses import UnfitAddress
from sipsorcery_web.webhooks.keeping import Webhook, WebhookKeeping

from .words import KINDS


class NewWebhookForm(Form):
    """An address, and the kinds of events that are posted to it."""

    url = text("Address")
    kinds = SelectMultipleField("Events", choices=[], validate_choice=False)

    named_by = "url"
    outcome = "No webhook was made."

    def validate_url(self, field: Any) -> None:
        """Refuse an address that nothing is posted to."""
        try:
            part(WebhookKeeping).addresses.check(field.data or "")
        except UnfitAddress as why:
            raise ValidationError(str(why)) from None

    def validate_kinds(self, field: Any) -> None:
        """Refuse a webhook for nothing, and for what there is not."""
        if not field.data or not set(field.data) <= set(KINDS):
            raise ValidationError("Tick at least one.")


class WebhookForm(NewWebhookForm):
    """The same of a webhook that is there, which can be switched off."""

    is_on = checkbox("Post events to it")

    outcome = "Nothing was saved yet."


def values_of(webhook: Webhook) -> dict[str, Any]:
    """Return what the form of a webhook shows."""
    return {"url": webhook.url, "kinds": list(webhook.kinds), "is_on": webhook.is_on}
