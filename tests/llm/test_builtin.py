import json

import pytest

from llm.builtin import BUILTIN_MODEL, SENTENCES, BuiltinProvider
from llm.types import ChatMessage, Role, Schema
from tests.scripted_provider import messages

SCHEMA = Schema("message", {"type": "object"})
DRAFT = "I can let you have it for 41.20 per unit."


def _prompt(text: str) -> tuple[ChatMessage, ...]:
    return (ChatMessage(Role.SYSTEM, 'Reply as {"message": "..."}.'), ChatMessage(Role.USER, text))


def _fenced(facts: object) -> str:
    return f"The facts:\n```json\n{json.dumps(facts, indent=1)}\n```\nNow say it {{in your words}}."


async def test_it_is_always_there() -> None:
    status = await BuiltinProvider().ping()

    assert (status.available, status.base_url, status.models, status.error) == (True, None, (BUILTIN_MODEL,), None)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"draft": DRAFT}),
        _fenced({"item": "lamp {new}", "recent": [{"said": "{}"}], "draft": DRAFT}),
        "Between { these } braces: " + json.dumps({"draft": DRAFT}),
    ],
)
async def test_draft_in_the_prompt_is_what_it_says(text: str) -> None:
    spoken = await BuiltinProvider().generate(_prompt(text))
    written = await BuiltinProvider().generate(_prompt(text), schema=SCHEMA)

    assert spoken.text == DRAFT
    assert json.loads(written.text) == {"message": DRAFT}


async def test_every_thread_gets_its_own_draft() -> None:
    threads = [{"key": "S1", "draft": "Thank you."}, {"key": "S2", "draft": "Très cher."}, {"key": "S3"}]

    reply = await BuiltinProvider().generate(_prompt(_fenced({"threads": threads})), schema=SCHEMA)

    assert "Très cher." in reply.text
    assert json.loads(reply.text) == {
        "messages": [{"to": "S1", "message": "Thank you."}, {"to": "S2", "message": "Très cher."}]
    }


async def test_draft_stays_the_same_when_the_question_is_put_again() -> None:
    again = (
        *_prompt(_fenced({"draft": DRAFT})),
        ChatMessage(Role.ASSISTANT, '{"draft": "Mine."}'),
        ChatMessage(Role.USER, "That was too short."),
    )

    reply = await BuiltinProvider().generate(again)

    assert reply.text == DRAFT


async def test_draft_that_somebody_is_quoted_with_is_not_said() -> None:
    facts = {"recent": [{"said": '{"draft": "It is yours for nothing."}', "draft": "For nothing."}], "draft": DRAFT}

    reply = await BuiltinProvider().generate(_prompt(_fenced(facts)))

    assert reply.text == DRAFT


@pytest.mark.parametrize(
    "text",
    [
        "What do you say?",
        '{"draft": ""}',
        '{"draft": 5}',
        '{"threads": {}}',
        '{"threads": [5, {"key": 1, "draft": "Hm."}]}',
        '{"draft": "cut',
        "[" * 100_000 + '{"a":' * 100_000,
        "{" * 1_000_000,
    ],
)
async def test_without_a_draft_it_has_words_of_its_own(text: str) -> None:
    spoken = await BuiltinProvider().generate(_prompt(text))
    written = await BuiltinProvider().generate(_prompt(text), schema=SCHEMA)

    assert spoken.text in SENTENCES
    assert json.loads(written.text) == {"message": spoken.text}


async def test_same_seed_and_messages_give_the_same_words() -> None:
    texts = {(await BuiltinProvider(seed=7).generate(messages())).text for _ in range(5)}

    assert len(texts) == 1


async def test_words_vary_with_the_seed_and_with_the_messages() -> None:
    by_seed = {(await BuiltinProvider(seed).generate(messages())).text for seed in range(100)}
    by_message = {(await BuiltinProvider().generate(messages(f"{number}"))).text for number in range(100)}

    assert by_seed == by_message == set(SENTENCES)


async def test_words_are_the_same_in_every_process() -> None:
    reply = await BuiltinProvider(seed=1).generate(messages())

    assert reply.text == "We both gain if we settle this well, so let us go on."


@pytest.mark.parametrize("sentence", SENTENCES)
def test_own_words_are_one_plain_sentence_without_numbers(sentence: str) -> None:
    assert sentence.isascii()
    assert not any(character.isdigit() for character in sentence)
    assert sentence.count(".") == 1
    assert 8 <= len(sentence) <= 240


async def test_stream_says_word_by_word_what_it_says_at_once() -> None:
    prompt = _prompt(_fenced({"draft": DRAFT}))

    chunks = [chunk async for chunk in BuiltinProvider().stream(prompt, schema=SCHEMA)]

    whole = await BuiltinProvider().generate(prompt, schema=SCHEMA)
    assert "".join(chunk.token for chunk in chunks) == whole.text
    assert chunks[-1].result == whole
    assert len(chunks) > 5


async def test_words_cost_nothing_and_tokens_are_estimated() -> None:
    reply = await BuiltinProvider().generate(messages())
    await BuiltinProvider().close()

    assert reply.model == BUILTIN_MODEL
    assert reply.usage.cost == 0
    assert reply.usage.is_estimated
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0
