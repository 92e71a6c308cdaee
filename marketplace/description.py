"""What the API's own description says of errors, which is the same for all endpoints."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

ERROR_NAME = "Error"
ERROR_SCHEMA = {
    "type": "object",
    "description": "Every error, whatever raised it.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "timestamp"],
            "properties": {
                "code": {"type": "string", "examples": ["ROOM_NOT_FOUND"]},
                "message": {"type": "string"},
                "details": {"description": "For VALIDATION_ERROR the fields with the reasons, else mostly null."},
                "timestamp": {"type": "string", "format": "date-time"},
            },
        }
    },
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
MEANINGS = {
    400: "The request breaks a rule.",
    401: "No key, or a wrong one.",
    403: "Not allowed to this caller.",
    404: "Nothing here that the caller may know of.",
    405: "This method is not allowed here.",
    409: "The state does not allow it.",
    413: "The body is too large.",
    422: "Stock or limits do not allow it, or the Idempotency-Key came with another request.",
    429: "Too fast.",
    500: "Something went wrong on our side.",
    502: "The language model's answer was no answer.",
    503: "The database or the language model cannot be reached.",
}
# Open to all, without parameters, and about nothing that could be missing.
IN_HEALTH = (400, 405, 429, 500, 503)
ONLY_IN_WRITES = (409, 413, 422, 502)


class DescribedApi(NinjaAPI):
    """Describes the errors of each endpoint too."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        schema["components"].setdefault("schemas", {})[ERROR_NAME] = ERROR_SCHEMA
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                described = operation["responses"]
                for status in _statuses(method, operation):
                    described.setdefault(status, _response(status))
        return schema


def _statuses(method: str, operation: dict[str, Any]) -> list[int]:
    if "security" not in operation:
        return list(IN_HEALTH)
    return [status for status in MEANINGS if method != "get" or status not in ONLY_IN_WRITES]


def _response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{ERROR_NAME}"}}},
    }
    return response | {"headers": RETRY_AFTER} if status in (429, 503) else response
