from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.minds import buyer_phrases, seller_phrases
from negotiation.minds.seller_phrases import Voice
from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.sentences import check_shown
from negotiation.replies.wording import Speech, check_words
from tests.replies.corpus_hostile import HOSTILE

RULE = "Say the price exactly as it is given and nothing about what it was made of."
SPEECH = Speech(
    price=Decimal("41.20"),
    allowed=frozenset({Decimal(50), Decimal(2060), Decimal("40.90"), Decimal(55)}),
    names=("HP 15 Laptop", "Galaxy S24 Ultra 256GB", "Acme (2)"),
    forbidden_names=("ElectroMart", "Tech World GmbH", "北京电子", "Bo"),
    secrets=frozenset({Decimal("391.21"), Decimal("33.10")}),
    prompt_sentences=(RULE,),
    currency="USD",
)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        *(
            ("7.15", f"41.20 is my price; {words}")
            for words in ("sieben Euro fünfzehn", "sept euros quinze", "siete con quince")
        ),
        ("0.85", "41.20, not fünfundachtzig Cent"),
    ],
)
def test_small_secret_is_not_told_with_its_cents_in_any_language(secret, text):
    with pytest.raises(Unusable):
        check_words(text, replace(SPEECH, secrets=frozenset({Decimal(secret)})))


@pytest.mark.parametrize("text", ["Dear buyer: 41.20 is my offer.", "I'm only human: 41.20 is where it hurts."])
def test_word_for_a_party_inside_a_sentence_is_no_role(text):
    assert check_words(text, SPEECH) == text


@pytest.mark.parametrize(
    "text",
    [
        "I can offer the HP 15 Laptop at $41.20 per unit.", "HP-15 for 41.2 each, all 50 units, that is $2,060.00.",
        "The Galaxy S24 for 41.20, final.", "A fair 41.20 for the S24 Ultra 256 GB.", "How about 41.20?",
        "Fine. 41.20. Finally.", "You said 40.90, I say USD 41.20; let's not lose a day over it!",
        "No one beats 41.20: first-class quality, and one more thing…", "For all fifty of them it is 41.20.",
        "My price: 41.20 per unit (that's my best).", "It's 41.20 – “as good as new”.",
        "I've come down from 55.00 to 41.20 for the two of us.", "Dear Acme (2), 41.20 is what I can do.",
        "我可以给你41.20的价格，怎么样？", "Could I have a better price? I am at 41.20.",
        "Mon prix est de 41.20, merci beaucoup.", "41.20, e.g. for the HP 15 laptop 🙂",
        "Let us close at 41.20; it can't be much lower, my friend.", "No hidden costs: 41.20 per unit.",
        "41.20 without any hidden costs.", "Note: 41.20 is final.", "Note: the price of 41.20 is final.",
        "We have lower prices now: 41.20.", "I will not haggle over cents: 41.20.", "Let us try 41.20 and go on.",
        "41.20 for pounds of quality.", "A third offer, then: 41.20.", "We do nothing by halves: 41.20.",
    ],
)  # fmt: skip
def test_plain_words_may_be_said(text: str) -> None:
    assert check_words(text, SPEECH) == text


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.TOO_SHORT), ("41.20", Flaw.TOO_SHORT), ("OK 41.20", Flaw.TOO_SHORT),
        ("🙂🙂🙂 41.20 🙂🙂🙂", Flaw.TOO_SHORT), ("41.20 " + "x" * 500, Flaw.TOO_LONG),
        ("I can do it for you.", Flaw.PRICE_NOT_SAID), ("I can do 40.90 for you.", Flaw.PRICE_NOT_SAID),
        ("Forty-one twenty is my price.", Flaw.PRICE_NOT_SAID),
        ("My price is 41.20, not 41.21.", Flaw.FOREIGN_NUMBER), ("41.20 is 10% off for you.", Flaw.FOREIGN_NUMBER),
        ("41.20 is ten percent off.", Flaw.FOREIGN_NUMBER), ("41.20 within 3 days, my friend.", Flaw.FOREIGN_NUMBER),
        ("41.20 and three dollars for shipping.", Flaw.FOREIGN_NUMBER),
        ("41.20, with a dozen extras.", Flaw.FOREIGN_NUMBER), ("Only 41.20 for the 15 of them.", Flaw.FOREIGN_NUMBER),
        ("41.20k is what I want.", Flaw.FOREIGN_NUMBER), ("I can do 4l.20 or 41.20 here.", Flaw.FOREIGN_NUMBER),
        ("It is €41.20 per unit.", Flaw.FOREIGN_NUMBER), ("41.20 and not half of it.", Flaw.FOREIGN_NUMBER),
        ("41.20; my floor is in the low thirties.", Flaw.FOREIGN_NUMBER),
        ("41.20; my cost is in the high fifties.", Flaw.FOREIGN_NUMBER),
        ("41.20; my floor is the thirtieth.", Flaw.FOREIGN_NUMBER),
        ("41.20; three quarters of that is fine.", Flaw.FOREIGN_NUMBER),
        ("41.20; two thirds of it.", Flaw.FOREIGN_NUMBER), ("41.20; four fifths of it.", Flaw.FOREIGN_NUMBER),
        ("41.20; nine tenths of it would do.", Flaw.FOREIGN_NUMBER),
        ("Pay 41.20 by the XII, please.", Flaw.FOREIGN_NUMBER), ("41.20 against my 391.21, see?", Flaw.SECRET_SAID),
        ("41.20, my floor is three hundred ninety-one.", Flaw.SECRET_SAID),
        ("41.20, mein Limit ist dreihunderteinundneunzig.", Flaw.SECRET_SAID),
        ("41.20 (code MzkxLjIx for you)", Flaw.SECRET_SAID),
        ("41.20 and never 3\u200b9\u200b1, you see.", Flaw.SECRET_SAID),
        ("41.20, not thirty-three ten.", Flaw.SECRET_SAID), ("41.20 is better than ElectroMart.", Flaw.RIVAL_NAMED),
        ("41.20 beats Electro Mart's price.", Flaw.RIVAL_NAMED),
        ("41.20, unlike @electro-mart here.", Flaw.RIVAL_NAMED),
        ("41.20, e l e c t r o m a r t can't.", Flaw.RIVAL_NAMED),
        ("41.20, unlike Tech World here.", Flaw.RIVAL_NAMED), ("41.20, ask Bo about it.", Flaw.RIVAL_NAMED),
        ("41.20 是北京电子的价格吗", Flaw.RIVAL_NAMED), ("41.20, unlike Еlеctrоmаrt here.", Flaw.RIVAL_NAMED),
        ("41.20, another seller asks for less.", Flaw.FALSE_CLAIM),
        ("We have lower prices now than 41.20.", Flaw.FALSE_CLAIM), ("We have lower prices: 41.20.", Flaw.FALSE_CLAIM),
        ("Other sellers have lower prices now: 41.20.", Flaw.FALSE_CLAIM),
        ("I have a better offer than 41.20.", Flaw.FALSE_CLAIM), ("41.20, or I buy elsewhere.", Flaw.FALSE_CLAIM),
        ("Other buyers want it too, so 41.20.", Flaw.FALSE_CLAIM),
        ("41.20 beats any competing offer here.", Flaw.FALSE_CLAIM),
        ("As an AI language model I offer 41.20.", Flaw.OUT_OF_ROLE),
        ("41.20 is fine. Buyer: I accept.", Flaw.OUT_OF_ROLE),
        ("Note: as the seller I keep to 41.20.", Flaw.OUT_OF_ROLE),
        ("Our hidden costs forbid 41.20.", Flaw.OUT_OF_ROLE),
        ('Here is my reply: "I ask 41.20."', Flaw.OUT_OF_ROLE), ("Final answer: I ask 41.20.", Flaw.OUT_OF_ROLE),
        ("I ask 41.20. (Note: this keeps the margin.)", Flaw.OUT_OF_ROLE),
        ("I ask 41.20, thanks. Word count: 5", Flaw.OUT_OF_ROLE),
        ("41.20, and no hidden instructions or hidden limits.", Flaw.OUT_OF_ROLE),
        ("41.20, no secret costs.", Flaw.OUT_OF_ROLE),
        ("My instructions say 41.20 for you.", Flaw.OUT_OF_ROLE),
        ("The system prompt says 41.20, sir.", Flaw.OUT_OF_ROLE), (f"41.20! {RULE}", Flaw.PROMPT_ECHOED),
        ("Say the PRICE exactly, as it is given: 41.20 and nothing", Flaw.PROMPT_ECHOED),
        ("**41.20** is my price for you.", Flaw.MARKUP), ("<b>41.20</b> is my price here.", Flaw.MARKUP),
        ("Hello [NAME], 41.20 is my price.", Flaw.MARKUP), ("{price} or 41.20, as you like.", Flaw.MARKUP),
        ("# Offer of 41.20 for you", Flaw.MARKUP), ("- 41.20 is my price", Flaw.MARKUP),
        ("`41.20` is my price now.", Flaw.MARKUP), ("Pay 41.20 at www.evil.example now.", Flaw.MARKUP),
        ("Pay 41.20 at evil.com now.", Flaw.MARKUP), ("Write me@evil.example about 41.20.", Flaw.MARKUP),
        ("41.20 it is <|im_end|> for you.", Flaw.MARKUP), ("＜b＞41.20 is my price＜/b＞", Flaw.MARKUP),
        ("41.20 for you; unit_price holds.", Flaw.MARKUP),
        ("Z\u0335\u0321\u0322\u0327\u0336 41.20 is my price.", Flaw.CONTROL_CHARACTERS),
    ],
)  # fmt: skip
def test_words_that_break_a_rule_are_refused(text: str, flaw: Flaw) -> None:
    with pytest.raises(Unusable) as refusal:
        check_words(text, SPEECH)

    assert refusal.value.flaw == flaw


@pytest.mark.parametrize(
    "money",
    [
        "41.20 SEK", "41.20SEK", "41.20 PLN each", "41.20 RUB each", "41.20 TRY", "41.20 kr", "41.20 zł",
        "41.20 kronor", "41.20 pounds", "41.20 pesos", "41.20 Swiss francs", "41.20 rubles", "41.20 cents",
        "41.20 pence", "41.20¢", "41.20, in zlotys", "41.20 Canadian dollars", "CA$41.20", "A$41.20", "EUR41.20",
        "41.20 euros", "£41.20",
    ],
)  # fmt: skip
def test_price_in_other_money_is_refused(money: str) -> None:
    with pytest.raises(Unusable) as refusal:
        check_words(f"I can offer {money}.", SPEECH)

    assert refusal.value.flaw == Flaw.FOREIGN_NUMBER


@pytest.mark.parametrize(
    ("currency", "money"),
    [
        ("USD", "$41.20"), ("USD", "US$41.20"), ("USD", "USD 41.20"), ("USD", "41.20 US dollars"),
        ("USD", "41.20 bucks"), ("CAD", "CA$41.20"), ("CAD", "C$41.20"), ("CAD", "$41.20"),
        ("CAD", "41.20 Canadian dollars"), ("AUD", "A$41.20"), ("GBP", "£41.20"), ("GBP", "41.20 pounds"),
        ("GBP", "41.20 pounds sterling"),
        ("EUR", "41.20 euros"), ("SEK", "41.20 kr"), ("SEK", "41,20 kronor"), ("DKK", "kr 41.20"), ("PLN", "41.20 zł"),
        ("PLN", "41.20 zlotys"), ("RUB", "41.20 rubles"), ("CHF", "41.20 Swiss francs"), ("CHF", "fr. 41.20"),
        ("MXN", "41.20 pesos"), ("TRY", "41.20 TRY"), ("TRY", "41.20 lira"), ("KRW", "41.20 won"), ("INR", "₹41.20"),
        ("BRL", "R$41.20"), ("ILS", "₪41.20"), ("ZAR", "41.20 rand"),
    ],
)  # fmt: skip
def test_price_may_be_said_in_all_forms_of_its_own_money(currency: str, money: str) -> None:
    assert check_words(f"I can offer {money}.", replace(SPEECH, currency=currency))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('  "I can do 41.20\n for you."  ', "I can do 41.20 for you."),
        ("“I can do 41.20 for you.”", "I can do 41.20 for you."),
        ("I can\u200b do\u202e 41.20\x07 for you.", "I can do 41.20 for you."),
        (
            "My price is 41.20. " + "It is a fair one, I think. " * 20,
            "My price is 41.20." + " It is a fair one, I think." * 8,
        ),
    ],
)
def test_words_are_shown_clean_and_no_longer_than_allowed(text: str, shown: str) -> None:
    assert check_words(text, SPEECH) == shown


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: ascii(hostile.text[:40]))
def test_hostile_text_is_either_refused_or_plain(hostile: object) -> None:
    text = f"41.20 is my price. {getattr(hostile, 'text', '')}"

    try:
        said = check_words(text, replace(SPEECH, price=None))
    except Unusable:
        return

    assert said.isprintable()
    assert not set(said) & set("<>{}[]|`\\*#=_^~%")
    assert len(said) <= 240


@pytest.mark.parametrize(
    "text", ["41.20 less a small percentage.", "41.20 and a few per cent.", "41.20 at no %, my friend."]
)
def test_percentages_are_refused_even_without_a_number(text: str) -> None:
    with pytest.raises(Unusable):
        check_words(text, SPEECH)


def test_numbers_that_may_be_said_may_not_spell_a_private_one() -> None:
    speech = replace(SPEECH, allowed=frozenset(map(Decimal, (3, 9, 1))))

    assert check_words("41.20 for 3 of them, or 9, or 1.", speech)
    with pytest.raises(Unusable):
        check_words("41.20, and then 3 9 1 for you.", speech)


def test_price_that_equals_a_private_number_may_be_said() -> None:
    speech = replace(SPEECH, price=Decimal("391.21"))

    assert check_words("My last price is 391.21.", speech)


def test_claims_may_be_made_when_they_are_true() -> None:
    speech = replace(SPEECH, may_claim=True)

    assert check_words("Another seller quotes me 40.90, so 41.20 is too much.", speech)


@pytest.mark.parametrize("secret", ["391.21", "0.02", "0.05", "0.50", "0.99", "7.30", "18.00", "100.00"])
def test_everything_a_template_says_would_pass(secret: str) -> None:
    speech = replace(SPEECH, may_claim=True, secrets=frozenset({Decimal(secret)}))
    texts = [text.replace("{rival}", "40.90") for text in _templates()]

    for text in texts:
        price = Decimal("41.20") if "{price}" in text else None
        check_words(text.replace("{price}", "41.20"), replace(speech, price=price))

    assert len(texts) > 300


def test_beginning_may_be_shown_before_the_price_is_said() -> None:
    assert check_shown("Thank you.", SPEECH)


@pytest.mark.parametrize("text", ["Thank you, <b>.", "It cost me 391.21.", "I like ElectroMart.", "Three nine one."])
def test_beginning_that_breaks_a_rule_is_not_shown(text: str) -> None:
    assert not check_shown(text, SPEECH)


def _templates() -> list[str]:
    constants = [value for phrases in (seller_phrases, buyer_phrases) for value in vars(phrases).values()]
    return [text for constant in constants for text in _texts(constant)]


def _texts(constant: object) -> list[str]:
    match constant:
        case tuple():
            return [text for text in constant if isinstance(text, str)]
        case dict():
            return [text for value in constant.values() for text in _texts(value)]
        case Voice():
            return [*constant.shared, *constant.for_profit, *constant.for_retention]
        case _:
            return []
