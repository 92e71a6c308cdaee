from collections.abc import Mapping
from decimal import Decimal

import pytest

from negotiation.minds import buyer_phrases, seller_phrases
from negotiation.minds.seller_phrases import Voice
from negotiation.minds.words import BuyerAct, SellerAct
from negotiation.replies.closing import contradicts

PRICE = Decimal("41.20")


@pytest.mark.parametrize(
    "words",
    [
        "i accept your 39.90, and my price is 41.20.", "i accept your offer.",
        "41.20. we accept your last bid of 39.90.", "i'll take it. 41.20 it is.",
        "i'm happy to accept your price of 39.90.", "deal! 41.20 is my price.", "you've got a deal. 41.20.",
        "it's a deal. i ask 41.20.", "we have a deal at 39.90. my price: 41.20.", "we've accepted 39.90. now 41.20.",
        "okay, deal. 41.20 please.", "consider it sold at 39.90. i ask 41.20.", "i can accept this. 41.20, then.",
        "agreed. my new price is 41.20.",
    ],
)  # fmt: skip
def test_words_that_close_a_deal_do_not_go_with_another_offer(words):
    assert contradicts(words, PRICE, closes=False)
    assert not contradicts(words, PRICE, closes=True)


@pytest.mark.parametrize(
    "words",
    [
        "at 41.20 we have a deal.", "meet me at 41.20 and you've got a deal.", "41.20, deal?",
        "do we have a deal at 41.20?", "i can't accept your offer of 39.90, but i can do 41.20.", "i'd accept 41.20.",
        "i would take your 39.90 if i could.", "let's make a deal at 41.20.",
        "that's a good deal for both of us: 41.20.", "i take your point; 41.20.",
        "we agree that quality matters: 41.20.", "i could accept that once you are at 41.20.",
        "i accept 41.20 per unit.", "i accept that times are hard, but i need 41.20.",
        "you drive a hard deal: 41.20.", "it's a deal to remember: 41.20.", "almost there. 41.20 and we are agreed.",
        "not agreed yet: 41.20.", "i can accept your 41.20 any day.", "done with the small steps: 41.20.",
        "we're close to a deal: 41.20.",
        "i have accepted that we start far apart: 41.20.",
    ],
)  # fmt: skip
def test_words_that_hold_a_deal_out_go_with_an_offer(words):
    assert not contradicts(words, PRICE, closes=False)


@pytest.mark.parametrize(
    "words",
    [
        "i can't accept your 41.20.", "41.20? no deal.", "we must decline your offer of 41.20.",
        "41.20 is my counter-offer.", "i won't take that. 41.20.", "i reject your price of 41.20.",
    ],
)  # fmt: skip
def test_words_that_refuse_do_not_go_with_an_acceptance(words):
    assert contradicts(words, PRICE, closes=True)


@pytest.mark.parametrize("words", ["i accept your 41.20.", "41.20 it is, deal!", "41.20. i can't say no to that."])
def test_words_that_close_a_deal_go_with_an_acceptance(words):
    assert not contradicts(words, PRICE, closes=True)


def texts_of(phrases):
    """All texts within tuples, voices and mappings of them."""
    match phrases:
        case str():
            return [phrases]
        case Mapping():
            return [text for style in phrases.values() for text in texts_of(style)]
        case Voice():
            return [*phrases.shared, *phrases.for_profit, *phrases.for_retention]
    return list(phrases)


ACTS = [(seller_phrases, act) for act in SellerAct] + [(buyer_phrases, act) for act in BuyerAct]


@pytest.mark.parametrize(("phrases", "act"), ACTS, ids=[f"{type(act).__name__}-{act}" for _, act in ACTS])
def test_no_built_in_text_contradicts_its_act(phrases, act):
    texts = texts_of(getattr(phrases, act.name))
    said = [text.lower().format(price=PRICE, rival="39.90") for text in texts]

    assert said
    assert not [words for words in said if contradicts(words, PRICE, closes=act in {SellerAct.ACCEPT, BuyerAct.AWARD})]
