import pytest
from channels.testing import WebsocketCommunicator

from marketplace.asgi import application
from negotiation.consumers import NOT_FOUND

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/", "/ws/nope/", "/ws/negotiation/", "/api/v1/health", "/ws/watch/a/b/"])
async def test_socket_to_an_address_that_is_none_is_not_found(operator, path):
    communicator = WebsocketCommunicator(application, path, headers=[(b"x-api-key", operator.key.encode())])

    await communicator.connect()

    assert await communicator.receive_output() == {"type": "websocket.close", "code": NOT_FOUND}
    await communicator.wait()
