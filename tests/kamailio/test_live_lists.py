"""The writes of real Kamailio, and the revision numbers that they raise."""

from collections.abc import Callable

from tests.factories import DOMAIN
from tests.revisions import raised

from .harness import KamailioHarness, eventually
from .user_agent import UserAgent

MakeAgent = Callable[..., UserAgent]


def test_a_phone_raises_its_owners_number_when_it_comes_and_goes_and_not_when_it_renews(
    harness: KamailioHarness, agent: MakeAgent
) -> None:
    phone, database = agent("alice", "renewing"), harness.kamailio.database
    with raised(database) as coming:
        phone.registers()
    with raised(database) as renewing:
        for _ in range(3):
            phone.registers()
    with raised(database) as lasting_longer:
        phone.registers(expires=900)
    with raised(database) as going:
        phone.registers(expires=0)
    assert coming == lasting_longer == going == {"owner:alice", "*"}
    assert renewing == set()


def test_a_call_raises_the_numbers_of_both_owners_when_it_begins_and_when_it_ends(
    harness: KamailioHarness, agent: MakeAgent
) -> None:
    hers, his, database = agent("alice", "hers-live"), agent("bobby", "his-live"), harness.kamailio.database
    his.registers()

    with raised(database) as beginning:
        hers.starts_a_call(f"his-live@{DOMAIN}")
        his.answers(his.hears("INVITE"))
        answer = hers.hears("INVITE", 200)
        leg = hers.leg(answer)
        leg.acknowledges(answer)
        assert eventually(lambda: harness.legs("bobby", "his-live"))
    with raised(database) as ending:
        leg.says("BYE")
        his.replies(his.hears("BYE"), 200)
        assert eventually(lambda: not harness.legs("bobby", "his-live"))

    assert beginning == ending == {"owner:alice", "owner:bobby", "*"}
