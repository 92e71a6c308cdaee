import asyncio
import hmac
import json
import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from negotiation import webhooks
from negotiation.delivery import Arrived, Failed, Letter
from negotiation.webhooks import WebhookSender, signature
from tests.receiver import receiving, unused_port

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "notifications.md"
LETTER = Letter("3f0c", "your_turn", "", "a secret", "", json.dumps({"item": "Bürolampe"}, ensure_ascii=False))


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def send(address, *, letter=LETTER, **options):
    async def deliver():
        sender = WebhookSender(**{"allow_private": True, "now": lambda: NOON, **options})
        try:
            return await sender.send(replace(letter, address=address))
        finally:
            await sender.close()

    return asyncio.run(deliver())


def test_webhook_is_posted_as_it_is_with_its_kind_id_and_time(receiver):
    answer = send(receiver.url)

    (posted,) = receiver.posted
    headers = posted.headers
    assert answer == Arrived()
    assert (posted.path, posted.body) == ("/hook?from=parley", LETTER.body.encode())
    assert (headers["x-parley-event"], headers["x-parley-delivery"]) == ("your_turn", "3f0c")
    assert headers["x-parley-timestamp"] == str(int(NOON.timestamp()))
    assert headers["content-type"].startswith("application/json")
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


def test_signature_covers_time_and_body(receiver):
    send(receiver.url)

    (posted,) = receiver.posted
    signed = posted.headers["x-parley-timestamp"].encode() + b"." + posted.body
    expected = hmac.new(b"a secret", signed, sha256).hexdigest()
    assert posted.headers["x-parley-signature"] == f"v1={expected}"


def test_example_of_the_documentation_tells_true_from_false_signatures(receiver):
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    known = {}
    exec(code, known)  # noqa: S102  # what the page shows is what is tested
    now = datetime.now(UTC)

    send(receiver.url, now=lambda: now)
    send(receiver.url, now=lambda: now - timedelta(hours=1))

    fresh, old = receiver.posted
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    assert known["is_from_parley"]("a secret", fresh.headers, fresh.body)
    assert not known["is_from_parley"]("another", fresh.headers, fresh.body)
    assert not known["is_from_parley"]("a secret", fresh.headers, fresh.body + b" ")
    assert not known["is_from_parley"]("a secret", old.headers, old.body)


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_refusal_is_a_failure_that_names_the_status(receiver, status):
    receiver.answer(status)

    assert send(receiver.url) == Failed(f"answered {status}")


def test_gone_receiver_wants_to_hear_no_more(receiver):
    receiver.answer(410)

    assert send(receiver.url) == Failed("answered 410", is_gone=True)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed(receiver, status):
    receiver.answer(status, headers={"Location": receiver.url})

    assert send(receiver.url) == Failed(f"answered {status}")
    assert len(receiver.posted) == 1


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 01 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("9" * 30, timedelta(hours=24)),
        ("-5", timedelta(0)),
        ("soon", timedelta(0)),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999", timedelta(0)),
    ],
)
def test_receiver_says_when_to_come_again(receiver, header, wait):
    receiver.answer(503, headers={"Retry-After": header})

    assert send(receiver.url) == Failed("answered 503", wait)


def test_receiver_that_hangs_is_left_in_time(receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "SEND_SECONDS", 0.2)
    receiver.hang()

    assert send(receiver.url) == Failed("no answer within 0.2 s")


def test_answer_without_end_is_not_read(receiver):
    receiver.answer(200, headers={"Content-Length": str(10**12)}, body=b"x" * 10**6)

    assert send(receiver.url) == Arrived()


def test_headers_without_end_are_a_failure(receiver):
    receiver.answer(200, headers={f"X-{number}": "x" * 1000 for number in range(200)})

    assert isinstance(send(receiver.url), Failed)


def test_nobody_there_is_a_failure():
    assert isinstance(send(f"http://127.0.0.1:{unused_port()}/"), Failed)


def test_receiver_without_tls_is_no_receiver_for_https(receiver):
    assert isinstance(send(receiver.url.replace("http:", "https:")), Failed)


@pytest.fixture
def certified(tmp_path, monkeypatch):
    """A receiver with a certificate for hook.example, which senders trust."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(a_certificate("hook.example"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    monkeypatch.setattr(webhooks, "_trusted", lambda: ssl.create_default_context(cafile=str(certificate)))
    with receiving(tls) as receiver:
        yield receiver


def a_certificate(name):
    """With its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*formats)


@pytest.mark.parametrize(("name", "is_trusted"), [("hook.example", True), ("other.example", False)])
def test_certificate_has_to_be_of_the_name_and_not_of_the_address(certified, name, is_trusted):
    answer = send(f"https://{name}:{certified.port}/", resolve=lambda host, port: ["127.0.0.1"])

    assert (answer == Arrived()) is is_trusted
    assert len(certified.posted) == is_trusted


def test_name_that_leads_to_this_machine_is_not_posted_to(receiver):
    address = receiver.url.replace("127.0.0.1", "rebound.example")

    answer = send(address, allow_private=False, resolve=lambda host, port: ["127.0.0.1"])

    assert answer == Failed("the address must lead to a public address")
    assert receiver.posted == []


def test_name_is_looked_up_once_and_what_was_checked_is_connected_to(receiver):
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    answer = send(receiver.url.replace("127.0.0.1", "rebound.example"), resolve=rebinding)

    assert (answer, asked) == (Arrived(), ["rebound.example"])
    assert receiver.posted[0].headers["host"] == f"rebound.example:{receiver.port}"


def test_proxies_of_the_environment_are_not_asked(receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")

    assert send(receiver.url) == Arrived()


def test_signature_is_that_of_the_documentation():
    assert signature("s", "1", b"{}") == ("v1=" + hmac.new(b"s", b"1.{}", sha256).hexdigest())
