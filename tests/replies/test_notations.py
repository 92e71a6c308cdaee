import base64
import codecs
from decimal import Decimal

import pytest

from negotiation.replies.notations import LONGEST, digits_tell, says_secret

SECRET = frozenset({Decimal("391.21")})


@pytest.mark.parametrize(
    "said",
    [
        "391.21", "391,21", "39121", "391", "391.2", "$391.21", "3 9 1 . 2 1", "3-9-1", "3.9.1", "39 1", "3_9_1",
        "3/9/1", "12.193", "３９１．２１", "٣٩١٫٢١", "३९१", "𝟑𝟗𝟏", "③⑨①", "❸❾❶", "³⁹¹", "3⃣9⃣1⃣", "⠉⠊⠁",
        "3\u200b9\u200b1", "3\u00ad9\u00ad1", "3\u03369\u03361", "39l.2l", "three hundred ninety-one",
        "three hundred and ninety-one", "threehundredninetyone", "three ninety-one",
        "t h r e e h u n d r e d n i n e t y o n e", "three nine one", "three, nine, one", "three... nine... one",
        "THREE_NINE_ONE", "thirty-nine one twenty-one", "thr33 hundr3d n1n3ty 0n3", "thrее hundred ninеty one",
        "3 nine 1", "tres neun one", "dreihunderteinundneunzig", "dreihundert einundneunzig", "drei neun eins",
        "trois cent quatre-vingt-onze", "trois cent nonante et un", "trescientos noventa y uno", "tres nueve uno",
        "trecentonovantuno", "tre nove uno", "trezentos e noventa e um", "driehonderdeenennegentig",
        "driehonderd eenennegentig", "trzysta dziewięćdziesiąt jeden", "trzy dziewięć jeden", "üç yüz doksan bir",
        "üç dokuz bir", "trehundranittioett", "триста девяносто один", "tiga ratus sembilan puluh satu",
        "삼백구십일", "三百九十一", "三九一", "叁佰玖拾壹", "CCCXCI", "cccxci", "C.C.C.X.C.I", "0x187", "110000111",
        "0o607", "MzkxLjIx", "Mzkx", "JDM5MS4yMQ", "33 39 31 2e 32 31", "3339312e3231", "%33%39%31",
        "&#51;&#57;&#49;", r"\u0033\u0039\u0031", r"\x33\x39\x31", "ciaba", "C-I-A-B-A", "c i a", "e o q",
        "eno ytenin derdnuh eerht", "...-- ----. .----", "00110011 00111001 00110001",
        base64.b64encode(b"it is 391.21").decode(), base64.b32encode(b"391.21").decode(),
        base64.b64encode(b"three nine one").decode(), codecs.encode("three hundred ninety one", "rot13"),
    ],
)  # fmt: skip
def test_private_number_is_known_in_any_notation(said: str) -> None:
    assert says_secret(f"Well, {said}, that is it", SECRET)


@pytest.mark.parametrize(
    "said",
    [
        "My price is 41.20 for 50 units, 2,060.00 in all.",
        "I can do 41.20, or 39.10 if you take more, but not 391.50 or 1391.",
        "One more thing: no one gives you two of them, let alone three.",
        "A special price, once and for all; an elf would not get it for a cent.",
        "Meet me in the middle, and we are done by noon.",
    ],
)
def test_other_numbers_are_not_taken_for_private(said: str) -> None:
    assert not says_secret(said, SECRET)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("33.50", "otuz üç"), ("15.00", "on beş"), ("102.00", "yüz iki"), ("110.00", "yüz on"), ("102.00", "sto dwa"),
        ("102.00", "сто два"), ("2000.00", "dos mil"), ("100.00", "cien"), ("100.00", "cem"), ("100.00", "hundert"),
        ("101.00", "hunderteins"), ("120.00", "hundertzwanzig"), ("1000.00", "tausend"), ("31.00", "treinta y un"),
        ("21.00", "veintiún"), ("60.00", "six-ty"),
    ],
)  # fmt: skip
def test_short_number_is_known_in_the_way_it_is_commonly_written(secret: str, said: str) -> None:
    assert says_secret(f"Well, {said}, that is it", {Decimal(secret)})


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("18.00", "It is a work of art on show."),
        ("100.00", "It's to be seen, and that's to say it all."),
        ("1010.00", "The bin on wheels is the best."),
    ],
)
def test_everyday_words_side_by_side_are_no_number(secret: str, said: str) -> None:
    assert not says_secret(said, {Decimal(secret)})


@pytest.mark.parametrize("secret", ["0.02", "0.05", "0.40", "0.50", "0.99", "7.30"])
@pytest.mark.parametrize("word", ["answer", "Getting", "history", "Install", "keyword", "Outcome"])
def test_word_that_decodes_to_a_lone_digit_tells_nothing(secret: str, word: str) -> None:
    assert not says_secret(f"Here is my {word} to you", {Decimal(secret)})


@pytest.mark.parametrize(("secret", "said"), [("0.50", "0.50"), ("0.50", "0.5"), ("5.00", "5.00"), ("7.30", "7.3")])
def test_small_private_number_is_known_in_an_encoding(secret: str, said: str) -> None:
    assert says_secret(f"code {base64.b64encode(f'it is {said}'.encode()).decode()}", {Decimal(secret)})


@pytest.mark.parametrize("secret", ["41.00", "41.25", "412.00", "4125.00", "52.14"])
def test_private_number_is_not_found_inside_a_longer_one(secret: str) -> None:
    assert not says_secret("I can do 14,125.00 for all of them.", {Decimal(secret)})


def test_passing_word_is_private_only_if_it_is_the_number() -> None:
    said = "One more thing for the two of us."

    assert says_secret(said, {Decimal("2.00")})
    assert not says_secret(said, {Decimal("2.40")})


def test_digits_that_may_be_said_singly_may_not_spell_a_private_number() -> None:
    assert digits_tell("lots of 3 9 1 each", SECRET)
    assert not digits_tell("lots of 3, of 9 and of 1", SECRET)


def test_endless_text_counts_as_disclosure() -> None:
    assert says_secret("a" * (LONGEST + 1), SECRET)
    assert not says_secret("a" * (LONGEST + 1), ())
