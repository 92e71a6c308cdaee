"""What a side's further terms are worth to it, and which values it would take, stay its own by whatever way."""

import re
from uuid import UUID

import pytest
from django.urls import reverse

from negotiation.core.preferences import Range
from negotiation.store import read_room
from tests import bodies
from tests.security.callers import browsers, programs  # noqa: F401  # fixtures
from tests.security.test_canaries import WAYS, on_pages, other_session  # noqa: F401  # fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Of the terms that the other side has no range for nothing is ever offered.
BUYERS_RANGES = ("79193", "11003")
ACMES_RANGES = ("66071", "13007")
BUYERS_WEIGHTS = ("0.3457", "34.57")
ACMES_WEIGHTS = ("0.2713", "27.13")
ALL = (*BUYERS_RANGES, *ACMES_RANGES, *BUYERS_WEIGHTS, *ACMES_WEIGHTS)
# A match shows a buyer between which values a seller's terms are possible, and no weight of them.
HIDDEN_FROM = {
    "nobody": ALL,
    "watcher": ALL,
    "seller": (*BUYERS_RANGES, *BUYERS_WEIGHTS),
    "other seller": ALL,
    "buyer": ACMES_WEIGHTS,
    "other buyer": ALL,
}


@pytest.fixture
def session(open_session):
    """Both bargain over delivery, and each has a term of its own besides."""
    item = bodies.item(
        allowed_terms={"delivery_days": [3, 21], "training_hours": [11003, 79193]},
        term_weights={"price": 0.6543, "delivery_days": -0.3457},
    )
    stock = bodies.stock(
        allowed_terms={"delivery_days": [5, 30], "storage_days": [13007, 66071]},
        term_weights={"price": 0.7287, "delivery_days": 0.2713},
    )
    return open_session(buyer=bodies.buyer(item, name="Harbour"), sellers=[bodies.seller("Acme", stock)])


@pytest.fixture
def worth(played):
    """What one day is worth to the buyer and to Acme, as the room reckons with it."""
    setup = read_room(UUID(played)).roster.setup
    return {"buyer": told(setup.buyer.extras), "seller": told(setup.sellers[0].limits.extras)}


def told(ranges: tuple[Range, ...]) -> str:
    return next(str(abs(round(float(each.worth), 4))) for each in ranges if each.name == "delivery_days")


def found(text: str, canaries: tuple[str, ...]) -> list[str]:
    return [canary for canary in canaries if re.search(rf"(?<![\d.]){re.escape(canary)}(?!\d)", text)]


@pytest.mark.parametrize("way", WAYS)
def test_no_answer_holds_the_terms_of_the_other_side(way, programs, session, played, worth):  # noqa: F811
    others = {"seller": worth["buyer"], "buyer": worth["seller"]}

    answers = {role: WAYS[way](programs[role], session, played) for role in HIDDEN_FROM}

    hidden = {role: (*canaries, others.get(role, worth["buyer"])) for role, canaries in HIDDEN_FROM.items()}
    assert {role: found(answers[role], hidden[role]) for role in answers} == {role: [] for role in answers}


def test_no_page_holds_the_terms_of_the_other_side(browsers, session, played):  # noqa: F811
    shown = {role: on_pages(browsers[role], session, played) for role in HIDDEN_FROM if role in browsers}

    assert {role: found(shown[role], HIDDEN_FROM[role]) for role in shown} == {role: [] for role in shown}


def test_what_was_possible_is_shown_to_operators_and_auditors_alone(browsers, session, played):  # noqa: F811
    sheet = reverse("sheet", args=[session["session_id"]])

    shown = {role for role, browser in browsers.items() if "What was possible" in browser.get(sheet).content.decode()}

    assert shown == {"operator", "auditor"}


def test_each_side_is_told_the_worth_of_its_own_terms(programs, session, played, worth):  # noqa: F811
    answers = {role: WAYS["http"](programs[role], session, played) for role in ("seller", "buyer")}

    assert {role: bool(found(answers[role], (worth[role],))) for role in answers} == {"seller": True, "buyer": True}
