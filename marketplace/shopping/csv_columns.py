"""Tells what each column of a shopping list is, by its heading, or by what stands in it where no heading is."""

import re
from collections.abc import Iterator, Sequence

from negotiation.replies.characters import fold
from negotiation.replies.money import CURRENCY_SIGNS, is_currency
from negotiation.surroundings import CODES

COLUMNS = {
    "item_name": "Item",
    "quantity_needed": "Quantity",
    "max_price_per_unit": "Highest price",
    "min_price_per_unit": "Lowest price",
    "target_price": "Target price",
    "item_id": "Item id",
    "approve_above": "Ask above",
    "refuse_below_min": "Ask below lowest",
    "allowed_terms": "Further terms",
    "term_weights": "How much they matter",
}
NEEDED = ("item_name", "quantity_needed", "max_price_per_unit")
# Of two columns for the same, the one that stands earlier here.
_SYNONYMS = {
    "item_name": "item itemname name product productname article itemdescription description shorttext what artikel"
    " bezeichnung artikelbezeichnung materialbezeichnung kurztext produkt ware nom designation produit libelle articulo"
    " producto nombre descripcion omschrijving articolo prodotto descrizione artigo descricao wanted",
    "quantity_needed": "quantity quantityneeded qty count number units pieces pcs amount howmany"
    " menge anzahl stuck stuckzahl quantite qte cantidad unidades aantal"
    " cant qnty bestellmenge sollmenge quantita qta quantidade qtd",
    "max_price_per_unit": "highestprice maxpriceperunit maxprice max maximum maximumprice highest limit price"
    " pricelimit unitprice upto hochstpreis maximalpreis maxpreis preislimit einzelpreis preis prixmax prixmaximum"
    " prixmaximal prixunitaire prix preciomaximo preciomax preciounitario precio prijs"
    " high rate nettopreis ep pu puht prezzomassimo prezzounitario prezzo precomaximo precounitario preco"
    " maximumprijs maxprijs stuksprijs stukprijs",
    "min_price_per_unit": "lowestprice minpriceperunit minprice min minimum minimumprice lowest atleast"
    " mindestpreis minimalpreis minpreis prixmin prixminimum prixminimal preciominimo preciomin low"
    " prezzominimo precominimo minimumprijs minprijs",
    "target_price": "targetprice target aim goal hopefor zielpreis wunschpreis prixcible preciodeseado precioobjetivo",
    "item_id": "itemid id sku code itemcode articlenumber productid artikelnummer artikelnr artnr reference"
    " referencia codigo material materialnumber materialnummer partnumber"
    " partno itemno itemnumber itemnr item#",
    "approve_above": "askabove askmeaboveatotalof approveabove approval approvalabove approvalthreshold threshold",
    "refuse_below_min": "askbelowlowest askmeaboutpricesbelowthelowest approvebelowmin askbelow askbelowmin",
    "allowed_terms": "furtherterms terms allowedterms",
    "term_weights": "howmuchtheymatter howmuchtermsmatter weights termweights importance",
}
_FIELDS = {synonym: field for field, names in _SYNONYMS.items() for synonym in names.split()}
_RANKS = {synonym: rank for names in _SYNONYMS.values() for rank, synonym in enumerate(names.split())}
# What a longer heading is about: one word of these, and none of another line.
_KEYWORDS = {
    "quantity_needed": "quantity qty needed required req units menge anzahl quantite qte cantidad bedarf aantal"
    " quantita quantidade",
    "max_price_per_unit": "max maximum maximal maxi highest ceiling limit budget cap hochster maximaler maximo plafond"
    " massimo",
    "min_price_per_unit": "min minimum minimal mini lowest minimo",
    "target_price": "target ideal desired goal wunsch ziel cible objetivo",
}
# What it is about if none of those is said.
_PLAIN_KEYWORDS = {
    "max_price_per_unit": "price cost preis stuckpreis einzelpreis prix precio prijs prezzo preco",
    "item_name": "description designation bezeichnung item product article goods artikel produktname artikelname name",
}
_PLAIN_FIELDS = {word: field for field, names in _PLAIN_KEYWORDS.items() for word in names.split()}
_KEYWORD_FIELDS = {word: field for field, names in _KEYWORDS.items() for word in names.split()}
_OF_ONE = {
    *("per", "unit", "piece", "pc", "item", "each", "ea", "in", "pro", "je", "stuck", "par", "unite", "por", "unidad"),
    *("price", "preis", "prix", "precio", "prijs", "prezzo", "preco"),
}
# Without one of these a budget may be for all.
_FOR_ONE = _OF_ONE - {"in", "item"}
# With one of these a heading is about something that a list does not hold.
_NO_COLUMN = {
    *(
        "total",
        "sum",
        "subtotal",
        "gesamt",
        "summe",
        "extended",
        "ext",
        "shipping",
        "freight",
        "tax",
        "vat",
        "discount",
    ),
    *(
        "list",
        "last",
        "current",
        "old",
        "supplier",
        "seller",
        "vendor",
        "category",
        "group",
        "type",
        "class",
        "code",
        "id",
    ),
    *("url", "link", "image", "notes", "comment", "#"),
    *("hand", "stock", "available", "annual", "yearly", "market", "retail", "paid", "previous", "average"),
    # What is not for one, or not in whole units of the currency.
    *("dozen", "hundred", "thousand", "thousands", "dutzend", "hundert", "tausend", "cents", "cent", "ct", "k"),
    *("10", "12", "100", "1000"),
}
# What stands in a column that says what the numbers beside it are, by its whole heading.
_SAYING = {
    "currency": "currency curr ccy waehrung wahrung wahrg devise moneda valuta moeda",
    "price_unit": "priceunit priceper pricingunit per preiseinheit pro pe uniteprix",
}
_SAYING_FIELDS = {name: field for field, names in _SAYING.items() for name in names.split()}
_OF_NUMBERS = {"quantity_needed", "max_price_per_unit", "min_price_per_unit", "target_price"}
_LAST_RANK = 1000
_MOST_TOLD = 20
_MONEY = {code.upper() for code in CODES.split("|")} | {sign for sign in CURRENCY_SIGNS if not sign.isalpha()}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[$€£¥₹#]")
_NUMBER = re.compile(r"(?:[^\w\s]{1,2}|[A-Za-z]{3})?\s?[0-9][0-9.,' ]*\s?(?:[^\w\s]{1,2}|[A-Za-z]{3})?")


def fields_of(headings: Sequence[str], currency: str, rows: Sequence[Sequence[str]] = ()) -> list[str]:
    """Each column's, empty if unknown; of two that are called alike, the plainer name has it: "max price" before
    "price". Of numbers none has it if neither is plainer.
    """
    fields = ["" if _foreign_money(heading, currency) else field_of(heading) for heading in headings]
    ranks = [
        (field == "item_name" and _holds_numbers(rows, place), _rank(headings[place]))
        for place, field in enumerate(fields)
    ]
    best = {field: min(rank for rank, other in zip(ranks, fields, strict=True) if other == field) for field in fields}
    kept = [field if ranks[place] == best[field] else "" for place, field in enumerate(fields)]
    for field in set(kept) - {""}:
        first, *others = (place for place, other in enumerate(kept) if other == field)
        for place in (first, *others) if others and field in _OF_NUMBERS else others:
            kept[place] = ""
    return [field or _SAYING_FIELDS.get(_plain(headings[place]), "") for place, field in enumerate(kept)]


def _holds_numbers(rows: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    return bool(cells) and all(map(str.isdigit, cells))


def field_of(heading: str) -> str:
    """By the whole heading, else by what is left of it without money and "per unit", else by one telling word."""
    words = [fold(word).lower() for word in _WORD.findall(fold(heading)) if word.upper() not in _MONEY]
    if not words:
        return ""
    plain = "".join(words)
    telling = {_KEYWORD_FIELDS[word] for word in words if word in _KEYWORD_FIELDS}
    if plain in _FIELDS:
        return _FIELDS[plain]
    if not _NO_COLUMN.isdisjoint(words) or len(telling) > 1 or ("budget" in words and _FOR_ONE.isdisjoint(words)):
        return ""
    short = "".join(word for word in words if word not in _OF_ONE)
    plainly = next((_PLAIN_FIELDS[word] for word in words if word in _PLAIN_FIELDS), "")
    return _FIELDS.get(short, "") or next(iter(telling), plainly)


def problems_of(headings: Sequence[str], fields: Sequence[str], currency: str) -> Iterator[str]:
    for field in NEEDED:
        if field not in fields:
            yield f"The first line names no column “{COLUMNS[field]}”."
    unused = [heading for heading, field in zip(headings, fields, strict=True) if heading.strip() and not field]
    for heading in unused[:_MOST_TOLD]:
        known, left_out = field_of(heading), f"The column “{heading.strip()[:40]}”"
        if foreign := _foreign_money(heading, currency):
            yield f"{left_out} was left out: it is in {foreign}, not in {currency}."
        elif known and known not in fields:
            yield f"{left_out} was left out: it is not the only one that may be the {COLUMNS[known].lower()}."
        elif known:
            other = headings[fields.index(known)].strip()[:40]
            yield f"{left_out} was left out: “{other}” is the {COLUMNS[known].lower()}."
        else:
            yield f"{left_out} is not known and was left out."


def fields_by_cells(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """Of a list without headings: one column of names, one of whole numbers and perhaps one of prices, in this order
    if both could be either; None if it is not as plain as that.
    """
    width = len(rows[0])
    if not 2 <= width <= 3 or any(len(row) != width for row in rows):
        return None
    are_numbers = [all(_NUMBER.fullmatch(row[place].strip()) for row in rows) for place in range(width)]
    if are_numbers.count(False) != 1 or any(_NUMBER.fullmatch(row[are_numbers.index(False)].strip()) for row in rows):
        return None
    numbers = [place for place, is_number in enumerate(are_numbers) if is_number]
    counts = [place for place in numbers if all(row[place].strip().isdigit() for row in rows)]
    if not counts:
        return None
    fields = ["item_name" if not is_number else "max_price_per_unit" for is_number in are_numbers]
    fields[counts[0]] = "quantity_needed"
    return fields


def _rank(heading: str) -> int:
    is_telling = any(fold(word).lower() in _KEYWORD_FIELDS for word in _WORD.findall(fold(heading)))
    return _RANKS.get(_plain(heading), _LAST_RANK if is_telling else _LAST_RANK + 1)


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]", "", fold(heading)).lower()


def _foreign_money(heading: str, currency: str) -> str:
    named = [word.upper() for word in _WORD.findall(fold(heading)) if word.upper() in _MONEY]
    return next((word for word in named if not is_currency(word, currency)), "")
