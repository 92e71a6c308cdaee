"""Reads the body of a chat completion as its bytes come in, in the dialects that servers speak. Does no I/O."""

import json
from collections.abc import Sequence
from contextlib import suppress

from llm.completion import CompletionReader
from llm.errors import Fault, ProviderResponseError
from llm.repetition import Repetition
from llm.server_events import ServerEvent, ServerEventReader
from llm.types import LLMResult

MOST_CHARACTERS = 64 * 1024
MOST_BYTES = 256 * 1024


class BodyReader:
    """`model` and `input_tokens` stand in for what the server does not tell; a body over `most_bytes` is endless."""

    def __init__(self, model: str, input_tokens: int, most_bytes: int = MOST_BYTES) -> None:
        self.is_done = False
        self._events = ServerEventReader()
        self._completion = CompletionReader(model, input_tokens)
        self._repetition = Repetition()
        self._most_bytes = most_bytes
        self._bytes = 0

    @property
    def has_ended(self) -> bool:
        """Whether the server has said why it stopped: what is cut off after that is not missed."""
        return self._completion.has_ended

    def feed(self, data: bytes) -> list[str]:
        """The pieces of text to show; they add up to the beginning of the final text, unless reasoning is taken back.

        Raises ProviderResponseError as soon as the body is longer than any reply should be.
        """
        self._bytes += len(data)
        pieces = [self._take(event) for event in self._events.feed(data)]
        self._refuse_endless()
        return [piece for piece in pieces if piece]

    def finish(self) -> LLMResult:
        """The whole reply, once the body has ended; raises ProviderResponseError if it is none."""
        for event in self._events.finish():
            self._take(event)
        if self._events.is_garbled:
            self._completion.reject("the stream of events is garbled")
        self._refuse_endless()
        return self._completion.finish()

    def _refuse_endless(self) -> None:
        if self._bytes > self._most_bytes or self._completion.characters > MOST_CHARACTERS:
            raise ProviderResponseError("the reply is longer than is read", Fault.TRUNCATED)

    def _take(self, event: ServerEvent) -> str:
        if self.is_done or event.data.strip() == b"[DONE]":
            self.is_done = True
            return ""
        if not event.name and (words := self._repetition.words(event.data)) is not None:
            return self._completion.take_words(words)
        documents = _documents(event.data)
        if event.name == "error":
            self._completion.report_error(documents)
        elif documents is None:
            self._refuse(event)
        else:
            self._repetition.learn(event.data, documents[0] if len(documents) == 1 else None)
            return "".join([self._completion.take(document) for document in documents])
        return ""

    def _refuse(self, event: ServerEvent) -> None:
        if event.is_whole:
            self._completion.reject("the reply holds what is no JSON")
        else:
            self._completion.cut_off()


def _documents(text: bytes) -> list[object] | None:
    """None for what is no JSON. Some servers write no blank line between events: each line may be a document."""
    with suppress(ValueError):
        return _read_all([text])
    with suppress(ValueError):
        return _read_all(text.splitlines())
    return None


def _read_all(candidates: Sequence[bytes]) -> list[object]:
    return [read_json(candidate) for candidate in candidates if candidate.strip() not in (b"", b"[DONE]")]


def read_json(text: bytes) -> object:
    """Raises ValueError for all that is no JSON, too deep, or holds a number of too many digits."""
    try:
        with suppress(ValueError):
            return _decode(text.decode())
        return json.loads(text)  # in another encoding
    except RecursionError as error:
        raise ValueError("too deep") from error


# Spares `json.loads` its guess at the encoding.
_decode = json.JSONDecoder().decode
