import pytest

from marketplace.scopes import BehindProxy, headers_of, remote_address_of, scheme_of


async def seen_behind_proxy(kind="http", *headers):
    """What the application is told of the caller, whose connection comes from the proxy."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    pairs = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": kind, "scheme": "ws" if kind == "websocket" else "http", "client": ["10.0.0.1", 1]}
    await BehindProxy(app)({**scope, "headers": pairs}, None, None)
    return seen[0]


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ([], "10.0.0.1"),
        (["192.0.2.7"], "192.0.2.7"),
        (["127.0.0.1, 192.0.2.7"], "192.0.2.7"),
        (["127.0.0.1", "192.0.2.7"], "192.0.2.7"),
        (["2001:db8::1"], "2001:db8::1"),
        (["127.0.0.1, nonsense"], ""),
        ([""], ""),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_last_address_is_the_proxys_own_word(kind, headers, address):
    scope = await seen_behind_proxy(kind, *(("x-forwarded-for", value) for value in headers))

    assert remote_address_of(scope) == address


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(("said", "scheme"), [("https", "https"), ("HTTPS", "https"), ("http", "http"), ("x", "http")])
async def test_scheme_is_the_proxys(kind, said, scheme):
    assert scheme_of(await seen_behind_proxy(kind, ("x-forwarded-proto", said))) == scheme


def test_names_are_in_lower_case_and_bytes_are_any():
    assert headers_of({"headers": [(b"X-Any", b"\xff\xfe")]}) == {"x-any": "\xff\xfe"}


def test_caller_without_an_address_has_none():
    assert remote_address_of({"client": None}) == remote_address_of({}) == ""
