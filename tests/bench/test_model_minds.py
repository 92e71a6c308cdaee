import pytest

from bench.model_minds import play_all
from bench.populations import drawn_setups
from negotiation.minds.calls import Verdict
from negotiation.violations import Violation
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.careless import HABITS, Careless
from tests.fake_llm.server import FakeLlm


@pytest.mark.parametrize("habit", HABITS)
async def test_rooms_of_a_model_that_knows_nothing_end_in_a_deal_wherever_one_is_possible(habit):
    with FakeLlm(Reply(text=Careless(habit))) as fake:
        played, tally = await play_all(drawn_setups(3, seed=5), fake.port, True, True)

    assert [room.is_deal for room in played] == [room.is_feasible for room in played]
    assert tally.verdicts[Verdict.OK] > 0
    refused = {Violation.REFUSED_PRICE, Violation.REFUSED_ACCEPTANCE} & tally.violations.keys()
    assert bool(refused) == (habit == "nonsense")


async def test_model_is_asked_for_the_seats_that_ask_alone():
    with FakeLlm(Reply(text=Careless("random"))) as fake:
        await play_all(drawn_setups(1, seed=5), fake.port, False, False)

    assert fake.chats == []
