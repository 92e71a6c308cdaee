"""The words by which `shopping_text` tells what a number of a shopping list is: how many, at most, at least, hoped for.

They are matched against folded small letters, up to the number or right after it.
"""

import re

from negotiation.offer_words import EACH, EACH_BEFORE, TOTAL
from negotiation.replies.money import CURRENCY_SIGNS
from negotiation.surroundings import CODES

_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MONEY = rf"{_SIGNS}|(?<![a-z])(?:{CODES})(?![a-z])"
MONEY_BEFORE = re.compile(rf"(?<![a-z])(?P<money>{_MONEY})\s?$")
MONEY_AFTER = re.compile(rf"\s?(?P<money>{_MONEY})(?![a-z])")

CENTS_AFTER = re.compile(r"\s?(?:¢|(?:cents?|ct|centimes|centavos)(?![a-z]))")

_LINK = (
    r"(?:\s?(?:price|prices|cost|bid))?(?:\s(?:of|is|at|be|for))?"
    r"(?:\s(?:around|about|roughly|approximately|approx\.?|circa|ca\.?))?\s?(?:[:=]|\s-)?\s?$"
)


def _lead(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(words)}){_LINK}")


AT_MOST = _lead(
    r"(?:[a-z]+n'?t|cannot|never|nothing|without|not)(?: [a-z]+){0,3}"
    r" (?:over|above|beyond|more than|higher than|exceed(?:ing)?)",
    r"up ?to|at (?:the )?(?:very )?most|(?:no|not) (?:more|higher) than|not (?:above|over|exceeding|to exceed)",
    r"top|(?:(?:absolute|hard|upper|strict) )?max(?:imum|imal|imo)?\.?"
    r"|(?:hard|upper|strict|price) (?:limit|ceiling|cap)|budget (?:per|for (?:each|one)) [a-z]+|<=?|=<|under"
    r"|below|less than|within|limit(?:ed)?(?: to)?|highest"
    r"|cap(?:ped)?|ceiling|until",
    r"bis(?: zu)?|hochstens|jusqu'a|hasta|tops",
)
AT_LEAST = _lead(
    r"at (?:the )?(?:very )?least|(?:no|not) (?:less|lower|fewer) than|not (?:below|under)|min(?:imum|imal|imo)?\.?"
    r"|=?>=?",
    r"above|over|more than|start(?:ing)?|from|lowest|mindestens|ab",
)
NOT_BELOW = _lead(r"(?:[a-z]+n'?t|cannot|never|not)(?: [a-z]+)? (?:below|under|less than|lower than)")
HOPED = _lead(
    r"(?:hop(?:e|es|ing) (?:for|to (?:get|pay|buy)(?: \w+)?(?: (?:at|for))?))|hope|target(?:ing)?",
    r"ideal(?:ly)?(?: (?:at|they|it|we|would|pay|cost))*",
    r"aim(?:ing)?(?: (?:for|at))?|(?:would|i'd|we'd) (?:like|love)(?: to pay)?|prefer(?:ably|red)?|goal|wish|best case",
    r"want to pay|happy (?:with|at)|around|about|roughly|approximately",
)
PLAIN = re.compile(r"(?:(?<![a-z])(?:for |fur |zu )?(?:at|for|price|priced at|costing|je|zu|fur)\s|@\s?|=\s?)$")
ALL_BEFORE = _lead(r"(?:(?:total|overall) )?budget(?:(?: in)? total)?|total|in total|altogether|spend(?:ing)?")
AT_MOST_AFTER = re.compile(
    r"\s?(?:(?:as (?:the|an?|our|my) )?(?:absolute |hard |upper )?max(?:imum)?\.?|tops|at (?:the )?most|or (?:less"
    r"|lower|cheaper|under|below)|is (?:my|our|the) limit)"
    r"(?![a-z])"
)
AT_LEAST_AFTER = re.compile(r"\s?(?:min(?:imum)?\.?|at (?:the )?least|or (?:more|higher))(?![a-z])")
HOPED_AFTER = re.compile(r"\s?(?:(?:as (?:the|an?|our|my) )(?:target|goal)|would be ideal|ideally)(?![a-z])")
_CONTAINER = (
    r"box(?:es)?|packs?|packets?|packages?|pairs?|bottles?|rolls?|sets?|cases?|cartons?|bags?|cans?|tubes?|reams?"
    r"|pallets?"
    r"|crates?|sacks?|jars?|buckets?|drums?|sheets?|kits?|bundles?|trays?|kilos?|copies"
)
EACH_AFTER = re.compile(
    rf"\s?(?:/|(?:per|por|pro|par)\s|for (?:each|every) )\s?(?P<thing>[a-z][a-z0-9-]*)|(?:{EACH.pattern})"
    rf"|\s(?:a|an|the)\s(?:piece|unit|pop|{_CONTAINER})(?![a-z])"
)
# Holds things of one kind, and is no name where the things have one.
CONTAINER = re.compile(rf"(?:{_CONTAINER})")
ALL_AFTER = re.compile(
    rf"(?:{TOTAL.pattern})|\s(?:for|fur) (?:all|them|the lot|everything)(?: (?:of )?(?:them|\w+))?(?![a-z])"
    r"|\s(?:in sum|combined|to spend(?: on)?)(?![a-z])"
)
EACH_LEAD = EACH_BEFORE
RANGE_OF_PRICES = re.compile(rf"-\s?[0-9][0-9.,]*(?:\s?(?:{_MONEY})|{EACH.pattern})")
BETWEEN = re.compile(r"(?<![a-z])(?:between|from|zwischen|entre|von)\s(?:around\s)?$")
RANGE = re.compile(r"\s?(?:-|to|and|bis|und|y|et)\s?")

COUNT_BEFORE = re.compile(r"(?:(?<![a-z])(?:quantity|qty|count|menge)\.?(?:\sof)?\s?[:=-]?\s?|(?<![a-z])x\s?|:\s?)$")
COUNT_AFTER = re.compile(
    r"\s?(?:x|\*|units?|pieces?|pcs?|stuck|stk)(?![a-z])\.?(?:\sof(?![a-z]))?|\sof(?: them| these| those)?(?![a-z])"
)
GLUED_BEFORE = re.compile(r"[a-z][-_/.]?$")
GLUED_AFTER = re.compile(r"[a-z0-9]|[-_/][a-z0-9]")
MEASURE = re.compile(
    r"[\s-]?(?:%|percent|\"|''|inch(?:es)?|in\.|zoll|cm|mm|km|m2|sqm|kg|gr?|mg|lbs?|oz|ml|cl|l|liters?|litres?|gb|tb|mb"
    r"|[µμu][lmg]|ghz|mhz|hz|kw|kwh|watts?|w|volts?|v|mah|ah|amps?|mp|dpi|fps|cores?|ports?|pins?|bits?|seater|ply"
    r"|way|pack|piece"
    r"|m|years?|months?|weeks?|days?|hours?|minutes?|th|st|nd|rd|generation|gen)(?![a-z0-9])"
)
# What is bought by measure: "60 kg of rice", or a clause that is nothing but "20 kg".
BULK = re.compile(
    r"\s?(?P<unit>kg|kilos?|kilograms?|g|grams?|tons?|tonnes?|lbs?|pounds?|oz|litres?|liters?|l|ml|gallons?|m"
    r"|met(?:re|er)s?|m2"
    r"|sqm|square met(?:re|er)s|ft|feet|yards?)(?:\s(?:of|de|d')\s?(?=[a-z])|(?P<alone>\s?$))"
)
# As in "60x60" or "4x40": measures of one thing.
SIZE_AFTER, SIZE_BEFORE = (
    re.compile(r"x[0-9]+(?:x[0-9]+)?(?![\w\"'-])"),
    re.compile(r"(?<![0-9a-z])[a-z]?[0-9]+x(?:[0-9]+x)?$"),
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug"
    r"|sept?|oct|nov|dec|januar|februar|marz|mai|juni|juli|oktober|dezember|janvier|fevrier|mars|avril|juin|juillet"
    r"|aout"
    r"|septembre|octobre|novembre|decembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre"
    r"|noviembre|diciembre)(?![a-z])"
)
# Numbers in these count nothing: dates, telephone numbers, references, places, sizes, people.
NOT_COUNTED = re.compile(
    rf"(?<![0-9.,])[0-9]{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?{_MONTH}(?:\s[0-9]{{4}})?"
    rf"|(?<![a-z]){_MONTH}\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?(?![0-9.,]*[0-9])(?:,?\s20[0-9]{{2}})?"
    r"|(?<![0-9.,])[0-9]{1,2}[./][0-9]{1,2}[./](?:20)?[0-9]{2}(?![0-9])|(?<![0-9])20[0-9]{2}-[0-9]{2}-[0-9]{2}(?![0-9])"
    r"|(?<![a-z])(?:tel|phone|telephone|telefon|fax|mobile|call(?: me)?(?: (?:at|on))?|ext)[.: ]{1,3}"
    r"[+(]{0,2}[0-9][0-9 ()/.-]{3,20}[0-9]|\+[0-9][0-9 ()/.-]{6,20}[0-9]"
    r"|(?<![a-z])(?:room|floor|building|po|p\.o\.|invoice|ref|reference|order (?:no|number)|rechnung|raum|salle)"
    r"[.:]?\s?(?:no\.?\s?|#)?[0-9][0-9a-z/-]*"
    r"|(?<![0-9.,])[0-9]{1,4}[a-z]?\s(?:[a-z]+\s){1,3}(?:street|st\.|road|rd|avenue|ave|lane|drive|boulevard"
    r"|strasse|platz)"
    r"(?![a-z])|(?<![a-z])(?:packs?|box(?:es)?|sets?|cases?|bags?|bundles?) of [0-9]+"
    r"|(?<![a-z])sizes?\s[0-9]+(?:\s?(?:-|to|and)\s?[0-9]+)?"
    r"|(?<![0-9.,])[0-9]+\s(?:people|persons|employees|colleagues|students|guests|offices|rooms|sites|branches"
    r"|locations)"
    r"(?![a-z])"
)
COUPLE = re.compile(r"(?<![a-z])(?:an?\s)?couple\sof\s(?=[a-z])")
_FOREIGN = (
    "zwei:2 drei:3 vier:4 funf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 zwolf:12 zwanzig:20 deux:2 trois:3 quatre:4 "
    "cinq:5 "
    "sept:7 huit:8 neuf:9 dix:10 douze:12 vingt:20 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 "
    "doce:12 veinte:20"
)
FOREIGN_COUNTS = {word: int(count) for word, count in (pair.split(":") for pair in _FOREIGN.split())}
FOREIGN_COUNT = re.compile(
    r"(?:^|[;,]|(?<![a-z])(?:und|et|y|brauchen|brauche|benotigen|necesitamos|necesito|queremos|besoin de|faut"
    r"|voulons))\s?"
    rf"(?P<count>{'|'.join(FOREIGN_COUNTS)})\s(?=[a-z])"
)
ONE = re.compile(r"an?\s(?=[a-z])(?!(?:couple|few|lot|number|bit|total|quote|budget|price|maximum|minimum)(?![a-z]))")
# A line that tells one thing of an item, by what it tells.
FIELD = re.compile(
    r"[^\S\n]*(?:[-*•]\s)?(?:(?P<name>item|product|article|name|description|artikel|produkt|articulo|produit)"
    r"|(?P<count>quantity|qty|amount|number|menge|anzahl|cantidad|quantite)"
    r"|(?P<lowest>min[a-z]*(?: (?:price|bid))?(?: per [a-z]+)?)|(?P<target>target(?: price)?|ideal price)"
    r"|(?P<highest>max[a-z]*(?: price)?(?: per [a-z]+)?|budget(?: per [a-z]+)?|limit|price(?: limit)?))\s?(?::"
    r"|\s-\s|=)",
    re.IGNORECASE,
)
WANTS = re.compile(r"(?<![a-z])(?:need|want|order|buy|purchase|looking for|brauche[n]?|necesit[a-z]+)(?![a-z])")
EVERYTHING = re.compile(
    r"(?<![a-z])(?:overall|everything|all (?:of )?(?:it|this|these items)|the whole (?:list|order|lot))(?![a-z])"
)
METRES = re.compile(r"[0-9]\s?m$")
DOZEN = re.compile(r"(?:(?P<half>half\sa\s)|(?P<count>[0-9]{1,4}|[a-z-]{3,12})\s)?dozens?(?:\sof(?![a-z]))?(?![a-z])")

# Words after a number that begin its limits and no name.
NO_NAME = re.compile(
    r"\s?(?:up|upto|at|max|maximum|min|minimum|under|below|above|over|less|more|not|no|within|limit|between|from"
    r"|for|hop(?:e|ing|efully)?"
    r"|ideal(?:ly)?|target(?:ing)?|aim(?:ing)?|prefer(?:ably|red)?|in all|to spend|total|each|per|or|is|bis"
    r"|hochstens)(?![a-z])"
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
    r"|(?<![a-z])(?:and|plus|as well as|und|et|y|but)(?![a-z])|&|\+(?=\s)|\s/(?=\s[0-9])"
)
FILLERS = frozenset(
    re.findall(
        r"\S+",
        """
        uh um quote following after we're we'd cherchons suchen
        i we us me our my you your need needs needed want wants would like i'd we'd i'm we're am are is to buy
        buying get order purchase procure acquire please also some looking look search for of the a an and or with
        at each apiece hello hi hey dear thanks thank both maybe then so but it them they these those pay paying
        price prices priced cost costs costing x pcs pc pieces piece units unit qty quantity no one per than from
        only all in total can can't could must should will go say as source another additional further start absolute
        item product article brauchen brauche benotigen wir ich bitte necesitamos necesito queremos nous besoin
        """,
    )
)
