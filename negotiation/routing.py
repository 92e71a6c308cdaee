"""Where live connections go: the SSE stream among HTTP paths, the websocket among its own."""

from django.urls import path

from marketplace.access_log import NotedLive
from negotiation.consumers import RoomConsumer
from negotiation.desk_consumers import DeskConsumer
from negotiation.sse import stream

STREAM = "api/v1/negotiation/<str:room_id>/stream"
SOCKET = "ws/negotiation/<str:room_id>/"
DESK_SOCKET = "ws/trade-desk/<str:negotiation_id>/"

http_urlpatterns = [path(STREAM, NotedLive(stream, STREAM))]  # type: ignore[arg-type]  # typed for views
websocket_urlpatterns = [
    path(SOCKET, NotedLive(RoomConsumer.as_asgi(), SOCKET)),  # type: ignore[arg-type]
    path(DESK_SOCKET, NotedLive(DeskConsumer.as_asgi(), DESK_SOCKET)),  # type: ignore[arg-type]
]
