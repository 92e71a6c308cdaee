import pytest

from marketplace.shopping.item_names import match_name, names_like

STOCK = (
    "HP 15 Laptop",
    "Dell XPS Laptop",
    "Logitech G502 X Lightspeed Wireless Mouse",
    "HDMI Cable",
    "Standing Desk",
    "Glass",
    "DEWALT 20V MAX XR Drill/Driver",
)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("HP 15 Laptop", "HP 15 Laptop"),
        ("hp 15  LAPTOPS", "HP 15 Laptop"),
        ("hdmi cables", "HDMI Cable"),
        ("standing desks", "Standing Desk"),
        ("glasses", "Glass"),
    ],
)
def test_same_name_in_other_clothes_is_surely_meant(said, name):
    match = match_name(said, STOCK)

    assert (match.name, match.is_sure) == (name, True)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("mice", "Logitech G502 X Lightspeed Wireless Mouse"),
        ("dell laptops", "Dell XPS Laptop"),
        ("standnig desks", "Standing Desk"),
        ("hdmi cabel", "HDMI Cable"),
    ],
)
def test_only_thing_that_is_near_is_taken_but_not_for_certain(said, name):
    match = match_name(said, STOCK)

    assert (match.name, match.is_sure) == (name, False)


def test_nothing_is_chosen_where_several_may_be_meant():
    match = match_name("laptops", STOCK)

    assert match.name == ""
    assert match.choices == ("Dell XPS Laptop", "HP 15 Laptop")


@pytest.mark.parametrize("said", ["bananas", "", "x", "desk chairs", "💯"])
def test_what_nobody_stocks_is_matched_to_nothing(said):
    match = match_name(said, STOCK)

    assert (match.name, match.choices) == ("", ())


def test_name_that_is_in_stock_needs_no_suggestion():
    assert names_like("hp 15 laptop", STOCK) == ()
    assert names_like("hp 15 laptops", STOCK) == ("HP 15 Laptop",)
