from dataclasses import dataclass

import pytest
from django.apps import apps
from django.test import Client

from marketplace.identity import local_operator
from marketplace.throttling import NOBODY, RATES, Kind, Throttle, address_of
from tests import bodies

WRITES = RATES[Kind.WRITE].most


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


def take_all(throttle, kind, who):
    """How many there were."""
    taken = 0
    while not throttle.take(kind, who):
        taken += 1
    return taken


@pytest.mark.parametrize("kind", Kind)
def test_so_many_at_once_and_not_one_more(clock, kind):
    assert take_all(Throttle(clock), kind, "anna") == RATES[kind].most


def test_what_was_taken_comes_back_evenly(clock):
    throttle = Throttle(clock)
    take_all(throttle, Kind.WRITE, "anna")

    clock.seconds = 1.0

    assert take_all(throttle, Kind.WRITE, "anna") == WRITES // 10


def test_whoever_waits_as_long_as_told_is_served(clock):
    throttle = Throttle(clock)
    take_all(throttle, Kind.SET_UP, "anna")

    clock.seconds = throttle.take(Kind.SET_UP, "anna")

    assert clock.seconds == pytest.approx(6.0)
    assert throttle.take(Kind.SET_UP, "anna") == 0


def test_nobody_saves_up_more_than_a_full_bucket(clock):
    throttle = Throttle(clock)
    throttle.take(Kind.WRITE, "anna")

    clock.seconds = 3600.0

    assert take_all(throttle, Kind.WRITE, "anna") == WRITES


def test_callers_and_kinds_are_counted_apart(clock):
    throttle = Throttle(clock)
    take_all(throttle, Kind.WRITE, "anna")

    assert throttle.take(Kind.WRITE, "bert") == throttle.take(Kind.READ, "anna") == 0


def test_bucket_that_was_idle_for_longest_is_forgotten(clock):
    throttle = Throttle(clock, most_buckets=2)
    take_all(throttle, Kind.WRITE, "anna")
    take_all(throttle, Kind.WRITE, "bert")

    throttle.take(Kind.WRITE, "carl")

    assert throttle.take(Kind.WRITE, "bert") > 0
    assert throttle.take(Kind.WRITE, "anna") == 0


def test_racing_takers_get_no_more_than_there_is(clock, race):
    throttle = Throttle(clock)

    waits = race([lambda: throttle.take(Kind.WRITE, "anna")] * (WRITES + 10))

    assert waits.count(0) == WRITES


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", NOBODY),
        ("unix:/socket", NOBODY),
    ],
)
def test_address_is_counted_as_the_customer_that_has_it(remote, counted):
    assert address_of(remote) == counted


@pytest.fixture
def limited(settings, clock):
    """Limits are on, and the time stands still."""
    settings.RATE_LIMITS = True
    apps.get_app_config("marketplace").throttle = Throttle(clock)
    return clock


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


def empty(kind, who):
    take_all(apps.get_app_config("marketplace").throttle, kind, who)


@pytest.mark.django_db
def test_caller_that_writes_too_fast_is_told_when_to_come_again(limited, operator):
    answers = [operator.post("/simulation/initialize", {}) for _ in range(WRITES + 1)]

    assert [answer.status_code for answer in answers[:-1]] == [400] * WRITES
    assert code_of(answers[-1]) == (429, "RATE_LIMITED")
    assert answers[-1]["Retry-After"] == "1"
    assert operator.get("/simulation").status_code == 200


@pytest.mark.django_db
def test_caller_may_write_again_after_the_wait(limited, operator):
    answers = [operator.post("/simulation/initialize", {}) for _ in range(WRITES + 1)]

    limited.seconds = float(answers[-1]["Retry-After"])

    assert operator.post("/simulation/initialize", {}).status_code == 400


@pytest.mark.django_db
def test_sessions_are_set_up_at_their_own_pace_and_a_repeat_costs_none(limited, operator):
    answers = [
        operator.post("/simulation/initialize", bodies.session(), Idempotency_Key=str(number)) for number in range(11)
    ]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert operator.post("/simulation/initialize", bodies.session(), Idempotency_Key="3").status_code == 200


@pytest.mark.django_db
def test_guesser_of_keys_is_held_back_and_the_holder_of_one_is_not(limited, operator, anonymous):
    anonymous._headers = {"X-API-Key": "parley_guess"}

    answers = [anonymous.get("/simulation") for _ in range(RATES[Kind.UNKNOWN_KEY].most + 1)]

    assert {code_of(answer) for answer in answers[:-1]} == {(401, "AUTHENTICATION_REQUIRED")}
    assert code_of(answers[-1]) == (429, "RATE_LIMITED")
    assert operator.get("/simulation").status_code == 200


@pytest.mark.django_db
def test_keys_are_not_guessed_at_the_description_of_the_api_either(limited):
    guess = {"X-API-Key": "parley_guess"}

    answers = [Client().get("/api/openapi.json", headers=guess) for _ in range(RATES[Kind.UNKNOWN_KEY].most + 1)]

    assert [answer.status_code for answer in answers] == [401] * RATES[Kind.UNKNOWN_KEY].most + [429]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/simulation", "/api/v1/nothing", "/login/", "/nothing/", "/api/docs"])
def test_nobody_is_counted_by_address(limited, path):
    empty(Kind.ANONYMOUS, "127.0.0.1")

    assert Client().get(path).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code != 429


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "parley_guess"}])
def test_paths_that_do_not_exist_are_counted_by_address_whoever_asks(limited, headers):
    empty(Kind.ANONYMOUS, "127.0.0.1")
    client = Client(headers=headers)
    client.force_login(local_operator())

    assert client.get("/api/v1/nothing").status_code == 429
    assert client.get("/api/v1/nothing", REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.django_db
def test_page_that_is_too_fast_is_told_so_in_words(limited):
    empty(Kind.ANONYMOUS, "127.0.0.1")

    response = Client().get("/login/")

    assert response["Content-Type"].startswith("text/html")
    assert "Come again in 1 s" in response.content.decode()
    assert response["Retry-After"] == "1"


@pytest.mark.django_db
def test_health_is_told_to_anybody_at_any_pace(limited, anonymous):
    empty(Kind.ANONYMOUS, "127.0.0.1")

    assert anonymous.get("/health").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sessions/new/", "/demo/"])
def test_pages_set_up_sessions_no_faster_than_the_api(limited, path):
    client = Client()
    client.force_login(local_operator())
    empty(Kind.SET_UP, f"user/{local_operator().pk}")

    assert client.post(path).status_code == 429
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_without_limits_nobody_waits(settings, operator):
    settings.RATE_LIMITS = False

    answers = [operator.post("/simulation/initialize", {}) for _ in range(WRITES + 1)]

    assert {answer.status_code for answer in answers} == {400}
