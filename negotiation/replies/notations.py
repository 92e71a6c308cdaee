"""Knows a private number in any notation: digits in any script and grouping, words, letters for digits, encodings.

A number is private with its cents, without them, and rounded to tenths. Not known are what only a reader puts together:
first letters of lines, sums, hints, and languages that `spelling` has no table for.
"""

import base64
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TypeVar

from negotiation.replies.characters import fold, is_plain, squeeze
from negotiation.replies.disguises import rotated, undisguised
from negotiation.replies.numbers import MentionKind, numbers_in
from negotiation.replies.spelling import ENGLISH, TONGUES, digit_words, spell

# Nobody says as much as this; what is longer is not searched but taken for a disclosure.
LONGEST = 20_000

_LONG = 7
_CLUSTER = re.compile(r"[0-9](?:[\W_]{0,5}[0-9])+")
_ONE_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:([,.'_ ])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+)(?:[.,][0-9]+)?")
_BARE = re.compile(r"(?<![0-9])(?<![0-9][.,'_])[0-9]{1,20}(?:[.][0-9]{1,20})?(?![.,'_]?[0-9])")
_DIGIT = re.compile("[0-9]")
_LONE_DIGITS = re.compile(r"(?<![^\W_])[0-9](?:[\W_]{1,5}[0-9](?![^\W_]))+")
_LONE_LETTERS = re.compile(r"(?<![^\W_])[A-Za-z](?:[\W_]{1,3}[A-Za-z](?![^\W_])){2,}")
_WORDS = re.compile(r"[^\W_]+")
# Where neither stands between them, the words are those of _SPOKEN.
_MAY_SPELL = re.compile("[0-9_]")
_SPOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
_DOTS_AND_DASHES = str.maketrans({"·": ".", "•": ".", "*": ".", "_": "-"})
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_MORSE = ("-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.")
# A lone digit in what a word decodes to stands there by accident: "answer" is base64 for "j{0z".
_FEWEST_SAID, _FEWEST_DECODED = 1, 2
_MOST_PARTS = 4
# Three digits, the fewest that are looked for.
_SHORTEST_MORSE = 3 * len(_MORSE[0])
_DIGIT_WORDS = {squeeze(fold(word)): digit for word, digit in digit_words().items()}
_POINT_WORDS = {"point", "dot", "comma", "komma", "coma", "punto", "punkt", "virgule", "virgola", "ponto", "and", "点"}
# How a number may be shortened: "hundert" for "einhundert", "cien" and "cem" for 100, "treinta y un" before a noun.
_SHORTER = (
    (re.compile("^ein(?=hundert|tausend)"), ""),
    (re.compile("ciento(?=mil|$)"), "cien"),
    (re.compile("cento(?=mil|$)"), "cem"),
    (re.compile("uno$"), "un"),
)
# Numbers from ten on in some language that are also English words or names.
_EVERYDAY = {"bin", "cent", "elf", "elva", "mil", "mille", "on", "once", "seize", "sto", "ten", "tio", "trenta"}
# Those that are so as two: "a work of art on show" is not Swedish for eighteen, a bin on wheels not Turkish for 1010.
_EVERYDAY_IN_PARTS = _EVERYDAY | {"arton", "binon", "onbin"}


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Forms:
    """How private numbers look: as amounts, as bare digits, and as letters found anywhere or only as whole words.

    `beginnings` are the first letters of those found anywhere, as many as each of them has at least. `in_parts` are
    those of the whole words that may also be written as several.
    """

    exact: frozenset[Decimal]
    amounts: frozenset[Decimal]
    digits: frozenset[str]
    whole_digits: frozenset[str]
    anywhere: tuple[str, ...]
    beginnings: frozenset[str]
    as_words: frozenset[str]
    in_parts: frozenset[str]
    morse: frozenset[str]


def says_secret(text: str, secrets: Collection[Decimal]) -> bool:
    if not secrets:
        return False
    if len(text) > LONGEST:
        return True
    forms = _forms(frozenset(secrets))
    said, *decoded = undisguised(text)
    return _says(fold(said), forms, _FEWEST_SAID) or any(_says(fold(each), forms, _FEWEST_DECODED) for each in decoded)


def near_amounts(secrets: Iterable[Decimal]) -> frozenset[Decimal]:
    """The numbers themselves and those that would tell them: without cents, in cents, rounded."""
    return _forms(frozenset(secrets)).amounts


def digits_tell(folded: str, secrets: Collection[Decimal]) -> bool:
    """Whether digits that stand close together spell a private number, even if each of them may be said."""
    return bool(secrets) and _digits_tell(folded, _forms(frozenset(secrets)))


def _says(folded: str, forms: _Forms, fewest: int) -> bool:
    """`fewest` are the digits of an amount that counts, if it is not in words."""
    squeezed = squeeze(folded)
    return (
        _digits_tell(folded, forms)
        or _names_amount(folded, forms, fewest)
        or _holds(squeezed, forms)
        or (squeezed != (plain := squeezed.translate(_LEET)) and _holds(plain, forms))
        or _says_in_words(folded.casefold(), squeezed, forms)
        or _says_in_morse(folded, forms)
    )


def _digits_tell(folded: str, forms: _Forms) -> bool:
    if not _DIGIT.search(folded):
        return False
    for cluster in _CLUSTER.findall(folded):
        if _ONE_NUMBER.fullmatch(cluster):
            continue
        joined = re.sub(r"[^0-9]", "", cluster)
        if any(digits in joined for digits in forms.digits) or _is_torn(cluster, joined, forms):
            return True
    return any(_tells(re.sub(r"[^0-9]", "", run), forms) for run in _LONE_DIGITS.findall(folded))


def _is_torn(cluster: str, joined: str, forms: _Forms) -> bool:
    """Whether it is a private number in two pieces, such as "39 1"."""
    return joined in forms.whole_digits and re.search(r"[^0-9.,]", cluster) is not None


def _tells(run: str, forms: _Forms) -> bool:
    """Of digits given one by one."""
    return any(digits in run for digits in forms.digits | forms.whole_digits)


def _names_amount(folded: str, forms: _Forms, fewest: int) -> bool:
    """Digits also count without the thousands before them and without the "k" behind them."""
    bare = (digits for digits in _BARE.findall(folded) if len(digits) >= fewest)
    if any(Decimal(digits) in forms.amounts for digits in bare):
        return True
    for mention in numbers_in(folded):
        if 0 < sum(map(str.isdigit, folded[mention.start : mention.end])) < fewest:
            continue
        private = forms.exact if mention.kind is MentionKind.PASSING else forms.amounts
        if mention.values & private:
            return True
    return False


def _holds(squeezed: str, forms: _Forms) -> bool:
    """Whether one of the long forms stands anywhere in it."""
    stretches = {squeezed[place : place + _LONG] for place in range(len(squeezed) - _LONG + 1)}
    return not forms.beginnings.isdisjoint(stretches) and any(form in squeezed for form in forms.anywhere)


def _says_in_words(folded: str, squeezed: str, forms: _Forms) -> bool:
    words = _WORDS.findall(folded)
    if not forms.as_words.isdisjoint(words):
        return True
    if any(form in squeezed for form in forms.in_parts) and _says_in_parts(words, forms):
        return True
    if any(squeeze(run) in forms.as_words for run in _LONE_LETTERS.findall(folded)):
        return True
    if _DIGIT_WORDS.keys().isdisjoint(words) and is_plain(folded) and not _MAY_SPELL.search(folded):
        return False
    spelled = "".join(_digit(word) for word in _SPOKEN.findall(folded))
    return any(len(run) > 1 and _tells(run, forms) for run in spelled.split())


def _says_in_parts(words: Sequence[str], forms: _Forms) -> bool:
    """Whether words side by side are a private number that is short when written as one: "otuz üç" for "otuzüç"."""
    return any(
        "".join(words[first:last]) in forms.in_parts
        for first in range(len(words))
        for last in range(first + 2, first + _MOST_PARTS + 1)
    )


def _digit(word: str) -> str:
    """Lone digits are kept, points passed over, all else divides."""
    if len(word) == 1 and word.isdecimal():
        return word
    return _DIGIT_WORDS.get(word) or ("" if word in _POINT_WORDS else " ")


def _says_in_morse(folded: str, forms: _Forms) -> bool:
    if is_plain(folded) and sum(map(folded.count, ".-*_")) < _SHORTEST_MORSE:
        return False
    signals = re.sub(r"[^.-]", "", folded.translate(_DOTS_AND_DASHES))
    return any(signal in signals for signal in forms.morse)


@lru_cache(maxsize=512)
def _forms(secrets: frozenset[Decimal]) -> _Forms:
    each = [_forms_of(secret) for secret in secrets]
    digits, wholes = _joined(form.digits for form in each), _joined(form.whole_digits for form in each)
    return _Forms(
        exact=secrets,
        amounts=_joined(form.amounts for form in each),
        digits=digits,
        whole_digits=wholes,
        anywhere=tuple({word: None for form in each for word in form.anywhere}),
        beginnings=_joined(form.beginnings for form in each),
        as_words=_joined(form.as_words for form in each),
        in_parts=_joined(form.in_parts for form in each),
        morse=_joined(form.morse for form in each),
    )


@lru_cache(maxsize=4096)
def _forms_of(secret: Decimal) -> _Forms:
    """Of one number: the limits of a seat stay the same for a room, while its latitude changes from turn to turn."""
    digits = _digit_forms(secret)
    wholes = {str(_whole(secret))} if _whole(secret) >= 10 else set()
    spelled = _spelled_forms(secret)
    letters = (spelled | _letter_forms(secret, spelled)) - _EVERYDAY
    anywhere = sorted(form for form in letters if len(form) >= _LONG)
    return _Forms(
        exact=frozenset({secret}),
        amounts=frozenset(_near(secret)),
        digits=frozenset(digits),
        whole_digits=frozenset(wholes),
        anywhere=tuple(anywhere),
        beginnings=frozenset(form[:_LONG] for form in anywhere),
        as_words=frozenset(form for form in letters if 3 <= len(form) < _LONG),
        in_parts=frozenset(form for form in spelled - _EVERYDAY_IN_PARTS if 3 <= len(form) < _LONG),
        morse=frozenset("".join(_MORSE[int(digit)] for digit in form) for form in digits | wholes if len(form) > 2),
    )


def _joined(sets: Iterable[frozenset[_T]]) -> frozenset[_T]:
    return frozenset().union(*sets)


def _whole(secret: Decimal) -> int:
    return int(secret.to_integral_value(ROUND_FLOOR))


def _near(secret: Decimal) -> set[Decimal]:
    """Without nought, to which each price below fifty cents would be rounded: it tells none of them."""
    rounded = {secret.quantize(step, rounding) for step in (_TENTH, _ONE) for rounding in (ROUND_FLOOR, ROUND_HALF_UP)}
    cents = (
        set()
        if secret == secret.to_integral_value()
        else {secret.scaleb(2), Decimal(_backwards(secret)), Decimal(_backwards(secret).replace(".", ""))}
    )
    return {secret, *rounded, *cents} - {_NOTHING}


_TENTH, _ONE, _NOTHING = Decimal("0.1"), Decimal(1), Decimal(0)


def _backwards(secret: Decimal) -> str:
    return f"{secret:.2f}"[::-1]


def _digit_forms(secret: Decimal) -> set[str]:
    """Digits that give the number away inside a longer row of them; short ones would be found by accident."""
    cents = f"{secret:.2f}".replace(".", "")
    forms = {str(_whole(secret))} if cents.endswith("00") else {cents, cents[::-1]}
    return {form for form in forms if len(form) >= 4}


def _spelled_forms(secret: Decimal) -> set[str]:
    whole, cents = _whole(secret), int(secret % 1 * 100)
    if whole < 10 and cents < 10:
        return set()  # everyday words
    return (
        {_squeezed(form) for form in (_spelled(whole) if whole >= 10 else _spelled_small(whole, cents))}
        if whole < 1_000_000
        else set()
    )


def _letter_forms(secret: Decimal, spelled: Collection[str]) -> set[str]:
    """Letters that stand for it in another way than by its name."""
    whole, cents = _whole(secret), f"{secret:.2f}".replace(".", "")
    english = {form for form in spelled if form.startswith(_ENGLISH_BEGINNINGS)}
    forms = {form[::-1] for form in english} | {rotated(form) for form in english}
    forms |= {_lettered(digits, row) for digits in (str(whole), cents) for row in _ROWS if len(digits) >= 3}
    forms |= {squeeze(form) for form in _encoded(secret)}
    return forms | ({_roman(whole)} if 100 <= whole < 4000 else set())


_ENGLISH_BEGINNINGS = tuple(ENGLISH.small.split()[1:] + ENGLISH.tens.split())
# One letter for each digit from nought: the alphabet, with j or o for nought, and the top row of a keyboard.
_ROWS = ("jabcdefghi", "oabcdefghi", "abcdefghij", "pqwertyuio")


@lru_cache(maxsize=8192)
def _squeezed(spelled: str) -> str:
    return squeeze(fold(spelled))


def _spelled(whole: int) -> set[str]:
    forms = {spell(whole, tongue) for tongue in TONGUES}
    forms |= {shorter.sub(short, form) for form in forms for shorter, short in _SHORTER}
    forms |= {form.replace("oo", "o") for form in forms}
    forms |= {form.replace("hundred", "hundredand").removesuffix("and") for form in forms if "hundred" in form}
    return forms | {form.replace("hundert", "hundertund").removesuffix("und") for form in forms if "hundert" in form}


def _spelled_small(whole: int, cents: int) -> set[str]:
    """Less than ten with its cents, as in "seven euros fifteen", or the cents alone."""
    if not whole:
        return {spell(cents, tongue) for tongue in TONGUES}
    pairs = {(spell(whole, tongue), spell(cents, tongue)) for tongue in TONGUES}
    return {f"{one}{joint}{other}" for one, other in pairs for joint in _JOINTS}


_JOINTS = ("", "euro", "euros", "dollar", "dollars", "con", "e", "et", "y", "und")


def _lettered(digits: str, row: str) -> str:
    return "".join(row[int(digit)] for digit in digits)


def _encoded(secret: Decimal) -> set[str]:
    whole = _whole(secret)
    written = {f"{secret:.2f}", f"{secret.normalize():f}", f"{secret:.2f}".replace(".", ","), str(whole)}
    raw = [form.encode() for text in written if len(text) >= 3 for form in (text, f"${text}", f" {text}")]
    forms = {base64.b64encode(form).decode().rstrip("=") for form in raw}
    forms |= {base64.b32encode(form).decode().rstrip("=") for form in raw}
    forms |= {form.hex() for form in raw} | {"".join(f"{byte:08b}" for byte in form) for form in raw}
    return forms | {form for form in (f"{whole:b}", f"{whole:#x}", f"{whole:#o}", f"{whole:#b}") if len(form) >= 5}


def _roman(number: int) -> str:
    numeral = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral


_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
