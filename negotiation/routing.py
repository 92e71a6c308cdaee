"""Where live connections go: the SSE stream among HTTP paths, the websocket among its own."""

from channels.auth import AuthMiddlewareStack
from django.urls import path

from negotiation.consumers import RoomConsumer
from negotiation.sse import stream

http_urlpatterns = [path("api/v1/negotiation/<str:room_id>/stream", AuthMiddlewareStack(stream))]
websocket_urlpatterns = [path("ws/negotiation/<str:room_id>/", AuthMiddlewareStack(RoomConsumer.as_asgi()))]
