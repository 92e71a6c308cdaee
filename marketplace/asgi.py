"""The ASGI application: live streams before Django, Django for the rest of HTTP, consumers for websockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

# Importing these needs the apps that the line above has set up.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from marketplace.guard import BodyLimit  # noqa: E402
from negotiation.routing import http_urlpatterns, websocket_urlpatterns  # noqa: E402

application = BodyLimit(
    ProtocolTypeRouter(
        {
            "http": URLRouter(
                [
                    *http_urlpatterns,
                    re_path(r"", django_application),  # type: ignore[arg-type]  # typed for views
                ]
            ),
            "websocket": URLRouter(websocket_urlpatterns),
        }
    )
)
