import pytest
from django.http import QueryDict

from marketplace.shopping.intake import Intake, intake_from


def read_words(words: str, currency: str = "USD") -> Intake:
    asked = QueryDict(mutable=True)
    asked.update({"read": "words", "words": words})
    return intake_from(asked, None, currency, {})


@pytest.mark.parametrize(
    ("words", "currency"),
    [
        ("Item\tQty\tMin\tTarget\tMax\nDesk\t5\t100\t180\t200\n", "USD"),
        ("Hello,\n\n| Item | Qty | Min | Target | Max |\n|---|---|---|---|---|\n| Desk | 5 | 100 | 180 | 200 |", "USD"),
        ("Artikel;Menge;Mindestpreis;Zielpreis;Höchstpreis\nDesk;5;100;180;200", "EUR"),
    ],
)
def test_table_pasted_among_the_words_is_read_by_its_heading(words, currency):
    intake = read_words(words, currency)

    assert intake.source == "words"
    assert [{name: str(value) for name, value in row.items()} for row in intake.rows] == [
        {
            "item_name": "Desk",
            "quantity_needed": "5",
            "min_price_per_unit": "100",
            "target_price": "180",
            "max_price_per_unit": "200",
        }
    ]


@pytest.mark.parametrize(
    "words", ["Qty: 5, item: desk, max: 200", "5 desks up to 200\nand:\nItem,Qty,Max\nChair,10,80"]
)
def test_words_with_numbers_above_or_in_what_looks_like_a_heading_stay_words(words):
    assert read_words(words).rows[0]["quantity_needed"] == 5
