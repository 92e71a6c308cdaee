"""The ASGI application: live streams before Django, Django for the rest of HTTP, consumers for websockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

import django

django.setup(set_prefix=False)

# Importing these needs the apps that the line above has set up.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import re_path  # noqa: E402

from marketplace.guard import BodyLimit  # noqa: E402
from marketplace.handling import OneThreadHandler  # noqa: E402
from marketplace.scopes import Application, BehindProxy  # noqa: E402
from negotiation.routing import http_urlpatterns, nowhere, websocket_urlpatterns  # noqa: E402

application: Application = BodyLimit(
    ProtocolTypeRouter(
        {
            "http": URLRouter(
                [
                    *http_urlpatterns,
                    re_path(r"", OneThreadHandler()),  # type: ignore[arg-type]  # typed for views
                ]
            ),
            "websocket": URLRouter(
                [
                    *websocket_urlpatterns,
                    re_path(r"", nowhere),  # type: ignore[arg-type]
                ]
            ),
        }
    )
)
if settings.BEHIND_PROXY:
    application = BehindProxy(application)
