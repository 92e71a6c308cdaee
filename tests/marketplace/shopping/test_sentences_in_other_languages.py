from decimal import Decimal

import pytest

from marketplace.shopping.sentences import read_shopping


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Wir suchen zehn Monitore für höchstens 250 Euro das Stück", [(10, "Monitore", None, "250")]),
        ("25 Laptops, Budget insgesamt 20.000 €", [(25, "Laptops", None, "800")]),
        ("ein Dutzend Tassen zu je 4,50 €", [(12, "Tassen", None, "4.50")]),
        ("zwei Dutzend Gläser, 3 € pro Stück", [(24, "Gläser", None, "3")]),
        ("20 Stühle und 5 Tische bis 90 €", [(20, "Stühle", None, None), (5, "Tische", None, "90")]),
        ("une douzaine de lampes, 25 € max", [(12, "lampes", None, "25")]),
        ("une douzaine d'agendas, 25 € max", [(12, "agendas", None, "25")]),
        ("10 chaises entre 40 et 60 euros", [(10, "chaises", "40", "60")]),
        ("20 tables en bois à 90 €", [(20, "tables en bois", None, "90")]),
        (
            "Necesitamos 40 sillas a un máximo de 60 € cada una y 5 mesas hasta 200 €",
            [(40, "sillas", None, "60"), (5, "mesas", None, "200")],
        ),
        ("una docena de lámparas, 25 € como máximo", [(12, "lámparas", None, "25")]),
        ("Presupuesto total de 3.000 € para 20 sillas", [(20, "sillas", None, "150")]),
        ("Vorrei 10 scrivanie a non più di 250 euro ciascuna", [(10, "scrivanie", None, "250")]),
        ("20 monitor tra 150 e 200 euro", [(20, "monitor", "150", "200")]),
        ("20 sedie fino a 45 € e 5 tavoli fino a 180 €", [(20, "sedie", None, "45"), (5, "tavoli", None, "180")]),
        ("Wij hebben 25 bureaustoelen nodig, maximaal 130 euro per stuk", [(25, "bureaustoelen", None, "130")]),
        ("10 laptops tussen 500 en 700 euro per stuk", [(10, "laptops", "500", "700")]),
        ("30 stoelen tot 50 euro en 6 tafels tot 150 euro", [(30, "stoelen", None, "50"), (6, "tafels", None, "150")]),
        ("30 Stühle zum Preis von maximal 80 €", [(30, "Stühle", None, "80")]),
        ("20 chaises pour un budget de 1600 €", [(20, "chaises", None, "80")]),
        ("30 sillas, precio máximo 60 €", [(30, "sillas", None, "60")]),
        ("30 sillas por menos de 60 € cada una", [(30, "sillas", None, "60")]),
        ("10 Stühle, gesamt max. 1.000 €", [(10, "Stühle", None, "100")]),
        ("10 Stühle ab 80 € bis 100 €", [(10, "Stühle", "80", "100")]),
        ("10 chaises de 80 à 100 €", [(10, "chaises", "80", "100")]),
        ("10 sillas de 80 a 100 €", [(10, "sillas", "80", "100")]),
        ("10 sedie da 80 a 100 €", [(10, "sedie", "80", "100")]),
        ("10 stoelen van 80 tot 100 €", [(10, "stoelen", "80", "100")]),
        ("Quantité : 10\nArticle : chaise\nPrix max : 100 €", [(10, "chaise", None, "100")]),
        ("Cantidad: 10\nArtículo: silla\nPrecio máximo: 100 €", [(10, "silla", None, "100")]),
        ("Quantità: 10\nArticolo: sedia\nPrezzo massimo: 100 €", [(10, "sedia", None, "100")]),
        ("Aantal: 10\nArtikel: stoel\nMaximumprijs: 100 €", [(10, "stoel", None, "100")]),
        ("Quantidade: 10\nArtigo: cadeira\nPreço máximo: 100 €", [(10, "cadeira", None, "100")]),
        ("12 monitores entre 150 e 200 euros", [(12, "monitores", "150", "200")]),
        ("Preciso de 8 mesas até 120 € cada", [(8, "mesas", None, "120")]),
    ],
)
def test_list_in_another_language_is_read_as_it_is_meant(text, items):
    lines = read_shopping(text, currency="EUR").lines

    assert [(line.quantity, line.name, line.lowest, line.highest) for line in lines] == [
        (count, name, *(None if price is None else Decimal(price) for price in prices))
        for count, name, *prices in items
    ]


@pytest.mark.parametrize(
    "text",
    [
        "12 Monitore, Zielpreis 180 €, maximal 220 €",
        "12 Monitore, wenn möglich 180 €, höchstens 220 €",
        "12 Monitore, si possible 180 €, maximum 220 €",
    ],
)
def test_target_is_told_from_the_highest_price(text):
    [line] = read_shopping(text, currency="EUR").lines

    assert (line.name, line.target, line.highest) == ("Monitore", 180, 220)
