# ruff: noqa: RUF001 - Cyrillic words are meant
"""Spells whole numbers in many languages, letters only, so that a private number is known in any of them.

Each language is a table; what its grammar has beyond that is listed number by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache


# Compared by identity, so that what was spelled can be remembered for each.
@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """`small` are the words from 0 to 19, `tens` those from 20, `hundreds` those from 100.

    `tens_joint` stands between tens and ones, `hundreds_joint` after the hundreds, `thousand_joint` after thousands;
    `ones_first` as in "einundneunzig". `thousand` is one of them, `thousands` follows all other numbers but those that
    `few_thousands` follows, two to four. `bound_one` replaces one before a joint; `irregular` are numbers below 100.
    """

    small: str
    tens: str
    hundreds: str
    thousand: str
    thousands: str
    few_thousands: str = ""
    tens_joint: str = ""
    hundreds_joint: str = ""
    thousand_joint: str = ""
    ones_first: bool = False
    bound_one: str = ""
    irregular: Mapping[int, str] = field(default_factory=dict)


def spell(number: int, tongue: Tongue) -> str:
    """From 0 to 999,999, all words written together."""
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_thousand(rest, tongue)
    many = _thousands(thousands, tongue)
    if not rest:
        return many
    return many + (tongue.thousand_joint if rest < 100 else "") + _below_thousand(rest, tongue)


def digit_words() -> dict[str, str]:
    """From the word for a digit in any of the languages to the digit, without those that are English words as well."""
    words: dict[str, str] = {}
    for tongue in TONGUES:
        for digit, word in enumerate(tongue.small.split()[:10]):
            words.setdefault(word, str(digit))
    for digit, spoken in enumerate(_OTHER_DIGITS):
        words |= dict.fromkeys(spoken.split(), str(digit))
    return {word: digit for word, digit in words.items() if word not in _ENGLISH_WORDS}


def _thousands(number: int, tongue: Tongue) -> str:
    if number == 1:
        return tongue.thousand
    is_few = number % 10 in (2, 3, 4) and number // 10 % 10 != 1
    return _below_thousand(number, tongue) + ((is_few and tongue.few_thousands) or tongue.thousands)


@cache
def _below_thousand(number: int, tongue: Tongue) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest, tongue)
    spelled = tongue.hundreds.split()[hundreds - 1]
    return spelled + (tongue.hundreds_joint + _below_hundred(rest, tongue) if rest else "")


def _below_hundred(number: int, tongue: Tongue) -> str:
    small = tongue.small.split()
    if number in tongue.irregular:
        return tongue.irregular[number]
    if number < 20:
        return small[number]
    tens, ones = tongue.tens.split()[number // 10 - 2], number % 10
    if not ones:
        return tens
    one = tongue.bound_one if ones == 1 and tongue.bound_one else small[ones]
    return one + tongue.tens_joint + tens if tongue.ones_first else tens + tongue.tens_joint + one


# Forms by gender and of speech, from nought to nine.
_OTHER_DIGITS = (
    "nul nulla oh nought 零 〇",
    "ein eine einen une una uma jedna raz 一 壹 하나",
    "zwo duas dwie två iki 二 两 兩 둘",
    "三 셋",
    "四 넷",
    "五 다섯",
    "六",
    "七",
    "八",
    "九",
)
_ENGLISH_WORDS = {"do", "on", "to", "um"}

ENGLISH = Tongue(
    small="zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    tens="twenty thirty forty fifty sixty seventy eighty ninety",
    hundreds="onehundred twohundred threehundred fourhundred fivehundred sixhundred sevenhundred eighthundred "
    "ninehundred",
    thousand="onethousand",
    thousands="thousand",
)
GERMAN = Tongue(
    small="null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn",
    tens="zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    hundreds="einhundert zweihundert dreihundert vierhundert fünfhundert sechshundert siebenhundert achthundert "
    "neunhundert",
    thousand="eintausend",
    thousands="tausend",
    tens_joint="und",
    ones_first=True,
    bound_one="ein",
)
DUTCH = Tongue(
    small="nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
    "zeventien achttien negentien",
    tens="twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    hundreds="honderd tweehonderd driehonderd vierhonderd vijfhonderd zeshonderd zevenhonderd achthonderd negenhonderd",
    thousand="duizend",
    thousands="duizend",
    tens_joint="en",
    ones_first=True,
)
SWEDISH = Tongue(
    small="noll ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
    tens="tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
    hundreds="etthundra tvåhundra trehundra fyrahundra femhundra sexhundra sjuhundra åttahundra niohundra",
    thousand="ettusen",
    thousands="tusen",
)
_FRENCH_SMALL = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit "
    "dixneuf"
)
FRENCH = Tongue(
    small=_FRENCH_SMALL,
    tens="vingt trente quarante cinquante soixante septante quatrevingt nonante",
    hundreds="cent deuxcent troiscent quatrecent cinqcent sixcent septcent huitcent neufcent",
    thousand="mille",
    thousands="mille",
    bound_one="etun",
    irregular={
        **{60 + above: "soixante" + word for above, word in enumerate(_FRENCH_SMALL.split()) if above >= 10},
        71: "soixanteetonze",
        **{80 + above: "quatrevingt" + (word if above else "") for above, word in enumerate(_FRENCH_SMALL.split())},
    },
)
SWISS_FRENCH = Tongue(
    small=_FRENCH_SMALL,
    tens="vingt trente quarante cinquante soixante septante huitante nonante",
    hundreds=FRENCH.hundreds,
    thousand="mille",
    thousands="mille",
    bound_one="etun",
)
SPANISH = Tongue(
    small="cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve",
    tens="veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    hundreds="ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
    thousand="mil",
    thousands="mil",
    tens_joint="y",
    irregular={
        20 + ones: "veinti" + word
        for ones, word in enumerate("uno dós trés cuatro cinco séis siete ocho nueve".split(), 1)  # noqa: SIM905
    },
)
_ITALIAN_TENS = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"
ITALIAN = Tongue(
    small="zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    tens=_ITALIAN_TENS,
    hundreds="cento duecento trecento quattrocento cinquecento seicento settecento ottocento novecento",
    thousand="mille",
    thousands="mila",
    irregular={
        10 * tens + ones: word[:-1] + vowel
        for tens, word in enumerate(_ITALIAN_TENS.split(), 2)
        for ones, vowel in ((1, "uno"), (8, "otto"))
    },
)
PORTUGUESE = Tongue(
    small="zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete "
    "dezoito dezenove",
    tens="vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    hundreds="cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
    thousand="mil",
    thousands="mil",
    tens_joint="e",
    hundreds_joint="e",
    thousand_joint="e",
)
POLISH = Tongue(
    small="zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście "
    "czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście",
    tens="dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt "
    "dziewięćdziesiąt",
    hundreds="sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset",
    thousand="tysiąc",
    thousands="tysięcy",
    few_thousands="tysiące",
)
TURKISH = Tongue(
    small="sıfır bir iki üç dört beş altı yedi sekiz dokuz on onbir oniki onüç ondört onbeş onaltı onyedi onsekiz "
    "ondokuz",
    tens="yirmi otuz kırk elli altmış yetmiş seksen doksan",
    hundreds="yüz ikiyüz üçyüz dörtyüz beşyüz altıyüz yediyüz sekizyüz dokuzyüz",
    thousand="bin",
    thousands="bin",
)
RUSSIAN = Tongue(
    small="ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
    tens="двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    hundreds="сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот",
    thousand="тысяча",
    thousands="тысяч",
    few_thousands="тысячи",
)
INDONESIAN = Tongue(
    small="nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas duabelas tigabelas empatbelas "
    "limabelas enambelas tujuhbelas delapanbelas sembilanbelas",
    tens="duapuluh tigapuluh empatpuluh limapuluh enampuluh tujuhpuluh delapanpuluh sembilanpuluh",
    hundreds="seratus duaratus tigaratus empatratus limaratus enamratus tujuhratus delapanratus sembilanratus",
    thousand="seribu",
    thousands="ribu",
)
KOREAN = Tongue(
    small="영 일 이 삼 사 오 육 칠 팔 구 십 십일 십이 십삼 십사 십오 십육 십칠 십팔 십구",
    tens="이십 삼십 사십 오십 육십 칠십 팔십 구십",
    hundreds="백 이백 삼백 사백 오백 육백 칠백 팔백 구백",
    thousand="천",
    thousands="천",
)
TONGUES = (
    ENGLISH,
    GERMAN,
    DUTCH,
    SWEDISH,
    FRENCH,
    SWISS_FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    POLISH,
    TURKISH,
    RUSSIAN,
    INDONESIAN,
    KOREAN,
)
