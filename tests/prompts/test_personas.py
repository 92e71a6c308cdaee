import re

import pytest

from negotiation.core.preferences import Priority, Style
from negotiation.prompts.personas import BUYER, seller_persona

PERSONAS = [seller_persona(priority, style) for priority in Priority for style in Style]


def test_each_priority_and_style_has_a_persona_of_its_own() -> None:
    assert len(set(PERSONAS)) == len(Priority) * len(Style)


@pytest.mark.parametrize("priority", Priority)
def test_rude_seller_is_told_not_to_insult(priority: Priority) -> None:
    assert "Never insult" in seller_persona(priority, Style.RUDE)


@pytest.mark.parametrize("persona", [*PERSONAS, BUYER])
def test_persona_is_short_and_names_no_number(persona: str) -> None:
    assert len(persona) <= 200
    assert not re.search(r"\d", persona)
