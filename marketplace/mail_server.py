"""Turns `EMAIL_URL` into what Django wants to know of a mail server."""

from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ALLOWED = "smtp://, smtp+starttls:// or smtps://user:password@host:port"
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TO_CONSOLE = "django.core.mail.backends.console.EmailBackend"
BY_SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, slots=True)
class MailServer:
    """`use_ssl`: TLS from the first byte; `use_tls`: after a command (STARTTLS)."""

    backend: str = TO_CONSOLE
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_ssl: bool = False
    use_tls: bool = False


def parse_email_url(url: str) -> MailServer:
    """Without one, e-mails are printed. Messages never repeat the address, for it may hold a password."""
    if not url:
        return MailServer()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refuse("EMAIL_URL", "the address cannot be read", ALLOWED) from error
    if parts.scheme not in PORTS:
        raise _refuse("EMAIL_URL", "the kind of server is unknown", ALLOWED)
    if not parts.hostname or parts.path.strip("/") or parts.query or port == 0:
        raise _refuse("EMAIL_URL", "it names no server, or more than one", ALLOWED)
    return MailServer(
        backend=BY_SMTP,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme == "smtp+starttls",
    )


def require_sender(text: str) -> str:
    """Who e-mails come from: `parley@example.org`, or that in angle brackets behind a name."""
    name, domain = parseaddr(text)[1].rpartition("@")[::2]
    if not (name and domain) or not text.isprintable():
        raise _refuse("EMAIL_FROM", f"{text!r} is no e-mail address", "name@host, or Name <name@host>")
    return text


def _refuse(setting: str, problem: str, allowed: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{setting}: {problem}. Allowed: {allowed}.")
