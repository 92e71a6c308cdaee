import pytest

from tests.prompts.cases import prompts
from tests.prompts.golden_files import FOLDER, as_text, golden


@pytest.mark.parametrize("name", prompts())
def test_prompt_reads_as_its_golden_file(name: str) -> None:
    text = as_text(prompts()[name])

    assert text == golden(name, text)


def test_each_golden_file_is_of_a_prompt() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(prompts())
