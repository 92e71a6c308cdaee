import re
from html import unescape
from urllib.parse import parse_qs

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import IGNORED_PARAMS
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse

from tests import accounts
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db

SCREENS = {screen.opts.label_lower: screen for screen in admin.site._registry.values()}
STRANGE = ("regex", "iregex", "startswith", "contains", "in", "range", "gt", "lte")
LINK = re.compile(r'href="\?([^"]+)"')


@pytest.fixture
def auditor(client):
    client.force_login(accounts.auditor())
    return client


@pytest.fixture
def browser(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def changelist(label):
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


@pytest.mark.parametrize("label", SCREENS)
def test_no_list_is_narrowed_by_a_lookup_of_a_callers_making(label):
    screen, request = SCREENS[label], RequestFactory().get("/")
    paths = ("pk", *(field.name for field in screen.opts.get_fields()))

    allowed = [
        f"{path}__{lookup}"
        for path in paths
        for lookup in STRANGE
        if screen.lookup_allowed(f"{path}__{lookup}", "x", request)
    ]

    assert allowed == []


@pytest.mark.parametrize(
    ("label", "lookup"),
    [
        ("negotiation.message", "text__regex"),
        ("negotiation.notificationtarget", "secret"),
        ("negotiation.notificationtarget", "secret__startswith"),
        ("negotiation.notificationtarget", "secret__exact"),
        ("negotiation.notificationtarget", "last_error__gte"),
        ("negotiation.negotiationrun", "seed__exact"),
    ],
)
def test_auditor_reads_no_column_by_asking_for_it(auditor, label, lookup):
    assert auditor.get(changelist(label), {lookup: "x"}).status_code == 400


@pytest.mark.parametrize("label", SCREENS)
def test_every_link_of_a_list_narrows_it(browser, label):
    make_many(3)

    response = browser.get(changelist(label))

    screen, page = SCREENS[label], response.content.decode()
    asked = {name for link in LINK.findall(page) for name in parse_qs(unescape(link))} - set(IGNORED_PARAMS)
    assert [name for name in asked if not screen.lookup_allowed(name, "", response.wsgi_request)] == []
    assert asked or not screen.list_filter


@pytest.mark.parametrize("label", ["negotiation.message", "negotiation.offer", "negotiation.runevent"])
def test_link_to_the_rows_of_one_room_narrows_the_list(browser, label):
    assert browser.get(changelist(label), {"run__id__exact": 1}).status_code == 200
