"""Messages between call control and the SIP engine."""

from sipsorcery_web.calls.messages import SendLeg


def test_no_password_is_in_what_is_written_to_a_log() -> None:
    leg = SendLeg(transaction="1:2", uri="sip:a@b", username="alice", password="sesame")

    assert "sesame" not in repr(leg)
