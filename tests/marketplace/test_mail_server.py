import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.mail_server import BY_SMTP, TO_CONSOLE, MailServer, parse_email_url, require_sender


def test_without_a_server_mails_are_printed():
    assert parse_email_url("") == MailServer(backend=TO_CONSOLE)


@pytest.mark.parametrize(
    ("url", "port", "use_ssl", "use_tls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+starttls://mail.example", 587, False, True),
        ("smtps://mail.example", 465, True, False),
        ("smtps://mail.example:2465", 2465, True, False),
    ],
)
def test_kind_of_server_says_port_and_tls(url, port, use_ssl, use_tls):
    server = parse_email_url(url)

    assert (server.backend, server.host) == (BY_SMTP, "mail.example")
    assert (server.port, server.use_ssl, server.use_tls) == (port, use_ssl, use_tls)


def test_user_and_password_may_hold_any_character():
    server = parse_email_url("smtps://desk%40parley:p%2Fw@mail.example")

    assert (server.user, server.password) == ("desk@parley", "p/w")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://user:hidden@mail.example",
        "smtp://",
        "smtp://u:hidden@h:99999",
        "smtp://u:hidden@h/x",
        "smtp://u:hidden@h:0",
    ],
)
def test_what_is_no_mail_server_stops_the_start_without_telling_the_password(url):
    with pytest.raises(ImproperlyConfigured, match="^EMAIL_URL: ") as refused:
        parse_email_url(url)

    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("text", ["parley@localhost", "Parley <desk@parley.example>"])
def test_sender_is_an_address(text):
    assert require_sender(text) == text


@pytest.mark.parametrize("text", ["", "parley", "parley@", "a@b\nBcc: c@d"])
def test_what_is_no_sender_stops_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="^EMAIL_FROM: "):
        require_sender(text)
