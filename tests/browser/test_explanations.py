import pytest

from tests.browser.screens import expect

pytestmark = pytest.mark.browser

PAGE = """
<main><p style="text-align: right"><button class="explained" aria-describedby="why">Limit</button>
<span id="why" hidden>The most that the buyer pays.</span> <a href="#">Next</a></p></main>
"""


@pytest.fixture
def words(blank):
    """A page with one word that explains itself."""
    blank.set_viewport_size({"width": 360, "height": 200})
    blank.evaluate("html => { document.body.innerHTML = html; }", PAGE)
    for style in ("parley", "sheet"):
        blank.add_style_tag(url=f"/static/css/{style}.css")
    blank.evaluate("import('/static/js/explanations.js').then((module) => module.explainOnDemand())")
    return blank


def test_word_explains_itself_while_it_has_the_focus(words):
    bubble = words.locator(".explanation")

    words.keyboard.press("Tab")
    expect(bubble).to_have_text("The most that the buyer pays.")
    expect(bubble).to_be_visible()
    words.keyboard.press("Tab")

    expect(bubble).to_be_hidden()


def test_explanation_goes_with_escape_and_leaves_the_focus(words):
    words.keyboard.press("Tab")

    words.keyboard.press("Escape")

    expect(words.locator(".explanation")).to_be_hidden()
    expect(words.get_by_role("button")).to_be_focused()


def test_explanation_at_the_edge_stays_on_the_page(words):
    words.get_by_role("button").hover()

    box = words.locator(".explanation").bounding_box()

    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
