import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from marketplace.backoffice.site import GROUPS, JOBS
from marketplace.services import start_session
from tests import accounts
from tests.marketplace.catalogue import make_session

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


def figures(response) -> dict[str, str]:
    return {figure.words: figure.number for figure in response.context["figures"]}


def groups(response) -> dict[str, list[str]]:
    return {group["name"]: [model["name"] for model in group["models"]] for group in response.context["app_list"]}


def test_every_table_of_the_admin_is_in_a_group():
    grouped = {label for group in GROUPS for label, _ in group.tables}

    assert grouped == {model._meta.label_lower for model in admin.site._registry} | {JOBS}


def test_front_page_counts_what_goes_on_and_leads_there(client):
    client.force_login(accounts.operator())
    start_session(make_session(items=("desk", "lamp")))
    make_session("Not started")

    page = client.get(INDEX)

    assert figures(page)["Rooms at work"] == "2"
    [address] = [figure.address for figure in page.context["figures"] if figure.words == "Rooms at work"]
    assert len(client.get(address).context["cl"].result_list) == 2


def test_operators_find_usage_among_the_models(client):
    client.force_login(accounts.operator())

    assert groups(client.get(INDEX))["Language models"] == ["Usage and cost", "Model calls"]


def test_front_page_shows_each_only_what_may_be_looked_at(client):
    client.force_login(User.objects.create(username="keeper", is_staff=True))

    page = client.get(INDEX)

    assert (figures(page), groups(page)) == ({}, {})
    assert "You may look at nothing here." in page.content.decode()


def test_superuser_finds_people_and_groups(client):
    client.force_login(User.objects.create_superuser("root"))

    assert groups(client.get(INDEX))["Who may come in"][-2:] == ["Users", "Groups"]


def test_page_of_one_app_lists_its_tables(client):
    client.force_login(accounts.operator())

    page = client.get(reverse("admin:app_list", args=["marketplace"]))

    assert {model["object_name"] for model in page.context["app_list"][0]["models"]} >= {"Seller", "Session"}


def test_admin_follows_the_theme_of_the_other_pages(client):
    client.force_login(accounts.operator())

    page = client.get(INDEX).content.decode()

    assert "js/theme.js" in page
    assert "admin/js/theme.js" not in page
    assert "data-theme-switch" in page
