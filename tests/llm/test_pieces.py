from hypothesis import given, settings
from hypothesis import strategies as st

from llm.pieces import in_pieces
from tests.scripted_provider import result


@settings(deadline=None)
@given(st.text())
def test_pieces_join_to_the_very_same_text(text: str) -> None:
    chunks = list(in_pieces(result(text)))

    assert "".join(chunk.token for chunk in chunks) == text
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))


def test_only_the_last_piece_is_the_end_and_has_the_result() -> None:
    *words, last = in_pieces(result("I can do that."))

    assert [word.token for word in words] == ["I", " can", " do", " that."]
    assert not any(word.is_end or word.result for word in words)
    assert (last.token, last.is_end, last.result) == ("", True, result("I can do that."))
