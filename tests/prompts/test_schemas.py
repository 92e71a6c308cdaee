import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from llm.types import Schema
from negotiation.prompts.schemas import MESSAGE, buyer_choice_schema, messages_schema, seller_choice_schema

KEYS = ("S1", "S2", "S3")
SCHEMAS = [MESSAGE, messages_schema(KEYS), seller_choice_schema(), buyer_choice_schema(KEYS)]
EACH_SCHEMA = pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)


def parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    for child in schema.get("properties", {}).values():
        yield from parts(child)
    if "items" in schema:
        yield from parts(schema["items"])


@EACH_SCHEMA
def test_every_object_requires_all_it_has_and_allows_no_more(schema: Schema) -> None:
    objects = [part for part in parts(schema.document) if part["type"] == "object"]

    assert objects
    assert all(part["required"] == list(part["properties"]) for part in objects)
    assert all(part["additionalProperties"] is False for part in objects)


@EACH_SCHEMA
def test_every_string_and_list_is_bounded(schema: Schema) -> None:
    strings = [part for part in parts(schema.document) if "string" in part["type"]]
    lists = [part for part in parts(schema.document) if part["type"] == "array"]

    assert all("enum" in part or part["maxLength"] == 240 for part in strings)
    assert all(part["maxItems"] == len(KEYS) for part in lists)


@EACH_SCHEMA
def test_schema_can_be_sent_as_json(schema: Schema) -> None:
    assert json.loads(json.dumps(schema.document)) == schema.document


def test_schemas_have_names_of_their_own() -> None:
    assert [schema.name for schema in SCHEMAS] == ["message", "messages", "seller_choice", "buyer_choice"]


def test_seller_decides_before_it_speaks() -> None:
    document = seller_choice_schema().document

    assert list(document["properties"]) == ["action", "price", "quantity", "message"]
    assert document["properties"]["action"]["enum"] == ["offer", "accept"]
    assert document["properties"]["price"] == {"type": "number"}


def test_buyer_decides_before_it_speaks() -> None:
    document = buyer_choice_schema(KEYS).document
    bid = document["properties"]["bids"]["items"]

    assert list(document["properties"]) == ["decision", "to", "bids"]
    assert list(bid["properties"]) == ["to", "price", "message"]
    assert bid["properties"]["to"]["enum"] == ["S1", "S2", "S3"]
    assert document["properties"]["to"]["enum"] == ["S1", "S2", "S3", None]


def test_award_needs_no_bids() -> None:
    assert buyer_choice_schema(KEYS).document["properties"]["bids"]["minItems"] == 0


def test_each_thread_is_to_get_a_message() -> None:
    messages = messages_schema(KEYS).document["properties"]["messages"]

    assert (messages["minItems"], messages["maxItems"]) == (3, 3)
    assert list(messages["items"]["properties"]) == ["to", "message"]
