"""Suggestions for whoever holds a seat by hand: from its own view, and from what the item went for elsewhere.

One deal of somebody else must not be told by them: a market price is the median of several deals of several sellers,
rounded, and none that the asking side was a party to is among them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils import timezone

from llm.gateway import Gateway, Rules
from llm.purse import Account, Purse, Spending
from llm.selection import choose_provider
from marketplace.models import SellerInventory
from negotiation.call_log import save_calls
from negotiation.casting import Casting, read_casting
from negotiation.core.errors import IllegalMove
from negotiation.core.protocol import open_thread
from negotiation.core.suggesting import MarketPrice, Suggestion, suggest_to_buyer, suggest_to_seller
from negotiation.core.terms import grain, to_money
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Party, Result
from negotiation.errors import NotActive, Refused
from negotiation.minds.calls import Call, Purpose, Seat
from negotiation.minds.line import Line, Question, Reading, Unspoken
from negotiation.model_access import provider_lights
from negotiation.models import NegotiationRun, Outcome
from negotiation.prompts.advising import ADVICE_RULES, ADVICE_TASK, explain_suggestion
from negotiation.prompts.schemas import MESSAGE
from negotiation.replies.messages import read_message
from negotiation.replies.numbers import numbers_in
from negotiation.replies.wording import Speech, check_words
from negotiation.store import StoredRoom
from negotiation.studio import BUILTIN, PendingCalls

WINDOW_DAYS = 90
FEWEST_DEALS, FEWEST_SELLERS, FEWEST_ASKS = 3, 2, 2
# Of the deals in the window: more of them would hardly move the median.
MOST_DEALS = 500
# Whoever asks is waiting.
WORDS_SECONDS = 8.0


def suggest(stored: StoredRoom, party: Party, seller_id: str) -> Suggestion:
    """What that side could do next in that seller's thread, with the reasons in template words.

    Raises NotActive or Refused where there is nothing more to do.
    """
    room = stored.room
    if not room.status.is_in_play:
        raise NotActive(f"the room is {stored.status}")
    market = market_price(stored, party, seller_id)
    try:
        open_thread(room, seller_id)
        if party is Party.BUYER:
            return suggest_to_buyer(buyer_view(room), seller_id, market)
        return suggest_to_seller(seller_view(room, seller_id), market)
    except IllegalMove as illegal:
        raise Refused(illegal.code, str(illegal)) from illegal


def suggest_in_words(stored: StoredRoom, party: Party, seller_id: str) -> Suggestion:
    """The same, the reasons in a model's words if the session's agents have a model and it answers in time."""
    suggestion = suggest(stored, party, seller_id)
    casting = read_casting(stored.roster.room_id)
    provider = casting.provider or settings.LLM.provider
    if not casting.uses_model or provider == BUILTIN or not provider_lights().status(provider).available:
        return suggestion
    seat = Seat(str(stored.roster.room_id), party, seller_id if party is Party.SELLER else "")
    reasoning, calls = async_to_sync(_ask_model)(casting, provider, seat, suggestion)
    save_calls(stored.run_id, stored.seats, calls)
    return replace(suggestion, reasoning=reasoning)


def market_price(stored: StoredRoom, party: Party, seller_id: str) -> MarketPrice | None:
    """What others paid for the item lately; else what standing sellers ask; None where that would tell of one party."""
    run = NegotiationRun.objects.select_related("item").only("item__item_id", "session_id").get(pk=stored.run_id)
    deals = Outcome.objects.filter(
        result=Result.DEAL,
        decided_at__gte=timezone.now() - timedelta(days=WINDOW_DAYS),
        run__item__item_id=run.item.item_id,
        run__session__currency=stored.roster.currency,
        run__session__is_what_if=False,
    ).exclude(run__session=run.session_id)
    if party is Party.SELLER:
        deals = deals.exclude(participant__seller_code=seller_id)
    columns = ("unit_price", "participant__seller__name", "run__session_id")
    rows = list(deals.order_by("-decided_at").values_list(*columns)[:MOST_DEALS])
    are_many = min(len({seller for _, seller, _ in rows}), len({session for *_, session in rows})) >= FEWEST_SELLERS
    if len(rows) >= FEWEST_DEALS and are_many:
        return _rounded([price for price, *_ in rows if price is not None], WINDOW_DAYS)
    asks = SellerInventory.objects.filter(
        seller__session__isnull=True, seller__is_active=True, item_id=run.item.item_id
    )
    if party is Party.SELLER:
        asks = asks.exclude(seller__code=seller_id)
    prices = list(asks.values_list("selling_price", flat=True)[:MOST_DEALS])
    return _rounded(prices, 0) if len(prices) >= FEWEST_ASKS else None


async def in_model_words(suggestion: Suggestion, item_name: str, currency: str, line: Line) -> str:
    """The reasons as the model puts them; the template's where it is of no use, or says a number that is not there."""
    draft, price = suggestion.reasoning, suggestion.terms.unit_price
    said = frozenset().union(*(mention.values for mention in numbers_in(draft)))
    speech = Speech(
        price=price,
        allowed=said | {Decimal(suggestion.terms.quantity), suggestion.terms.total},
        names=(item_name,),
        forbidden_names=(),
        secrets=frozenset(),
        prompt_sentences=(*ADVICE_TASK.splitlines(), *ADVICE_RULES.splitlines()),
        may_claim=True,
        currency=currency,
    )
    question = Question(
        purpose=Purpose.WORDS,
        round=0,
        messages=explain_suggestion(item_name, currency, suggestion.action, price, draft),
        schema=MESSAGE,
        read=lambda reply: Reading(check_words(read_message(reply), speech)),
    )
    try:
        return await line.put(question)
    except Unspoken:
        return draft


async def _ask_model(casting: Casting, provider: str, seat: Seat, suggestion: Suggestion) -> tuple[str, Sequence[Call]]:
    llm, calls = settings.LLM, PendingCalls()
    gateway = Gateway(choose_provider(provider, llm), Rules(max_concurrency=1, max_retries=0))
    tuning = (casting.sellers[seat.seller_id] if seat.seller_id else casting.buyer).tuning
    line = Line(
        seat,
        gateway,
        replace(tuning, model=tuning.model or llm.model_of(provider)),
        purse=_purse(casting),
        log=calls,
        prices=llm.prices,
        turn_seconds=min(WORDS_SECONDS, llm.turn_seconds),
    )
    try:
        roster = casting.roster
        words = await in_model_words(suggestion, roster.setup.item_name, roster.currency, line)
    finally:
        await gateway.close()
    return words, calls.left()


def _purse(casting: Casting) -> Purse:
    """What the room, its session and the day have left, as the database knows it."""
    llm, spent = settings.LLM, casting.spent
    return Purse((
        Account("room", llm.room_budget, spent.room),
        Account("session", llm.budget_of_session(casting.session_budget), spent.session),
        Account("day", llm.day_budget, spent.today or Spending()),
    ))  # fmt: skip


def _rounded(prices: Sequence[Decimal], window_days: int) -> MarketPrice:
    """The median, in steps of about a hundredth, as people say what a thing goes for."""
    middle = Decimal(median(prices))
    step = grain(10 * middle)
    return MarketPrice(to_money((middle / step).to_integral_value(ROUND_HALF_UP) * step), len(prices), window_days)
