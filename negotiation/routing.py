"""Where live connections go: the SSE stream among HTTP paths, the websocket among its own."""

from django.urls import path

from marketplace.access_log import NotedLive
from marketplace.scopes import Receive, Scope, Send
from negotiation.consumers import NOT_FOUND, RoomConsumer, SpectatorConsumer
from negotiation.desk_consumers import DeskConsumer
from negotiation.session_consumers import SessionConsumer
from negotiation.session_consumers import stream as session_stream
from negotiation.sse import stream, watch

STREAM = "api/v1/negotiation/<str:room_id>/stream"
SESSION_STREAM = "api/v1/simulation/<str:session_id>/stream"
WATCH_STREAM = "api/v1/watch/<str:token>/stream"
SOCKET = "ws/negotiation/<str:room_id>/"
WATCH_SOCKET = "ws/watch/<str:token>/"
SESSION_SOCKET = "ws/session/<str:session_id>/"
DESK_SOCKET = "ws/trade-desk/<str:negotiation_id>/"
NOWHERE = "none"


async def _close_as_not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """A socket has to be open to be told a close code."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": NOT_FOUND})


http_urlpatterns = [
    path(STREAM, NotedLive(stream, STREAM)),  # type: ignore[arg-type]  # typed for views
    path(WATCH_STREAM, NotedLive(watch, WATCH_STREAM)),  # type: ignore[arg-type]
    path(SESSION_STREAM, NotedLive(session_stream, SESSION_STREAM)),  # type: ignore[arg-type]
]
websocket_urlpatterns = [
    path(SOCKET, NotedLive(RoomConsumer.as_asgi(), SOCKET)),  # type: ignore[arg-type]
    path(SESSION_SOCKET, NotedLive(SessionConsumer.as_asgi(), SESSION_SOCKET)),  # type: ignore[arg-type]
    path(WATCH_SOCKET, NotedLive(SpectatorConsumer.as_asgi(), WATCH_SOCKET)),  # type: ignore[arg-type]
    path(DESK_SOCKET, NotedLive(DeskConsumer.as_asgi(), DESK_SOCKET)),  # type: ignore[arg-type]
]
nowhere = NotedLive(_close_as_not_found, NOWHERE)
