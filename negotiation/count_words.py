"""The words by which a number in a text is so many units, a measure or a time, and what the time is for.

In the languages of `offer_words`, and matched as they are.
"""

import re

UNITS = re.compile(
    r"\+?\s?-?(?:units?|pieces?|pcs?|items?|ea(?=\s(?:at|@|x|for)\b)|nos\.?(?! (?:va|parece|conviene|vale|sirve))"
    r"|stuck|stk|stuks?|einheiten|pieces|unites?|articles?|unidades?|uds?|piezas?|pezz[io]|unita|pecas?"
    r"|of (?:them|these|those|the)|of 'em|boxes|cartons|pallets|sets|pairs|copies|exemplare|exemplaires)(?![a-z])\.?"
)
# Before a number of units, whatever it is; and before the number that is needed.
BUYS_BEFORE = re.compile(
    r"(?<![a-z])(?:take|taking|took|takes|buy|buying|(?:only|just) need|need only|only have|have only|just have"
    r"|orders?|ordering|purchase"
    r"|commit to|go for all|quantity|qty|all|the full|nehmen|nehme|nimmst|bestelle[nt]?|kaufe[nt]?|abnahme von"
    r"|menge|alle|prenez|prends|commande[rz]?|achete[rz]?|quantite|tous les|toutes les|compra[rs]?|llevas?"
    r"|cantidad|todos los|todas las|nemen|neem|bestel|bestellen|afname van|aantal"
    r"|moq|minimum (?:order|quantity)(?: quantity)?|mindest(?:bestell|abnahme)menge|prend[eoi]|prendete|acquist[aoi]"
    r"|ordin[aoi]|levar?|quantita|quantidade)(?: of| de| von| me| us| you| mir"
    r"| uns| is)?(?: all)?(?: (?:at least|a minimum of|up to|at most|no more than|mindestens|au moins|al menos|minstens"
    r"|almeno|pelo menos))?[ :]{1,2}$"
)
NEEDS_BEFORE = re.compile(
    r"(?<![a-z])(?:need|want|get|ship|supply|deliver|give|for|the|those|these|sell|fur|die|voor|de|pour|les|por|los|las"
    r"|of)(?: me| us| you| all| the| those| these)?\s$"
)
TIMES = re.compile(r"\s?(?:x|\*|@)\s?(?:[$€£]\s?)?")
# The least number of units for that price; any other limit is the most.
AT_LEAST = re.compile(
    r"(?<![a-z])(?:at least|(?<!no )(?<!not )more than|(?:no|not) (?:less|fewer) than|min|minimum|moq|above|over|from"
    r"|start(?:s|ing) (?:at|from)|mindest[a-z]*|minimal|mehr als|ab|uber|au moins|plus de|(?:a )?partir de|al menos"
    r"|minimo|mas de|minstens|vanaf|almeno|piu di|pelo menos|mais de)"
    r"(?: (?:an?|orders?|quantity|of|take|buy|commit to|nehmen))*[ :]{0,2}$"
)
AT_LEAST_AFTER = re.compile(
    rf"(?:{UNITS.pattern})?(?:\+|\s(?:or|and|oder|und|ou|o|of)\s(?:more|above|up|over|mehr|plus|mas|piu|mais"
    rf"|meer)(?![a-z])"
    r"|\s(?:min|minimum)(?![a-z]))"
)
FOR_BEFORE = re.compile(r"(?<![a-z])(?:for|from|with|bei|ab|pour|por|para|per|voor|vanaf) $")
GOES_UP_TO = re.compile(r"(?<![a-z])(?:go|going|move|increase|commit|stretch)(?: it)? (?:up )?to $")
# Units that nobody offers now.
NOT_NOW = re.compile(
    r"(?<![a-z])(?:sold|(?:last|previous|earlier) (?:month|year|week|time|order|purchase)|warehouse|capacity"
    r"|(?:per|a|every|each) (?:day|week|month|year)|in stock|auf lager)(?![a-z])"
)
BUYS_AFTER = re.compile(
    r"\s(?:nehmen|nehme|nimmst|abnehmen|bestellen|bestelle|kaufen|kaufe|(?:af)?neemt|nemen|bestelt|koopt)(?! (?:ich"
    r"|wir|sie))(?![a-z])"
)
_NO_NOUN = r"(?!(?:[a-z-]+\s)*(?:is|was|has|does|as|this|its|plus|less|makes|sounds|seems|looks|works|us|yes|thanks)\s)"
# "50 new laptops at 405": whatever is counted.
_NOUNS = rf"(?:\s{_NO_NOUN}(?:[a-z-]+\s){{0,2}}[a-z-]{{3,30}}s)?"
AT_PRICE = re.compile(
    rf"{_NOUNS}(?:\s(?:now|today|first|more|jetzt))?\s(?:at|@|zu|zu je|je|a|à|for just|for only)\s(?:[$€£]\s?)?"
    rf"|\s[a-z-]{{4,30}}\szu\s(?:je\s)?(?:[$€£]\s?)?"
)
FOR_EACH_PRICE = re.compile(rf"{_NOUNS}\sfor\s(?:[$€£]\s?)?")
FOR_PRICE = re.compile(r"\s(?:for|fur|pour|por)\s(?:(?:[$€£]|eur|usd)\s?)?")
TIMES_AFTER = re.compile(r"\s?(?:x|\*|@)")
MEASURES = re.compile(
    r"\s?-?(?:%|percent|pct|prozent|pour ?cent|por ?ciento|inch(?:es)?|in\.|\"|''|zoll|pouces|cm|mm|km|kg|g|gr"
    r"|lbs?|nits|seconds?|secs?|orders|ml|l|liters?|litres?|gb|tb|mb|ghz|mhz|hz|w|watts?|kwh|v|volts?|mah|ah|mp|p"
    r"|dpi|fps|core|cores|-?port"
    r"|-?pin|bit|people|persons|employees|colleagues|users|leute|seats?|customers?|suppliers?|sellers?|buyers?"
    r"|vendors?|quotes?|offers?"
    r"|bids?|times|mal|fois|veces|rounds?|runden|points?|stars?|offices?|in stock|on stock|left|available|on hand"
    r"|auf lager|verfugbar|en stock|disponibles?|rooms?|floors?|warehouses?|stores?|trucks?|g\b|k?m2|sqm)(?![a-z/])"
)
TIME = re.compile(
    r"[\s-]?(?:(?:business|working|calendar|full)[\s-])?(?P<unit>days?|d|tage?n?|(?:werk)?dag(?:en)?|werktage?n?"
    r"|arbeitstage?n?"
    r"|jours?|dias?|weeks?|wk|wks|weken|wochen?|semaines?|semanas?|hours?|hrs?|h|stunden|heures|horas|months?"
    r"|monate?n?|maand(?:en)?"
    r"|mois|mes(?:es|e|i)?|mos?|mths?|years?|yrs?|(?<![ -])y|jahre?n?|jaar|ans?|annees?|anos?|ann[io]|giorn[io]"
    r"|settiman[ae]|minutes?|minuten)(?![a-z])"
)
DAYS_IN = {"h": 0, "d": 1, "w": 7, "m": 30, "y": 365}
# Which further term a time is about: the nearest of these decides.
WARRANTY = r"warr[ae]nt(?:y|ies|ee)|guarantee[sd]?|garantie|gewahrleistung|garantia|garanzia"
PAYMENT = (
    r"net|pay|pay(?:e|i)?ments?|money|cash|funds|paid|payable|payment terms|invoice|credit|betaling|betalen|betaald"
    r"|zahlung|(?:zahlungs)?ziel|zahlbar|zahlen|rechnung|paiement|payer|payable|pago|pagar|pagas?|plazo de pago"
    r"|pagament[oi]|pagabile"
)
DELIVERY = (
    r"deliver(?:y|ed|ies|ing)?|deliv(?:ry|rey)|levering|leveren|geleverd|levertijd|ship(?:ped|ping|ment|s)?"
    r"|dispatch(?:ed)?|lead ?time|arriv(?:e|es|al)|lieferung"
    r"|lieferzeit|liefern|geliefert|lieferbar|versand|livraison|livrer|livre|delai|entrega|entregar|envio"
    r"|plazo de entrega|consegn[aeo]|consegnat[aeio]|spedizione|pick-?up|picked up|collection|with you"
    r"|at your door(?:step)?"
)
TOPICS = re.compile(
    rf"(?<![a-z])(?:(?P<warranty_months>{WARRANTY})|(?P<payment_days>{PAYMENT})|(?P<delivery_days>{DELIVERY})"
    r"|(?P<other>valid|validity|stands|open|decide|think|answer|reply|respond"
    r"|ago|old|gultig|valable|valido|valida|experience"
    r"|business for|customers? for|until|expires|hold))(?![a-z])"
)
NET = re.compile(r"(?<![a-z])net[ -]?$")
