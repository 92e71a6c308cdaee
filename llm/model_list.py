"""Asks a server which models it has, and so whether it is there."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import cast

import httpx

from llm.types import ProviderStatus
from llm.wire import read_json

MOST_BYTES = 4 * 1024 * 1024
MOST_MODELS = 200
LONGEST_NAME = 200


async def ask_for_models(
    base_url: str, headers: Mapping[str, str], tls: ssl.SSLContext, timeout_seconds: float
) -> ProviderStatus:
    """Never raises. A client of its own for each question serves any event loop."""
    try:
        async with asyncio.timeout(timeout_seconds), httpx.AsyncClient(verify=tls, headers=headers) as client:
            models = await _read_models(client, f"{base_url.rstrip('/')}/models")
    except TimeoutError:
        return _absent(base_url, f"no answer within {timeout_seconds:g} seconds")
    except _Refused as refused:
        return _absent(base_url, str(refused))
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return _absent(base_url, "nobody answers")
    except UnicodeEncodeError:
        return _absent(base_url, "the key cannot be sent")
    except ValueError:
        return _absent(base_url, "the answer is no list of models")
    return ProviderStatus(available=True, base_url=base_url, models=models)


class _Refused(Exception):
    """The server is there and will not tell."""


def _absent(base_url: str, error: str) -> ProviderStatus:
    return ProviderStatus(available=False, base_url=base_url, models=(), error=error)


async def _read_models(client: httpx.AsyncClient, url: str) -> tuple[str, ...]:
    """Raises ValueError for an answer that is no list of models."""
    async with client.stream("GET", url) as response:
        if response.status_code in (401, 403):
            raise _Refused("the server refuses the key")
        if not response.is_success:
            raise _Refused(f"the server answered with status {response.status_code}")
        body = bytearray()
        async with aclosing(cast(AsyncGenerator[bytes, None], response.aiter_bytes())) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ValueError("too long")
    return _names(read_json(bytes(body)))


def _names(document: object) -> tuple[str, ...]:
    listed = document.get("data", document.get("models")) if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise ValueError("no list")
    named = [_name(entry) for entry in listed[:MOST_MODELS]]
    return tuple(name for name in named if name)


def _name(entry: object) -> str:
    if isinstance(entry, dict):
        entry = entry.get("id") or entry.get("model") or entry.get("name")
    return "".join(sign for sign in entry[:LONGEST_NAME] if sign.isprintable()) if isinstance(entry, str) else ""
