"""What `manage.py check --deploy` has to say beyond Django's own advice."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_hosts(app_configs: Sequence[Any] | None, **options: object) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Warning("ALLOWED_HOSTS takes any name: links that are sent could lead anywhere.", id="parley.W001")]


@register(Tags.security, deploy=True)
def check_limits(app_configs: Sequence[Any] | None, **options: object) -> list[CheckMessage]:
    if settings.RATE_LIMITS:
        return []
    return [Warning("RATE_LIMITS is off: keys and passwords can be guessed at full speed.", id="parley.W002")]


@register(Tags.security, deploy=True)
def check_origins(app_configs: Sequence[Any] | None, **options: object) -> list[CheckMessage]:
    if "*" not in settings.CORS.origins:
        return []
    return [Warning("CORS_ORIGINS lets the pages of any site call the API.", id="parley.W003")]


@register(Tags.security, deploy=True)
def check_environment(app_configs: Sequence[Any] | None, **options: object) -> list[CheckMessage]:
    if settings.ENVIRONMENT == "production":
        return []
    return [Warning("ENVIRONMENT is not production: dangerous settings are not refused.", id="parley.W004")]
