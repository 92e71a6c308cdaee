import pytest

from marketplace.models import Seller, Session
from negotiation.arena.running import tend
from negotiation.branching import Changes, branch
from negotiation.models import NegotiationRun, Participant
from tests.arenas import an_arena

pytestmark = pytest.mark.django_db


def test_what_if_of_an_arenas_room_has_its_minds_and_is_no_part_of_the_arena(play):
    an_arena(buyers=("linear",), sellers=("boulware(exponent=4)",))
    tend()
    run = NegotiationRun.objects.get()
    play(str(run.code), until_seq=12)

    made = branch(run.code, 1, Changes(), is_queued=False)

    session = Session.objects.get(runs=made)
    assert (session.is_arena, session.is_what_if, session.buyer_mind) == (False, True, "linear")
    assert set(Participant.objects.filter(run=made).values_list("mind", flat=True)) == {"boulware(exponent=4)"}
    assert set(Seller.objects.filter(session=session).values_list("mind", flat=True)) == {"strategy"}
