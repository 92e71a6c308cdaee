from importlib import import_module

import pytest
from django.apps import apps

from negotiation import services
from negotiation.models import NegotiationRun
from negotiation.trade_models import Trade

pytestmark = pytest.mark.django_db

trade_old_deals = import_module("negotiation.migrations.0004_trades").trade_old_deals


def test_deal_of_an_older_version_becomes_the_trade_that_it_would_be_now(played):
    columns = [field.attname for field in Trade._meta.concrete_fields if field.attname != "id"]
    made_now = list(Trade.objects.values_list(*columns))
    Trade.objects.all().delete()

    trade_old_deals(apps, None)

    assert list(Trade.objects.values_list(*columns)) == made_now != []


def test_room_of_an_older_version_without_a_deal_becomes_no_trade(midway):
    services.force_no_deal(NegotiationRun.objects.get().code)

    trade_old_deals(apps, None)

    assert not Trade.objects.exists()
