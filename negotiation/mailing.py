"""E-mails: plain text, to one address each, by whatever way Django's settings name."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from email.utils import parseaddr
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from negotiation.delivery import Answer, Arrived, Failed, Letter

MAIL_SECONDS = 30.0
MAIL_THREADS = 2


class MailSender:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MAIL_THREADS, thread_name_prefix="mail")

    async def send(self, letter: Letter) -> Answer:
        try:
            async with asyncio.timeout(MAIL_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._threads, _send, letter)
        except TimeoutError:
            return Failed(f"not sent within {MAIL_SECONDS:g} s")
        except (SMTPException, OSError, ValueError) as error:  # ValueError: what no header can hold
            return Failed(f"cannot be sent: {type(error).__name__}")
        return Arrived()

    async def close(self) -> None:
        self._threads.shutdown(wait=False)


def _send(letter: Letter) -> None:
    """A repeated mail has the id of the first one, by which programs that read mail know it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<{letter.code}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Parley-Event": letter.kind,
    }
    EmailMessage(letter.subject, letter.body, to=[letter.address], headers=headers).send()
