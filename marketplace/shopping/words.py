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
    r"(?:bis(?: zu)?|hochstens|maximal|nicht (?:mehr|teurer) als|unter|jusqu'a|(?:a un |au )?maximum(?: de)?|au plus"
    r"|(?:pas plus|moins) de|menos de|hasta|(?:a un |como |no )?maximo(?: de)?|no mas de|(?:a )?non piu di|fino a"
    r"|(?:al |a un )?massimo(?: di)?|ate|nao mais (?:de|que)|maximaal|hoogstens|niet meer dan|tot)",
    r"tops|walk-?away|maximumprijs|maxprijs|(?:stretch|go)(?: up)? to|as high as|hochstpreis|preislimit"
    r"|obergrenze|plafond|limite",
)
AT_LEAST = _lead(
    r"at (?:the )?(?:very )?least|(?:no|not) (?:less|lower|fewer) than|not (?:below|under)|min(?:imum|imal|imo)?\.?"
    r"|=?>=?",
    r"opening(?: bid| offer)?|above|over|more than|start(?:ing)?|from|lowest",
    r"mindestens|ab|au moins|al menos|almeno|pelo menos|minstens|vanaf",
)
NOT_BELOW = _lead(r"(?:[a-z]+n'?t|cannot|never|not)(?: [a-z]+)? (?:below|under|less than|lower than)")
HOPED = _lead(
    r"(?:hop(?:e|es|ing) (?:for|to (?:get|pay|buy)(?: \w+)?(?: (?:at|for))?))|hope|target(?:ing)?",
    r"ideal(?:ly)?(?: (?:at|they|it|we|would|pay|cost))*",
    r"(?:if|hopefully if) possible|wenn moglich|(?:am )?liebsten|liefst|si possible|si es posible|se possibile"
    r"|se possivel|zielpreis|wunschpreis|idealerweise|idealement|idealmente|prix cible|precio objetivo|streefprijs",
    r"aim(?:ing)?(?: (?:for|at))?|(?:would|i'd|we'd) (?:like|love)(?: to pay)?|prefer(?:ably|red)?|goal|wish|best case",
    r"want to pay|happy (?:with|at)|around|about|roughly|approximately|approx\.?|circa|ca\.?|etwa|environ|~",
)
PLAIN = re.compile(
    r"(?:(?<![a-z])(?:for |fur |zu )?(?:at|for|price|priced at|costing|je|zu|fur|por|pour|voor|chacune? a)\s"
    r"|@\s?|=\s?)$"
)
ALL_BEFORE = _lead(
    r"(?:(?:total|overall) )?budget(?: (?:in )?total[e]?| insgesamt| von| de| di| van)?|total|in total|altogether"
    r"|spend(?:ing)?|sum|summe|(?:fur )?(?:insgesamt|gesamt|zusammen)|gesamtbudget(?: von)?"
    r"|presupuesto(?: total)?(?: de)?|orcamento(?: total)?(?: de)?"
    r"|au total|en tout|in totale|no total|in totaal|totaal(?:budget)?"
)
AT_MOST_AFTER = re.compile(
    r"\s?(?:(?:as (?:the|an?|our|my) )?(?:absolute |hard |upper )?max(?:imum)?\.?|tops|at (?:the )?most|or (?:less"
    r"|lower|cheaper|under|below)|is (?:my|our|the) limit|(?:como |no |al |au )?(?:maximo|massimo|maximum)"
    r"|au plus|maxim(?:al|aal)"
    r"|hochstens"
    r")(?![a-z])"
)
AT_LEAST_AFTER = re.compile(r"\s?(?:min(?:imum)?\.?|at (?:the )?least|or (?:more|higher))(?![a-z])")
HOPED_AFTER = re.compile(
    r"\s?(?:(?:as (?:the|an?|our|my) )(?:target|goal)|would be ideal|ideally"
    r"|(?:ideal|target)(?=\s?(?:[,;.()/]|$)))(?![a-z])"
)
_CONTAINER = (
    r"box(?:es)?|packs?|packets?|packages?|pairs?|bottles?|rolls?|sets?|cases?|cartons?|bags?|cans?|tubes?|reams?"
    r"|pallets?"
    r"|crates?|sacks?|jars?|buckets?|drums?|sheets?|kits?|bundles?|trays?|kilos?|copies"
)
EACH_AFTER = re.compile(
    rf"\s?(?:/|(?:per|por|pro|par)\s|for (?:each|every) )\s?(?P<thing>[a-z][a-z0-9-]*)|(?:{EACH.pattern})"
    rf"|\s(?:a|an|the)\s(?:piece|unit|pop|{_CONTAINER})(?![a-z])"
)
# In "Windows 11 Pro licences" it is part of a name.
PRO = re.compile(r"\s?pro\s(?!stuck|stk|einheit|kg|kilo|liter|meter|paar|packung|karton|rolle|person)")
# What a price may be for instead of one: "5 per 100", "20 a dozen".
MANY = {
    **dict.fromkeys(("dozen", "dutzend", "douzaine", "docena", "dozzina", "duzia", "dozijn", "12"), 12),
    **dict.fromkeys(("hundred", "hundert", "100"), 100),
    **dict.fromkeys(("thousand", "tausend", "1000", "1,000", "1.000"), 1000),
}
_MANY = "|".join(map(re.escape, sorted(MANY, key=len, reverse=True)))
PER_MANY = re.compile(
    r"\s?(?:/|(?:per|pro|par|por|je|for (?:each|every|an?))(?![a-z])"
    rf"|(?:an?|the|la|das)(?=\s[a-z]))\s?(?P<many>{_MANY})"
    r"(?![a-z0-9]|[.,][0-9]|\s?(?:g|kg|ml|l|cm|mm|m|km)(?![a-z]))"
)
PRICE_PER_MANY = re.compile(rf"(?<=[0-9])\s?(?:{_MONEY})?{PER_MANY.pattern}")
# Holds things of one kind, and is no name where the things have one.
CONTAINER = re.compile(rf"(?:{_CONTAINER})")
ALL_AFTER = re.compile(
    rf"(?:{TOTAL.pattern})|\s(?:for|fur) (?:all|them|the lot|everything)(?: (?:of )?(?:them|\w+))?(?![a-z])"
    r"|\s(?:in sum|combined|to spend(?: on)?|(?:total |overall )?budget)(?![a-z])"
)
EACH_LEAD = EACH_BEFORE
RANGE_OF_PRICES = re.compile(rf"-\s?[0-9][0-9.,]*(?:\s?(?:{_MONEY})|{EACH.pattern}|\srange(?![a-z]))")
BETWEEN = re.compile(
    r"(?<![a-z])(?:(?:between|from|zwischen|entre|von|tra|fra|tussen)(?:\s(?:around|about))?"
    r"|range(?:\sof|\sis)?\s?[:=]?)\s?$"
)
FROM = re.compile(r"(?<![a-z])(?:de|da|van|desde|ab)\s$")
RANGE_AFTER = re.compile(r"\srange(?![a-z])")
RANGE = re.compile(r"\s?(?:-|to|and|bis|und|y|et|e|en|tot|a|fino a)\s?")

COUNT_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:quantity|qty|count|menge|anzahl|quantite|cantidad|quantita|quantidade|aantal)\.?(?:\sof)?\s?[:=-]?\s?|(?<![a-z])x\s?|:\s?)$"
)
TIMES = re.compile(r"\s?x\s?")
COUNT_AFTER = re.compile(
    r"\s?(?:x|\*|units?|pieces?|pcs?|stuck|stk)(?![a-z])\.?(?:\sof(?![a-z]))?|\sof(?: them| these| those)?(?![a-z])"
    r"|\s?ea\.?(?=\s(?!max|min|for|and|plus)[a-z]{3})"
)
# "25 chairs x 120 = 3000", and "25 boards 60 x 40 cm".
TIMES_BEFORE, EQUALS, TIMES_AFTER = re.compile(r"\sx\s?$"), re.compile(r"\s?=\s?"), re.compile(r"\sx\s[0-9]")
GLUED_BEFORE = re.compile(r"[a-z][-_/.]?$")
GLUED_AFTER = re.compile(r"[a-z0-9]|[-_/][a-z0-9]")
MEASURE = re.compile(
    r"[\s-]?(?:%|percent|\"|''|inch(?:es)?|in\.|zoll|cm|mm|km|m2|sqm|kg|gr?|mg|lbs?|oz|ml|cl|l|liters?|litres?|gb|tb|mb"
    r"|[µμu][lmg]|ghz|mhz|hz|kw|kwh|watts?|w|volts?|v|mah|ah|amps?|mp|dpi|fps|cores?|ports?|pins?|bits?|seater|ply"
    r"|way|pack|piece"
    r"|m|years?|months?|weeks?|days?|hours?|minutes?|th|st|nd|rd|generation|gen)(?![a-z0-9])"
)
RANGE_OF_COUNTS = re.compile(rf"-[0-9]+(?!{MEASURE.pattern})\s[a-z]{{3}}")
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
    r"|(?<![a-z])(?:few|several|some|many|couple of|mehrere|einige|paar|plusieurs|quelques|varias|unos|alcune)"
    r"\s(?:dozens?|hundreds?|thousands?|dutzend|hundert|tausend|douzaines?|docenas?|dozzine)"
    r"|(?:(?<![a-z])(?:at|by|before|after|until|from|um|bis|ab|alle)\s|(?<=20[0-9]{2}\s)|(?<=20[0-9]{2},\s))"
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s[+-][0-9]{4})?(?![0-9])"
    r"|(?<![a-z])(?:in|by|since|until|©|copyright|year|fy)\s(?:19|20)[0-9]{2}(?![0-9.,/-])|(?<![0-9])24/7(?:/365)?"
    r"|(?<![a-z])(?:cost cent(?:re|er)|kostenstelle|project|projekt|account|suite|request|ticket|pr|rfq)"
    r"\s(?:no\.?\s?|#)?[0-9][0-9a-z/-]{2,}(?!\s[a-z])|;\s?--\s?;.*$"
    r"|https?://\S{1,200}|[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{1,60}"
    r"|(?<![a-z])(?:din|iso|iec|ansi|ral|nema|ip)\s[0-9][0-9-]*(?![0-9.,])"
    r"|(?<![a-z])(?:no|nr)\.\s?[0-9]+|#[0-9]+|(?<![0-9.,])0[0-9]+(?:[ /-][0-9]{2,})*(?![0-9.,])"
    r"|\([0-9]+\s(?:seats?|drawers?|doors?|tiers?|pages?|sheets?|colou?rs?|sockets?|outlets?|holes?|rings?)\)"
    r"|(?<![a-z])(?:currently (?:at|pay(?:ing)?)|paid|normally|usually|previously|list price|rrp|msrp|instead of|statt"
    rf"|bisher|listenpreis|uvp|au lieu de)\s(?:(?:at|of|is|was|about)\s)?(?:{_MONEY})?\s?[0-9][0-9.,]*"
    r"|(?<![0-9.,-])20[0-9]{2}[-/][0-9]{2,6}(?![0-9.,])|(?<![a-z])net\s[0-9]{1,3}(?![0-9.,])"
    r"|(?<![a-z])(?:team|staff|group|class|crew|party|family|office) of (?:about |around )?[0-9]+"
    rf"|\([0-9]+\s?(?:[a-z]+\s)?(?:/|per|in|to)\s?(?:an?\s|the\s)?(?:{_CONTAINER})\)"
    r"|(?<![0-9.,])[48]k\s(?:uhd|oled|led|tvs?|televisions?|monitors?|displays?|screens?|projectors?|cameras?|webcams?"
    r"|beamer|fernseher|ecrans?|pantallas?|schermi?)(?![a-z])"
    r"|(?<![0-9.,])[0-9]{1,4}[a-z]?\s(?:[a-z]+\s){1,3}(?:street|st\.|road|rd|avenue|ave|lane|drive|boulevard|st(?=\s?(?:[|,;]|$))"
    r"|strasse|platz)"
    r"(?![a-z])|(?<![a-z])(?:packs?|box(?:es)?|sets?|cases?|bags?|bundles?) of [0-9]+"
    r"|(?<![a-z])sizes?\s[0-9]+(?:\s?(?:-|to|and)\s?[0-9]+)?"
    r"|(?<![0-9.,])[0-9]+\s(?:people|persons|employees|colleagues|students|guests|offices|rooms|sites|branches"
    r"|locations)"
    r"(?![a-z])"
)
COUPLE = re.compile(r"(?<![a-z])(?:an?\s)?couple\sof\s(?=[a-z]|[0-9]+[a-z])")
_FOREIGN = (
    "zwei:2 drei:3 vier:4 funf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 elf:11 zwolf:12 funfzehn:15 zwanzig:20"
    " dreissig:30 vierzig:40 funfzig:50 sechzig:60 hundert:100 einhundert:100 deux:2 trois:3 quatre:4 cinq:5 six:6"
    " sept:7 huit:8 neuf:9 dix:10 onze:11 douze:12 quinze:15 vingt:20 trente:30 quarante:40 cinquante:50 soixante:60"
    " cent:100 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 once:11 doce:12 quince:15 veinte:20"
    " treinta:30 cuarenta:40 cincuenta:50 sesenta:60 cien:100 due:2 tre:3 quattro:4 cinque:5 sei:6 sette:7 otto:8"
    " nove:9 dieci:10 undici:11 dodici:12 quindici:15 venti:20 trenta:30 quaranta:40 cinquanta:50 sessanta:60"
    " cento:100 dois:2 duas:2 quatro:4 sete:7 oito:8 dez:10 doze:12 vinte:20 trinta:30 quarenta:40 cinquenta:50"
    " cem:100 twee:2 drie:3 vijf:5 zes:6 zeven:7 negen:9 tien:10 twaalf:12 vijftien:15 twintig:20 dertig:30 veertig:40"
    " vijftig:50 zestig:60 honderd:100"
)
FOREIGN_COUNTS = {word: int(count) for word, count in (pair.split(":") for pair in _FOREIGN.split())}
FOREIGN_COUNT = re.compile(
    r"(?:^|[;,]|(?<![a-z])(?:und|et|y|e|i|en|brauchen|brauche|benotigen|suchen|suche|bestellen|mochten|fur|necesitamos"
    r"|necesito|queremos|quiero|buscamos|besoin de|faut|voulons|voudrais|voudrions|cherchons|bisogno di|servono|vorrei"
    r"|vogliamo|cerchiamo|precisamos de|preciso de|queremos|zoeken|hebben|willen|nodig))\s?"
    rf"(?P<count>{'|'.join(FOREIGN_COUNTS)})\s(?=[a-z])"
)
ONE = re.compile(r"an?\s(?=[a-z])(?!(?:couple|few|lot|number|bit|total|quote|budget|price|maximum|minimum)(?![a-z]))")
# A line that tells one thing of an item, by what it tells.
FIELD = re.compile(
    r"[^\S\n]*(?:[-*•]\s)?(?:(?P<name>item|product|article|name|description|artikel|produkt|articulo|produit"
    r"|articolo|prodotto|artigo|produto)"
    r"|(?P<count>quantity|qty|amount|number|menge|anzahl|cantidad|quantite|quantita"
    r"|quantidade|aantal)"
    r"|(?P<lowest>min[a-z]*(?: (?:price|bid))?(?: per [a-z]+)?)|(?P<target>target(?: price)?|ideal price)"
    r"|(?P<highest>(?:prix |precio |prezzo |preco )?(?:max[a-z]*|massimo)(?: price)?(?: per [a-z]+)?"
    r"|budget(?: per [a-z]+)?|limit|price(?: (?:limit|range))?|hochstpreis))\s?"
    r"(?::|\s-\s|=)",
    re.IGNORECASE,
)
WANTS = re.compile(r"(?<![a-z])(?:need|want|order|buy|purchase|looking for|brauche[n]?|necesit[a-z]+)(?![a-z])")
EVERYTHING = re.compile(
    r"(?<![a-z])(?:overall|everything|all (?:of )?(?:it|this|these items)|the whole (?:list|order|lot))(?![a-z])"
)
METRES = re.compile(r"[0-9]\s?m$")
DOZEN = re.compile(
    r"(?:(?P<half>half\sa\s|1/2\s(?:a\s)?|(?:ein )?halbes\s|(?:une )?demi-|media\s|mezza\s|meia\s)"
    r"|(?P<count>[0-9]{1,4}|[a-z-]{3,12})\s)?"
    r"(?:douzaines?\sd'|(?:dozens?(?:\sof(?![a-z]))?|dutzend|(?:douzaines?|docenas?|duzias?)(?:\sde)?|dozzin[ae](?:\sdi)?|dozijn)"
    r"(?![a-z]))"
)

# Words after a number that begin its limits and no name.
NO_NAME = re.compile(
    r"\s?(?:up|upto|at|max|maximum|min|minimum|under|below|above|over|less|more|not|no|within|limit|between|from"
    r"|for|hop(?:e|ing|efully)?"
    r"|ideal(?:ly)?|target(?:ing)?|aim(?:ing)?|prefer(?:ably|red)?|in all|to spend|total|each|per|or|is|bis"
    r"|hochstens|range|excl|incl|excluding|including|ex|net|gross|vat|plus|exkl|inkl|zzgl|netto|brutto|ht|ttc)(?![a-z])"
)
# What the price of all stands before: "3000 for 25 desks".
FOR_SO_MANY = re.compile(r"\s(?:for|on|fur|pour|por|para|per|voor)\s")
# A line of a table: a name, how many and a price, or how many first; and the numbers of a list, which count nothing.
_CELL, _COUNT, _COST = (
    r"(?=[^\n,;|\t]*[^\W\d_])[^\n,;|\t]+",
    r"[0-9]+ ?",
    rf"[^\w\s]?(?!0[0-9])[0-9](?:[0-9.']|(?!(?P=mark)),)*(?:[^\w\s]|[^\S\n]?(?:{_MONEY}))?[^\S\n]*",
)
NAME_FIRST = re.compile(rf"^({_CELL})(?P<mark>[,;|\t])( ?{_COUNT})(?P=mark)( ?{_COST})$", re.MULTILINE)
COUNT_FIRST = re.compile(rf"^([^\S\n]*{_COUNT})(?P<mark>[,;|\t])( ?{_CELL})(?P=mark)( ?{_COST})$", re.MULTILINE)
NUMBERED_ROW = re.compile(
    rf"^[^\S\n]*(?P<number>[0-9]{{1,5}}) ?(?P<mark>[,;|\t])(?= ?{_CELL}(?P=mark) ?{_COUNT}(?P=mark) ?{_COST}$)",
    re.MULTILINE,
)
LIST_NUMBER = re.compile(r"^[^\S\n]*(?P<number>[0-9]{1,2})[.)](?=\s+\S)", re.MULTILINE)
# "Ten (10)", if it is twice the same.
TWICE = re.compile(r"(?<![\w-])(?P<one>[\w-]{1,20})(?P<again> \((?P<other>[\w-]{1,20})\))")
MARKUP = re.compile(
    r"(?<![\w*])\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?![\w*])|\[[ xX]?\]"
    r"|</?(?:b|i|u|p|a|br|li|ul|ol|div|span|strong|em|td|tr|th|table)(?:\s[^<>\n]{0,200})?/?>",
)
# What marks a line for certain: "Item 3:", "#3", and what quotes it in a mail.
LINE_MARK = re.compile(
    r"^[^\S\n]*(?:>[^\S\n]?)*(?:(?:[-*•][^\S\n])?[^\S\n]*(?:#[0-9]{1,3}[.:)]?(?=\s)"
    r"|(?:item|pos(?:ition)?|line|lot|artikel|no|nr)\.?[^\S\n]?#?[0-9]{1,4}(?:[:)]|\.(?=\s)|[^\S\n]-(?=\s))))?",
    re.MULTILINE | re.IGNORECASE,
)
# What parts the items of a line, or an item and its limits.
HARD_END = re.compile(r";")
SOFT_END = re.compile(
    r",(?![0-9]{3}(?![0-9]))|[!?](?=\s|$)|[()]"
    r"|(?<!max)(?<!min)(?<!approx)(?<!ca)(?<!\bno)(?<!\bnr)\.(?=\s|$)|(?<=max|min)\.(?=\s*(?:$|[a-z]))"
    r"|(?<=[0-9] (?:max|min))\.(?=\s[0-9]+\s(?!each|per|apiece|in |for|total|euros?|dollars?|usd|eur|gbp)[a-z]{3})"
    rf"|(?<![a-z])(?:and|plus|as well as|und|et|y|but"
    rf"|(?:e|en)(?=\s(?:[0-9]{{1,6}}|{'|'.join(FOREIGN_COUNTS)})\s[a-z]))(?![a-z])|&|\+(?=\s)|\s/(?=\s[0-9])"
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
        ditto dito idem nodig wij hebben we zoeken graag vorrei abbiamo bisogno di servono cerchiamo
        precisamos preciso excl excluding incl including vat mwst inkl exkl zzgl ht ttc ok okay fine acceptable
        possible range ein eine einen une una uma een buscamos quiero voudrais voudrions avons
        require requires requiring prix precio prezzo preco preis zum von pour por un uno cada netto pls
        artikel articulo articolo artigo produkt produit producto prodotto produto
        """,
    )
)
