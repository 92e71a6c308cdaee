"""The words by which `shopping_text` tells what a number of a shopping list is: how many, at most, at least, hoped for.

They are matched against folded small letters, up to the number or right after it.
"""

import re

from negotiation.amounts_in_text import CODES
from negotiation.offer_words import EACH, EACH_BEFORE, TOTAL
from negotiation.replies.money import CURRENCY_SIGNS

_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MONEY = rf"{_SIGNS}|(?<![a-z])(?:{CODES})(?![a-z])"
MONEY_BEFORE = re.compile(rf"(?<![a-z])(?P<money>{_MONEY})\s?$")
MONEY_AFTER = re.compile(rf"\s?(?P<money>{_MONEY})(?![a-z])")

CENTS_AFTER = re.compile(r"\s?(?:¢|(?:cents?|ct|centimes|centavos)(?![a-z]))")

_LINK = r"(?:\s?(?:price|prices|cost))?(?:\s(?:of|is|at|be|for))?\s?[:=]?\s?$"


def _lead(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(words)}){_LINK}")


AT_MOST = _lead(
    r"(?:[a-z]+n'?t|cannot|never|nothing|without|not)(?: [a-z]+){0,3}"
    r" (?:over|above|beyond|more than|higher than|exceed(?:ing)?)",
    r"up ?to|at (?:the )?(?:very )?most|(?:no|not) (?:more|higher) than|not (?:above|over|exceeding|to exceed)",
    r"max(?:imum|imal)?\.?|<=?|=<|under|below|less than|within|limit(?:ed)?(?: to)?|highest|cap(?:ped)?|ceiling|until",
    r"bis(?: zu)?|hochstens|jusqu'a|hasta|tops",
)
AT_LEAST = _lead(
    r"at (?:the )?(?:very )?least|(?:no|not) (?:less|lower|fewer) than|not (?:below|under)|min(?:imum|imal)?\.?|=?>=?",
    r"above|over|more than|starting|from|lowest|mindestens|ab",
)
HOPED = _lead(
    r"(?:hop(?:e|es|ing) (?:for|to (?:get|pay|buy)(?: \w+)?(?: (?:at|for))?))|hope|target(?:ing)?|ideal(?:ly)?(?: at)?",
    r"aim(?:ing)?(?: (?:for|at))?|(?:would|i'd|we'd) like(?: to pay)?|prefer(?:ably|red)?|goal|wish|best case",
    r"want to pay|happy (?:with|at)",
)
PLAIN = re.compile(r"(?:(?<![a-z])(?:at|for|price|priced at|costing|je|zu|fur)\s|@\s?|=\s?)$")
ALL_BEFORE = _lead(r"(?:(?:total|overall) )?budget|total|in total|altogether|spend(?:ing)?")
AT_MOST_AFTER = re.compile(
    r"\s?(?:max(?:imum)?\.?|tops|at (?:the )?most|or (?:less|lower|cheaper|under|below)|is (?:my|our|the) limit)"
    r"(?![a-z])"
)
AT_LEAST_AFTER = re.compile(r"\s?(?:min(?:imum)?\.?|at (?:the )?least|or (?:more|higher))(?![a-z])")
EACH_AFTER = re.compile(rf"(?:{EACH.pattern})|\s?(?:/|per\s)\s?[a-z][a-z-]*|\s(?:a|an)\s(?:piece|unit|pop)(?![a-z])")
ALL_AFTER = re.compile(
    rf"(?:{TOTAL.pattern})|\s(?:for|fur) (?:all|them|the lot|everything)(?: (?:of )?(?:them|\w+))?(?![a-z])"
    r"|\s(?:in sum|combined)(?![a-z])"
)
EACH_LEAD = EACH_BEFORE
RANGE_OF_PRICES = re.compile(rf"-\s?[0-9][0-9.,]*(?:\s?(?:{_MONEY})|{EACH.pattern})")
BETWEEN = re.compile(r"(?<![a-z])(?:between|from|zwischen|entre|von)\s(?:around\s)?$")
RANGE = re.compile(r"\s?(?:-|to|and|bis|und|y|et)\s?")

COUNT_BEFORE = re.compile(r"(?:(?<![a-z])(?:quantity|qty|count|menge)\.?(?:\sof)?\s?[:=]?\s?|(?<![a-z])x\s?|:\s?)$")
COUNT_AFTER = re.compile(
    r"\s?(?:x|\*|units?|pieces?|pcs?|stuck|stk)(?![a-z])\.?(?:\sof(?![a-z]))?|\sof(?: them| these| those)?(?![a-z])"
)
GLUED_BEFORE = re.compile(r"[a-z][-_/.]?$")
GLUED_AFTER = re.compile(r"[a-z0-9]|[-_/][a-z0-9]")
MEASURE = re.compile(
    r"[\s-]?(?:%|percent|\"|''|inch(?:es)?|in\.|zoll|cm|mm|km|m2|sqm|kg|gr?|mg|lbs?|oz|ml|cl|l|liters?|litres?|gb|tb|mb"
    r"|ghz|mhz|hz|kw|kwh|watts?|w|volts?|v|mah|ah|amps?|mp|dpi|fps|cores?|ports?|pins?|bits?|seater|ply|way|pack|piece"
    r"|years?|months?|weeks?|days?|hours?|minutes?|th|st|nd|rd|generation|gen)(?![a-z0-9])"
)
METRES = re.compile(r"[0-9]\s?m$")
DOZEN = re.compile(r"(?:(?P<half>half\sa\s)|(?P<count>[0-9]{1,4}|[a-z-]{3,12})\s)?dozens?(?:\sof(?![a-z]))?(?![a-z])")

# Words after a number that begin its limits and no name.
NO_NAME = re.compile(
    r"\s?(?:up|upto|at|max|maximum|min|minimum|under|below|above|over|less|more|not|no|within|limit|between|from|for|hop"
    r"|ideal|target|aim|prefer|in all|total|each|per|or|is|bis|hochstens)"
)
# What the price of all stands before: "3000 for 25 desks".
FOR_SO_MANY = re.compile(r"\s(?:for|fur|pour|por)\s")
# A line of a table: a name, how many and a price, or how many first; and the numbers of a list, which count nothing.
_CELL, _COUNT, _COST = (
    r"(?=[^\n,;|\t]*[^\W\d_])[^\n,;|\t]+",
    r"[0-9]+ ?",
    r"[^\w\s]?[0-9]+(?:\.[0-9]{1,2})?[^\w\s]?[^\S\n]*",
)
NAME_FIRST = re.compile(rf"^({_CELL})(?P<mark>[,;|\t])( ?{_COUNT})(?P=mark)( ?{_COST})$", re.MULTILINE)
COUNT_FIRST = re.compile(rf"^([^\S\n]*{_COUNT})(?P<mark>[,;|\t])( ?{_CELL})(?P=mark)( ?{_COST})$", re.MULTILINE)
LIST_NUMBER = re.compile(r"^[^\S\n]*(?P<number>[0-9]{1,2})[.)](?=\s+\S)", re.MULTILINE)
# What parts the items of a line, or an item and its limits.
HARD_END = re.compile(r";")
SOFT_END = re.compile(
    r",(?![0-9]{3}(?![0-9]))|[!?](?=\s|$)|[()]"
    r"|(?<!max)(?<!min)(?<!approx)(?<!ca)\.(?=\s|$)|(?<=max|min)\.(?=\s*(?:$|[a-z]))"
    r"|(?<=[0-9] (?:max|min))\.(?=\s[0-9]+\s(?!each|per|apiece|in |for|total|euros?|dollars?|usd|eur|gbp)[a-z]{3})"
    r"|(?<![a-z])(?:and|plus|as well as|und|et|y|but)(?![a-z])|&|\+(?=\s)"
)
FILLERS = frozenset(
    re.findall(
        r"\S+",
        """
        i we us me our my you your need needs needed want wants would like i'd we'd i'm we're am are is to buy
        buying get order purchase procure acquire please also some looking look search for of the a an and or with
        at each apiece hello hi hey dear thanks thank both maybe then so but it them they these those pay paying
        price prices priced cost costs costing x pcs pc pieces piece units unit qty quantity no one per than from
        only all in total
        """,
    )
)
