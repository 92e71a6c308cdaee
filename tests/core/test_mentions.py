import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.mentions import distinct_names, find_mentioned, hide_names

NAMES = {
    "electro": "ElectroMart",
    "plus": "ElectroMart Plus",
    "tech": "Tech World",
    "beijing": "北京电子",
    "cafe": "Café Noir",
    "second": "Acme (2)",
    "acme": "Acme",
}
names = st.lists(st.sampled_from(["Acme", "acme", "ACME", "Acme (2)", "A cme", "ＡCME", "Bolt", "北京", "ß", "ss"]))


@pytest.mark.parametrize(
    ("message", "keys"),
    [
        ("@ElectroMart can you do $520", ["electro"]),
        ("can you do $520, @ElectroMart?", ["electro"]),
        ("@electromart", ["electro"]),
        ("@ELECTROMART!", ["electro"]),
        ("＠ＥｌｅｃｔｒｏＭａｒｔ hello", ["electro"]),
        ("@ElectroMart, @Tech World: best price?", ["electro", "tech"]),
        ("@Tech World and @ElectroMart", ["tech", "electro"]),
        ("@tech_world hello", ["tech"]),
        ("@TechWorld hello", ["tech"]),
        ("@ElectroMart Plus hello", ["plus"]),
        ("@ElectroMart plush toys?", ["electro"]),
        ("@北京电子 你好", ["beijing"]),
        ("@北京电子你好", ["beijing"]),
        ("@Cafe\u0301 noir, hello", ["cafe"]),
        ("@Acme (2) hello", ["second"]),
        ("@Acme hello", ["acme"]),
        ("(@Acme)", ["acme"]),
        ("@Acme's price", ["acme"]),
        ("@Acme @Acme @ACME", ["acme"]),
        ("@@Acme", ["acme"]),
    ],
)
def test_mention_addresses_the_seller_it_names(message, keys):
    assert find_mentioned(message, NAMES) == tuple(keys)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "@",
        "@ ElectroMart",
        "ElectroMart",
        "@Electro",
        "@ElectroMarts",
        "@Acme2",
        "@nobody",
        "@Tech Worlds",
    ],
)
def test_message_that_names_nobody_addresses_nobody(message):
    assert find_mentioned(message, NAMES) == ()


def test_longest_name_wins_in_whatever_order_names_are_known():
    backwards = dict(reversed(NAMES.items()))

    assert find_mentioned("@ElectroMart Plus", backwards) == find_mentioned("@ElectroMart Plus", NAMES) == ("plus",)


def test_unknown_mention_does_not_hide_a_known_one():
    assert find_mentioned("@nobody @Acme", NAMES) == ("acme",)


def test_without_names_nobody_is_mentioned():
    assert find_mentioned("@Acme", {}) == ()


@given(st.text(max_size=60))
def test_any_message_can_be_read(message):
    assert set(find_mentioned(message, NAMES)) <= set(NAMES)


@given(st.permutations(list(NAMES)))
def test_sellers_come_in_the_order_they_are_mentioned(keys):
    message = " ".join(f"@{NAMES[key]}," for key in keys)

    assert find_mentioned(message, NAMES) == tuple(keys)


def test_names_that_read_alike_are_numbered_from_the_second_on():
    assert distinct_names(["Acme", "acme", "Acme"]) == ["Acme", "acme (2)", "Acme (3)"]


def test_names_that_differ_only_in_width_or_spaces_read_alike():
    assert distinct_names(["Acme", "Ａcme", "Ac me"]) == ["Acme", "Ａcme (2)", "Ac me (3)"]


def test_number_that_is_somebodys_name_already_is_skipped():
    assert distinct_names(["Acme", "Acme (2)", "ACME"]) == ["Acme", "Acme (2)", "ACME (3)"]


def test_names_that_read_differently_are_left_as_they_are():
    assert distinct_names(["Acme", "Bolt", "北京"]) == ["Acme", "Bolt", "北京"]


@given(names)
def test_distinct_names_differ_even_when_read_without_case_width_and_spaces(given_names):
    read = ["".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in distinct_names(given_names)]

    assert len(set(read)) == len(read)


@given(names)
def test_distinct_names_keep_their_order_and_their_beginning(given_names):
    assert all(new.startswith(old) for old, new in zip(given_names, distinct_names(given_names), strict=True))


@given(names)
def test_every_distinct_name_can_be_mentioned(given_names):
    distinct = {str(number): name for number, name in enumerate(distinct_names(given_names))}

    for key, name in distinct.items():
        assert find_mentioned(f"@{name} hello", distinct) == (key,)


def test_name_as_it_is_written_beats_another_ones_spelling():
    assert find_mentioned("@a_b hello", {"underscore": "a_b", "space": "a b"}) == ("underscore",)


def test_names_that_are_mentioned_alike_are_numbered():
    assert distinct_names(["Acme", "@Acme"]) == ["Acme", "@Acme (2)"]


@pytest.mark.parametrize("message", ["@Tech  World hello", "@Tech\u3000World hello", "@TechWorld hello"])
def test_spaces_in_a_mention_do_not_matter(message):
    assert find_mentioned(message, NAMES) == ("tech",)


def test_address_for_mail_mentions_nobody():
    assert find_mentioned("write to bob@acme.com", NAMES) == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("@Bolt offers less", "another seller offers less"),
        ("BOLT offers less", "another seller offers less"),
        ("Electro Mart is cheaper", "another seller is cheaper"),
        ("@electromart is cheaper", "another seller is cheaper"),
        ("electro_mart is cheaper", "another seller is cheaper"),
        ("Ｂｏｌｔ offers less", "another seller offers less"),
        ("Thunderbolts and bolted doors", "Thunderbolts and bolted doors"),
        ("Bolt's price, Bolt.", "another seller's price, another seller."),
    ],
)
def test_names_of_others_are_hidden_however_they_are_written(text, read):
    assert hide_names(text, ["Bolt", "Electro Mart"]) == read


def test_longer_names_are_hidden_whole():
    assert hide_names("Bolt Trading or Bolt?", ["Bolt", "Bolt Trading"]) == "another seller or another seller?"


def test_a_name_made_of_signs_is_hidden_as_it_stands():
    assert hide_names("ask (A+B)* now", ["(A+B)*"]) == "ask another seller now"
