"""The headers of every answer: what a browser may do with it, and which other sites may read it."""

from django.conf import settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
CROSS_ORIGIN_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
CROSS_ORIGIN_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key, X-Request-ID"
CROSS_ORIGIN_RESPONSE_HEADERS = "Retry-After, X-Request-ID"
PREFLIGHT_AGE_SECONDS = 600

# Static files come with a Cache-Control of their own; anything else may be private.
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


def security_headers(scheme: str) -> dict[str, str]:
    """For an answer over this scheme; over TLS it also binds the browser to TLS."""
    if scheme != "https" or not settings.SECURE_HSTS_SECONDS:
        return SECURITY_HEADERS
    return {**SECURITY_HEADERS, "Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}"}


def sharing_headers(origin: str) -> dict[str, str]:
    """What opens an answer of the API to the page of a listed origin; nothing for any other."""
    if not settings.CORS.origins:
        return {}
    if not settings.CORS.allows(origin):
        return {"Vary": "Origin"}
    headers = {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": CROSS_ORIGIN_RESPONSE_HEADERS,
    }
    if settings.CORS.allow_credentials:
        headers["Access-Control-Allow-Credentials"] = "true"
    return headers


def preflight_headers(origin: str) -> dict[str, str]:
    headers = sharing_headers(origin)
    if "Access-Control-Allow-Origin" not in headers:
        return headers
    return {
        **headers,
        "Access-Control-Allow-Methods": CROSS_ORIGIN_METHODS,
        "Access-Control-Allow-Headers": CROSS_ORIGIN_REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_AGE_SECONDS),
    }
