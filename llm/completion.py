"""Puts a reply together from the documents of a chat completion, and judges whether it is one."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum, auto
from typing import Any

from llm.errors import Fault, ProviderResponseError, is_retryable
from llm.reasoning import ReasoningFilter
from llm.types import LLMResult
from llm.usage import UsageReader


class CompletionReader:
    """Takes the chunks of a stream, or the one document of a plain answer.

    `model` and `input_tokens` stand in for what the server does not tell. `characters` counts all text so far,
    reasoning included.
    """

    def __init__(self, model: str, input_tokens: int) -> None:
        self._heard: list[str] = []
        self.characters = 0
        self._model = model
        self._usage = UsageReader(input_tokens)
        self._spoken = ReasoningFilter()
        self._half = ""
        self._is_known: bool | None = None
        self._arguments: list[str] = []
        self._ending: Ending | None = None
        self._is_refusal = False
        self._fault: ProviderResponseError | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the server has said why it stopped: what is cut off after that is not missed."""
        return self._ending is not None

    def take(self, document: object) -> str:
        """The text to show that this document adds. Never raises: what is wrong with it is raised by `finish`."""
        if not isinstance(document, dict):
            self.reject("the reply is not made of objects")
            return ""
        if error := _error_in(document):
            self._fault = self._fault or error
            return ""
        self._is_known = self._is_known or isinstance(document.get("choices"), list) or "usage" in document
        self._usage.take(document.get("usage"))
        if isinstance(model := document.get("model"), str) and model:
            self._model = model[:200]
        choice = _first_choice(document)
        return "" if choice is None else self._take_choice(choice)

    def take_words(self, words: str) -> str:
        """As `take` of a document that adds these words and says nothing else that is new."""
        return self._take_text(words)

    def reject(self, reason: str) -> None:
        """Notes that the reply does not follow the protocol."""
        self._fault = self._fault or ProviderResponseError(reason, Fault.MALFORMED, is_retryable=True)

    def report_error(self, documents: Sequence[object] | None) -> None:
        """Notes that the server has sent an error, which these documents may describe."""
        described = next((document for document in documents or () if isinstance(document, dict)), {})
        self._fault = self._fault or _error_in(described) or _error_of(described)

    def cut_off(self) -> None:
        """Notes that the body has ended in the middle of a document."""
        if not self.has_ended:
            self._fault = self._fault or _cut_off()

    def finish(self) -> LLMResult:
        """The whole reply; raises ProviderResponseError if it is none. `text` may be longer than what `take` gave."""
        self._spoken.feed(_whole_characters(self._half))
        self._spoken.finish()
        text = self._spoken.text or "".join(self._arguments).strip()
        if self._is_known is False:
            self.reject("the reply holds no choices")
        if fault := self._fault or _fault_of(self._ending, text, self._is_refusal, self.characters):
            raise fault
        return LLMResult(text, self._usage.total("".join(self._heard)), self._model)

    def _take_choice(self, choice: Mapping[str, Any]) -> str:
        if error := _error_in(choice):
            self._fault = self._fault or error
        reason = choice.get("finish_reason")
        if reason:
            self._ending = ENDINGS.get(reason.casefold(), Ending.UNKNOWN) if isinstance(reason, str) else Ending.UNKNOWN
        delta, message = choice.get("delta"), choice.get("message")
        if isinstance(delta, dict) and delta:
            return self._take_message(delta)
        if isinstance(message, dict):
            # Some servers end a stream with the whole message again.
            return "" if self.characters and "delta" in choice else self._take_message(message)
        return self._take_text(choice.get("text"))

    def _take_message(self, message: Mapping[str, Any]) -> str:
        for name in ("reasoning_content", "reasoning"):
            if isinstance(thought := message.get(name), str):
                self._hear(thought)
        self._is_refusal = self._is_refusal or bool(message.get("refusal"))
        self._take_calls(message)
        return self._take_text(message.get("content"))

    def _take_calls(self, message: Mapping[str, Any]) -> None:
        """Servers without a schema for replies are made to follow one as the arguments of a function: the first's."""
        calls = message.get("tool_calls")
        call = calls[0] if isinstance(calls, list) and calls else None
        function = call.get("function") if isinstance(call, dict) and not call.get("index") else None
        function = function or message.get("function_call")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, dict):
            arguments = json.dumps(arguments)
        if isinstance(arguments, str):
            self._hear(arguments)
            self._arguments.append(arguments)

    def _take_text(self, content: object) -> str:
        text = _text_of(content)
        if text is None:
            self.reject("the content of the reply is not text")
            return ""
        self._hear(text)
        text = self._half + text
        # Half of a character outside the basic plane waits for its other half.
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return self._spoken.feed(_whole_characters(text[: len(text) - len(self._half)]))

    def _hear(self, text: str) -> None:
        self._heard.append(text)
        self.characters += len(text)


class Ending(StrEnum):
    """Why a server says that it stopped."""

    STOPPED = auto()
    LENGTH = auto()
    FILTERED = auto()
    FAILED = auto()
    UNKNOWN = auto()


ENDINGS: Mapping[str, Ending] = {
    **dict.fromkeys(("stop", "stopped", "stop_sequence", "stop_string", "end_turn", "end", "complete"), Ending.STOPPED),
    **dict.fromkeys(("eos", "eos_token", "eos_found", "eosfound", "eos_token_found"), Ending.STOPPED),
    **dict.fromkeys(("completed", "tool_calls", "tool_use", "function_call"), Ending.STOPPED),
    **dict.fromkeys(("length", "max_tokens", "max_length", "model_length", "maxtokensreached"), Ending.LENGTH),
    **dict.fromkeys(("content_filter", "safety", "recitation", "refusal", "blocklist"), Ending.FILTERED),
    **dict.fromkeys(("prohibited_content", "sensitive", "guardrail_intervened"), Ending.FILTERED),
    **dict.fromkeys(("error", "failed"), Ending.FAILED),
}


def _fault_of(ending: Ending | None, text: str, is_refusal: bool, characters: int) -> ProviderResponseError | None:
    is_blank = not text.strip()
    match ending:
        case Ending.FILTERED:
            return ProviderResponseError("the reply was withheld by a content filter", Fault.FILTERED)
        case Ending.LENGTH:
            return ProviderResponseError("the reply ended at the limit of tokens", Fault.TRUNCATED)
        case Ending.FAILED:
            return _error_of({})
        case Ending.STOPPED if is_blank and is_refusal:
            return ProviderResponseError("the model refused to reply", Fault.FILTERED)
        case Ending.STOPPED if is_blank:
            return ProviderResponseError("the reply is blank", Fault.EMPTY, is_retryable=True)
        case Ending.STOPPED:
            return None
        case None if not characters:
            return ProviderResponseError("the reply is empty", Fault.EMPTY, is_retryable=True)
        case None | Ending.UNKNOWN:
            return _cut_off()


def _cut_off() -> ProviderResponseError:
    return ProviderResponseError("the reply was cut off", Fault.TRUNCATED, is_retryable=True)


def _error_in(document: Mapping[str, Any]) -> ProviderResponseError | None:
    """The error that an answer with status 200 reports, in whichever dialect."""
    error = document.get("error")
    if error or "error" in (document.get("object"), document.get("type")) or document.get("error_type"):
        return _error_of(error if isinstance(error, dict) else document)
    is_reply = "choices" in document or "delta" in document or "message" in document or "usage" in document
    return None if is_reply or not document.get("detail") else _error_of(document)


def _error_of(error: Mapping[str, Any]) -> ProviderResponseError:
    """Nothing that the server wrote gets into the message but a status."""
    codes = [str(error.get(name))[:100] for name in ("code", "status", "status_code", "type", "error_type")]
    status = next((int(code) for code in codes if code.isascii() and code.isdigit() and len(code) == 3), None)
    says_status = "" if status is None else f" with status {status}"
    return ProviderResponseError(
        f"the server reported an error{says_status} in its reply",
        Fault.ERROR,
        is_retryable=not any(word in code.casefold() for code in codes for word in HOPELESS)
        if status is None
        else is_retryable(status),
    )


HOPELESS = ("invalid", "badrequest", "bad_request", "auth", "permission", "notfound", "not_found", "context", "quota")


def _first_choice(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    choices = document.get("choices")
    if not isinstance(choices, list):
        return None
    return next((choice for choice in choices if isinstance(choice, dict) and not choice.get("index")), None)


def _text_of(content: object) -> str | None:
    """None for what is no text; a number is none, since its digits may not be those that the model wrote."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return None
    parts = [_text_of_part(part) for part in content]
    return None if None in parts else "".join(part for part in parts if part)


def _text_of_part(part: object) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return None
    if part.get("type", "text") not in ("text", "output_text"):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else None


def _whole_characters(text: str) -> str:
    """Two halves become their character, a lone one the sign for what cannot be shown."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
