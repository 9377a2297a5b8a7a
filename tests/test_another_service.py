"""The addresses of another service and of its notifications: what is taken, and what stops the start in a sentence."""

import re

import pytest

from sipsorcery_web.settings import SettingError, Settings

from .test_settings import read


@pytest.mark.parametrize(
    "url",
    [
        "https://www.sipsorcery.com/provisioning.svc",
        "http://127.0.0.1:8080/provisioning.svc",
        "http://localhost/provisioning.svc",
        "http://[::1]:8080/provisioning.svc",
    ],
)
def test_a_service_behind_tls_or_on_this_machine_is_taken(url: str) -> None:
    settings = read(PROVISIONING_URL=url)
    settings.check_backend()

    assert not settings.embedded


def test_a_service_across_the_network_in_clear_is_taken_only_on_purpose() -> None:
    url = "http://sip.example.org/provisioning.svc"

    with pytest.raises(SettingError, match="passwords would cross the network readable"):
        read(PROVISIONING_URL=url).check_backend()
    read(PROVISIONING_URL=url, ALLOW_INSECURE_BACKEND="1").check_backend()


@pytest.mark.parametrize(
    "url", ["provisioning.svc", "ftp://sip.example.org/", "https:///provisioning.svc", "file:///etc/passwd"]
)
def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="must be an http or https address"):
        read(PROVISIONING_URL=url, ALLOW_INSECURE_BACKEND="1").check_backend()


def test_without_another_service_there_is_nothing_to_check() -> None:
    Settings().check_backend()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("notificationspull.svc", "SIPSORCERY_NOTIFICATIONS_URL must be an http or https address."),
        ("ftp://sip.example.org/", "SIPSORCERY_NOTIFICATIONS_URL must be an http or https address."),
        ("https://", "SIPSORCERY_NOTIFICATIONS_URL must be an http or https address."),
        ("https://[::1", "SIPSORCERY_NOTIFICATIONS_URL must be an http or https address."),
        ("https://sip.example.org:99999/", "SIPSORCERY_NOTIFICATIONS_URL must be an http or https address."),
        ("http://sip.example.org/n.svc", "so tokens would cross the network readable."),
    ],
)
def test_an_odd_address_of_notifications_stops_the_start(url: str, sentence: str) -> None:
    settings = read(PROVISIONING_URL="https://sip.example.org/provisioning.svc", NOTIFICATIONS_URL=url)
    with pytest.raises(SettingError, match=re.escape(sentence)):
        settings.check_backend()


def test_the_address_of_notifications_belongs_to_another_service() -> None:
    with pytest.raises(SettingError, match="SIPSORCERY_NOTIFICATIONS_URL needs SIPSORCERY_PROVISIONING_URL"):
        read(NOTIFICATIONS_URL="https://sip.example.org/notificationspull.svc").check_backend()


def test_notifications_behind_tls_or_on_this_machine_are_taken() -> None:
    for url in ("https://sip.example.org/notificationspull.svc", "http://127.0.0.1:8081/notificationspull.svc"):
        read(PROVISIONING_URL="https://sip.example.org/provisioning.svc", NOTIFICATIONS_URL=url).check_backend()
