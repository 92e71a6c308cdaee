"""A webhook's request: signed, posted to a checked address, and told apart by what the receiver answered."""

import asyncio
import hmac
import secrets
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from hashlib import sha256

import httpx
from django.utils import timezone

from marketplace.version import VERSION
from negotiation.addresses import Resolve, UnsafeAddress, WebAddress, read_web_address, resolve, safe_ip
from negotiation.delivery import Answer, Arrived, Failed, Letter

SEND_SECONDS = 10.0
CONNECT_SECONDS = 5.0
NAME_THREADS = 4
LONGEST_WAIT = timedelta(hours=24)


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


class WebhookSender:
    """Posts letters. It follows no redirect and keeps nothing of what is answered but the status."""

    def __init__(
        self, *, allow_private: bool, resolve: Resolve = resolve, now: Callable[[], datetime] = timezone.now
    ) -> None:
        self._allow_private, self._resolve, self._now = allow_private, resolve, now
        self._names = ThreadPoolExecutor(NAME_THREADS, thread_name_prefix="webhook-names")
        # The environment's proxies would look names up by themselves. A connection is for one name: it is used once.
        self._client = httpx.AsyncClient(
            verify=_trusted(),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(SEND_SECONDS, connect=CONNECT_SECONDS),
        )

    async def send(self, letter: Letter) -> Answer:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._post(letter)
        except UnsafeAddress as unsafe:
            return Failed(f"the address {unsafe}")
        except TimeoutError:
            return Failed(f"no answer within {SEND_SECONDS:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Failed(f"cannot be reached: {type(error).__name__}")

    async def close(self) -> None:
        self._names.shutdown(wait=False)
        await self._client.aclose()

    async def _post(self, letter: Letter) -> Answer:
        address = read_web_address(letter.address)
        ip = await asyncio.get_running_loop().run_in_executor(self._names, self._safe_ip, address)
        body = letter.body.encode()
        request = self._client.stream(
            "POST",
            address.at(ip),
            content=body,
            headers={"Host": address.authority, **self._headers(letter, body)},
            extensions={"sni_hostname": address.host},  # whose name the certificate has to have
        )
        async with request as response:
            return _answer(response, self._now())

    def _safe_ip(self, address: WebAddress) -> str:
        return safe_ip(address, self._resolve, allow_private=self._allow_private)

    def _headers(self, letter: Letter, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"Parley/{VERSION}",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "X-Parley-Event": letter.kind,
            "X-Parley-Delivery": letter.code,
            "X-Parley-Timestamp": timestamp,
            "X-Parley-Signature": signature(letter.secret, timestamp, body),
        }


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: it takes a while."""
    return ssl.create_default_context()


def _answer(response: httpx.Response, now: datetime) -> Answer:
    status = response.status_code
    if response.is_success:
        return Arrived()
    return Failed(
        f"answered {status}", _wait_asked(response.headers.get("Retry-After", ""), now), is_gone=status == 410
    )


def _wait_asked(header: str, now: datetime) -> timedelta:
    """Seconds or a date; what makes no sense counts as none."""
    if header.isascii() and header.isdigit():
        wait = timedelta(seconds=int(header[:9]))
    else:
        try:
            asked = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return timedelta(0)
        wait = (asked if asked.tzinfo else asked.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
