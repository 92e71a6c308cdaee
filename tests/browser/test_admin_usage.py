import pytest

pytestmark = pytest.mark.browser

CHART = """
<svg data-bars tabindex="0" viewBox="0 0 3 100" width="300" height="100">
  <g data-words="1 Mar: $1"><rect x="0" width="1" height="100"/></g>
  <g data-words="2 Mar: $2"><rect x="1" width="1" height="100"/></g>
  <g data-words="3 Mar: $3"><rect x="2" width="1" height="100"/></g>
</svg>
<p data-bar-words></p>
"""


@pytest.fixture
def chart(blank):
    blank.evaluate("html => { document.body.innerHTML = html; }", CHART)
    blank.evaluate("() => import('/static/js/admin_usage.js')")
    return blank


def read(page) -> str:
    return page.locator("[data-bar-words]").inner_text()


def test_day_that_is_pointed_at_is_told(chart):
    chart.locator("[data-words]").nth(1).hover()

    assert read(chart) == "2 Mar: $2"


def test_days_are_read_with_the_arrow_keys_and_no_further_than_the_last(chart):
    chart.locator("[data-bars]").focus()
    told = [read(chart)]
    for key in ("ArrowLeft", "Home", "ArrowLeft", "End", "ArrowRight"):
        chart.keyboard.press(key)
        told.append(read(chart))

    assert told == ["3 Mar: $3", "2 Mar: $2", "1 Mar: $1", "1 Mar: $1", "3 Mar: $3", "3 Mar: $3"]
