from dataclasses import replace

import pytest

from negotiation.core.because import Rule
from negotiation.core.choices import Backstage, Basis, explain_choice
from negotiation.core.events import Decided, MindFailed, Offered
from negotiation.core.hindsight import as_asked
from negotiation.core.latitude import seller_latitude
from negotiation.core.moves import Words
from negotiation.core.reasons import said
from negotiation.core.visibility import seller_view
from negotiation.core.vocabulary import Failure, Fallback, Party, Reason, Result, Voice
from tests.factories import a_buyer, a_setup, play_out

SETUP = a_setup(buyer=a_buyer(maximum=100), max_rounds=6)
STRATEGY, MODEL = Backstage("strategy"), Backstage("llm")
LOG = play_out(SETUP)
QUOTES = [n for n, e in enumerate(LOG, 1) if isinstance(e, Offered) and e.party is Party.SELLER and e.round == 3]
BIDS = [n for n, e in enumerate(LOG, 1) if isinstance(e, Offered) and e.party is Party.BUYER and e.round == 3]
END = next(n for n, e in enumerate(LOG, 1) if isinstance(e, Decided))


def choice(number, backstage=STRATEGY, *, log=LOG, setup=SETUP):
    events = log[:number]
    return explain_choice(setup, events, as_asked(setup, events), backstage)


def spoken(number, **words):
    """The log up to that move, made with such words."""
    move = LOG[number - 1]
    return [*LOG[: number - 1], replace(move, words=Words(move.words.text, **words))]


@pytest.mark.parametrize("number", [QUOTES[0], BIDS[0]])
@pytest.mark.parametrize("mind", ["strategy", "narrated"])
def test_move_of_the_strategy_is_told_by_its_rule(number, mind):
    told = choice(number, Backstage(mind))

    assert told.basis is Basis.STRATEGY
    assert isinstance(told.reason, Rule)


def test_narrators_template_words_are_no_reason_for_a_price():
    log = spoken(QUOTES[0], fallback=Fallback.TIMED_OUT)

    assert choice(QUOTES[0], Backstage("narrated"), log=log) == choice(QUOTES[0])


@pytest.mark.parametrize("words", [{"voice": Voice.MODEL}, {"fallback": Fallback.WORDS}])
def test_price_that_a_model_chose_is_told_with_its_latitude_and_the_strategys_price(words):
    log, number = spoken(QUOTES[0], **words), QUOTES[0]
    band = seller_latitude(seller_view(as_asked(SETUP, log).room, log[-1].seller_id))

    told = choice(number, MODEL, log=log)

    assert (told.basis, told.reason) == (Basis.MODEL, Reason.CHOSEN)
    assert f"within {said(band.low)} to {said(band.high)}" in told.told.sentences[0]
    assert f"strategy would have chosen {said(band.advised)}" in told.told.sentences[1]


@pytest.mark.parametrize(("was_clamped", "sentences"), [(False, 0), (True, 1)])
def test_model_whose_price_was_moved_is_said_to_have_been_outside(was_clamped, sentences):
    told = choice(BIDS[0], replace(MODEL, was_clamped=was_clamped), log=spoken(BIDS[0], voice=Voice.MODEL)).told

    assert sum("moved to the nearer end" in sentence for sentence in told.sentences) == sentences


@pytest.mark.parametrize(("fallback", "why"), [(Fallback.UNAVAILABLE, "reached"), (Fallback.BUDGET, "budget")])
def test_strategy_that_moved_for_a_model_says_why(fallback, why):
    told = choice(QUOTES[0], MODEL, log=spoken(QUOTES[0], fallback=fallback))

    assert (told.basis, told.reason) == (Basis.FALLBACK, choice(QUOTES[0]).reason)
    assert why in told.told.sentences[0]


def test_model_that_was_never_to_be_asked_is_not_blamed():
    assert choice(QUOTES[0], MODEL).basis is Basis.STRATEGY


def test_strategy_that_moved_for_a_mind_that_failed_says_so():
    failed = MindFailed(Party.SELLER, LOG[QUOTES[0] - 1].seller_id, 3, Failure.TIMED_OUT)
    log = [*LOG[: QUOTES[0] - 1], failed, LOG[QUOTES[0] - 1]]

    told = choice(len(log), log=log)

    assert (told.basis, told.told.sentences[0]) == (
        Basis.FALLBACK,
        "Its mind did not answer in time, so the strategy moved for it.",
    )


@pytest.mark.parametrize(("voice", "who"), [(Voice.PERSON, "A person"), (Voice.PROGRAM, "A program")])
def test_move_by_hand_is_told_without_a_reason_of_the_strategys(voice, who):
    told = choice(QUOTES[0], log=spoken(QUOTES[0], voice=voice))

    assert (told.basis, told.reason, told.told.figures) == (Basis.HAND, Reason.CHOSEN, ())
    assert told.told.sentences[0].startswith(who)


def test_suggestion_that_was_followed_by_hand_is_told():
    advised = Backstage("strategy", advice="It is a steady next step.", sure=0.62)

    told = choice(QUOTES[0], advised, log=spoken(QUOTES[0], voice=Voice.PERSON)).told

    assert told.sentences[1] == "It followed a suggestion that was 62% sure. It is a steady next step."


def test_mind_with_rules_of_its_own_is_told_beside_what_the_strategy_would_do():
    told = choice(QUOTES[0], Backstage("boulware(exponent=4)"))

    assert told.basis is Basis.OTHER
    assert "boulware(exponent=4)" in told.told.sentences[0]
    assert said(LOG[QUOTES[0] - 1].terms.unit_price) in told.told.sentences[1]


def test_price_that_the_strategy_would_not_choose_any_more_is_not_explained_by_its_rule():
    sellers = tuple(replace(seat, limits=replace(seat.limits, ask=seat.limits.ask - 7)) for seat in SETUP.sellers)

    told = choice(QUOTES[0], setup=replace(SETUP, sellers=sellers))

    assert told.reason is Reason.CHOSEN
    assert "changed since" in told.told.sentences[0]


def test_award_is_told_with_why_it_was_not_made_sooner():
    told = choice(END)

    assert told.reason is LOG[END - 1].reason
    assert told.told.sentences[0] == LOG[END - 1].explanation
    assert any("round" in sentence for sentence in told.told.sentences[1:])


@pytest.mark.parametrize(
    ("reason", "basis"),
    [
        (Reason.CHOSEN, Basis.HAND),
        (Reason.FORCED, Basis.HAND),
        (Reason.OUT_OF_TIME, Basis.FALLBACK),
        (Reason.BEST_OFFER, Basis.STRATEGY),
    ],
)
def test_decision_is_told_by_who_made_it(reason, basis):
    log = [*LOG[: END - 1], replace(LOG[END - 1], reason=reason)]

    assert choice(len(log), log=log).basis is basis


def test_offer_that_the_strategy_would_not_have_taken_yet_was_the_models_to_take():
    quote = LOG[QUOTES[-1] - 1]
    taken = Decided(Result.DEAL, Reason.GOOD_ENOUGH, 3, quote.seller_id, quote.offer_id, quote.terms)
    log = [*LOG[: QUOTES[-1]], taken]

    assert (choice(len(log), MODEL, log=log).basis, choice(len(log), log=log).basis) == (Basis.MODEL, Basis.STRATEGY)


def test_room_without_a_deal_is_told_with_how_far_the_best_offer_was_from_the_limit():
    setup = a_setup(buyer=a_buyer(minimum=10, maximum=60), max_rounds=3)
    log = play_out(setup)
    number = next(n for n, event in enumerate(log, 1) if isinstance(event, Decided))

    told = choice(number, log=log, setup=setup).told

    assert "above the limit of 60.00" in told.sentences[1]
