"""Which optional parts of a request a server takes, learned by trying: nothing else tells it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from llm.types import Schema


class SchemaForm(StrEnum):
    """How a server is asked to keep a reply to a schema, from the best form to none at all."""

    JSON_SCHEMA = "json_schema"
    OBJECT_WITH_SCHEMA = "json_object_with_schema"
    OBJECT = "json_object"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Options:
    schema_form: SchemaForm
    asks_for_usage: bool


def response_format(form: SchemaForm, schema: Schema) -> dict[str, Any]:
    """The parameter that asks for it; empty for none."""
    document = dict(schema.document)
    match form:
        case SchemaForm.JSON_SCHEMA:
            wanted = {"name": schema.name, "strict": True, "schema": document}
            return {"response_format": {"type": "json_schema", "json_schema": wanted}}
        case SchemaForm.OBJECT_WITH_SCHEMA:
            return {"response_format": {"type": "json_object", "schema": document}}
        case SchemaForm.OBJECT:
            return {"response_format": {"type": "json_object"}}
        case SchemaForm.NONE:
            return {}


class Dialect:
    """What one server is known to take; forms are learned for each model and schema."""

    def __init__(self) -> None:
        self._takes_usage_option = True
        self._memories: dict[tuple[str, str], _Memory] = {}

    def trial(self, model: str, schema: Schema | None, *, is_stream: bool) -> "Trial":
        if schema is None:
            return Trial(self, None, Options(SchemaForm.NONE, is_stream and self._takes_usage_option), None)
        key = (model, schema.name)
        memory = self._memories.get(key)
        if memory is not None and memory.calls_left == 0:
            memory = None
        form = SchemaForm.JSON_SCHEMA if memory is None else memory.form
        return Trial(self, key, Options(form, is_stream and self._takes_usage_option), memory)

    def learn(
        self, key: tuple[str, str] | None, worked: Options, *, is_doubtful: bool, usage_was_refused: bool
    ) -> None:
        if usage_was_refused:
            self._takes_usage_option = False
        if key is None:
            return
        known = self._memories.get(key)
        if known is None or known.form is not worked.schema_form:
            self._memories[key] = _Memory(worked.schema_form, DOUBTFUL_CALLS if is_doubtful else None)
        elif known.calls_left:
            self._memories[key] = replace(known, calls_left=known.calls_left - 1)


# Servers answer so to a form that they do not know; llama-cpp-python says 500.
REFUSALS = (400, 404, 415, 422)
FAILURES = (500, 501)
DOUBTFUL_CALLS = 20
FORMS = tuple(SchemaForm)


@dataclass(frozen=True, slots=True)
class _Memory:
    """A form that worked; `calls_left` None if for good. What a 500 taught may have been a mere fault, so it fades."""

    form: SchemaForm
    calls_left: int | None


class Trial:
    """One call on its way down the forms; only success teaches anything.

    A refusal leads down to the last form. A failure leads down one form and only where this one has never worked: an
    overloaded server is not asked again and again.
    """

    def __init__(self, dialect: Dialect, key: tuple[str, str] | None, options: Options, memory: _Memory | None) -> None:
        self.options = options
        self._dialect, self._key, self._first = dialect, key, options
        self._may_fail = memory is None
        self._is_doubtful = False

    def step_down(self, status: int) -> bool:
        """Whether there is another way to ask after this status."""
        lower = self._lower(status)
        if lower is not None:
            self.options = lower
        return lower is not None

    def succeed(self) -> None:
        is_same_form = self.options.schema_form is self._first.schema_form
        self._dialect.learn(
            self._key,
            self.options,
            is_doubtful=self._is_doubtful,
            usage_was_refused=is_same_form and self._first.asks_for_usage and not self.options.asks_for_usage,
        )

    def _lower(self, status: int) -> Options | None:
        if status in REFUSALS and self.options.asks_for_usage:
            return replace(self.options, asks_for_usage=False)
        position = FORMS.index(self.options.schema_form)
        is_failure = status in FAILURES and self._may_fail
        if self._key is None or position + 1 == len(FORMS) or not (status in REFUSALS or is_failure):
            return None
        if is_failure:
            self._may_fail, self._is_doubtful = False, True
        return replace(self.options, schema_form=FORMS[position + 1])
