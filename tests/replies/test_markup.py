"""What a rule needs is there to spare a search: it must never spare one that would have found something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.replies import markup
from negotiation.replies.characters import MASK_SIGN
from negotiation.replies.markup import Rule, has_markup

RULES = {name: rule for name, rule in vars(markup).items() if isinstance(rule, Rule)}
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())


@each_rule
@given(data=st.data())
def test_rule_is_broken_by_whatever_its_pattern_finds(rule: Rule, data: st.DataObject) -> None:
    found = data.draw(st.from_regex(rule.pattern))
    text = data.draw(st.sampled_from([found, f"{MASK_SIGN} {found}", found.upper(), found.swapcase()]))

    assert rule.is_broken(text) is (rule.pattern.search(text) is not None)


@each_rule
@given(text=st.text(st.characters(codec="ascii"), max_size=60))
def test_rule_is_not_broken_by_what_its_pattern_does_not_find(rule: Rule, text: str) -> None:
    assert rule.is_broken(text) is (rule.pattern.search(text) is not None)


def test_letters_that_pass_for_latin_ones_without_case_are_found() -> None:
    assert RULES["_MACHINE"].is_broken("ask my a\N{LATIN SMALL LETTER LONG S}sistant: i can't a\u017fsist")


@pytest.mark.parametrize(
    "text", ["- a point", "  + 41.20", "• one", "1. first", "(2) second", "--", "-- well", "so --- there", "a\n----"]
)
def test_lists_and_rulers_are_markup(text: str) -> None:
    assert has_markup(text)


@pytest.mark.parametrize("text", ["a - b", "41.20 - and no more", "well-meant", "2.5 units", "so -- there", ""])
def test_lone_dashes_and_numbers_are_no_markup(text: str) -> None:
    assert not has_markup(text)
