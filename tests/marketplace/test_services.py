from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace import services
from marketplace.errors import InvalidRequest, TooManySellers
from marketplace.models import Seller, SellerInventory, Session
from marketplace.schemas import InitializeIn
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun, Participant
from tests import bodies

pytestmark = pytest.mark.django_db


def request(**changes):
    return InitializeIn.model_validate(bodies.session(**changes)).to_request()


def statuses():
    return list(NegotiationRun.objects.order_by("id").values_list("status", flat=True))


@pytest.fixture
def standing_seller():
    seller = Seller.objects.create(name="Standing")
    seller.inventory.create(
        item_id="laptop_hp_15", item_name="HP", quantity_available=60, cost_price=1, least_price=500, selling_price=600
    )
    return seller


def test_participants_keep_the_terms_of_the_day_they_were_invited():
    services.create_session(request())

    SellerInventory.objects.update(selling_price=999)

    assert set(Participant.objects.values_list("selling_price", flat=True)) == {Decimal(650), Decimal(640)}


def test_too_many_sellers_store_nothing():
    wanted = request(sellers=[bodies.seller(f"Seller {number}") for number in range(11)])

    with pytest.raises(TooManySellers):
        services.create_session(wanted)

    assert not Session.objects.exists()


def test_standing_seller_that_is_not_there_is_named(standing_seller):
    standing_seller.delete()
    wanted = replace(request(), standing_seller_codes=(standing_seller.code,))

    with pytest.raises(InvalidRequest) as refused:
        services.create_session(wanted)

    assert [problem.field for problem in refused.value.problems] == ["standing_sellers"]


def test_seller_of_another_session_is_no_standing_seller():
    other = services.create_session(request())
    wanted = replace(request(), standing_seller_codes=(other.sellers.first().code,))

    with pytest.raises(InvalidRequest):
        services.create_session(wanted)


def test_reserved_units_are_not_offered_again(standing_seller):
    standing_seller.inventory.update(quantity_reserved=11)

    services.create_session(request(sellers=[], use_standing_sellers=True))

    assert statuses() == [RoomStatus.NO_SELLERS]


def test_start_session_starts_the_rooms_that_wait():
    items = [bodies.item(), bodies.item(item_id="moon")]
    session = services.create_session(request(buyer=bodies.buyer(*items)))

    started = services.start_session(session)

    assert (started, statuses()) == (1, [RoomStatus.QUEUED, RoomStatus.NO_SELLERS])


def test_session_started_twice_starts_nothing_more():
    session = services.create_session(request())
    services.start_session(session)

    assert services.start_session(session) == 0


def test_clone_asks_for_the_same_again(standing_seller):
    session = services.create_session(request(use_standing_sellers=True, name="Autumn", currency="EUR"))

    clone = services.clone_session(session)

    columns = ("seller__name", "cost_price", "least_price", "selling_price", "stock", "priority", "mind")
    first, second = (list(Participant.objects.filter(run__session=s).values_list(*columns)) for s in (session, clone))
    assert first == second
    assert (clone.name, clone.currency, clone.seed, clone.max_rounds) == ("Autumn", "EUR", 7, 3)
    assert statuses() == [RoomStatus.PENDING, RoomStatus.PENDING]


def test_clone_is_without_standing_sellers_that_have_retired(standing_seller):
    session = services.create_session(request(use_standing_sellers=True))
    Seller.objects.standing().update(is_active=False)

    clone = services.clone_session(session)

    assert not Participant.objects.filter(run__session=clone, seller=standing_seller).exists()


def test_seed_depends_on_buyer_item_and_installation(settings):
    seeds = {services.seed_for("a", "b"), services.seed_for("a", "c"), services.seed_for("b", "b")}
    settings.SECRET_KEY = "another installation"

    assert services.seed_for("a", "b") not in seeds
    assert len(seeds) == 3


def test_seed_fits_the_column():
    assert 0 <= services.seed_for("a", "b") < 2**63
