"""Every setting there is, read from the environment once; a value that makes no sense stops the start.

`.env.example` lists the variables, with what they mean and their defaults.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from llm.configuration import LlmEndpoint, LlmSettings
from marketplace.database import log_statements, parse_database_url
from marketplace.environment import is_loopback, read_environment, refuse_in_production
from marketplace.logging_setup import configure_logging
from marketplace.mail_server import parse_email_url, require_sender
from marketplace.scaling import channel_layers, choose_engine
from marketplace.secret_key import keep_secret_key


@dataclass(frozen=True, slots=True)
class NegotiationLimits:
    max_rounds: int
    max_sellers: int
    timeout_minutes: int
    cleanup_hours: int
    default_mind: str


@dataclass(frozen=True, slots=True)
class SeatRules:
    """How long a person or program at a seat has for a move, and what happens then: `expire` or `strategy`."""

    hours: int
    on_timeout: str


@dataclass(frozen=True, slots=True)
class NegotiationLogs:
    """The stored JSON log of each room, written when it ends if `auto_save` is on."""

    directory: Path
    retention_days: int
    auto_save: bool


@dataclass(frozen=True, slots=True)
class LiveStream:
    heartbeat_seconds: int
    retry_milliseconds: int


@dataclass(frozen=True, slots=True)
class CrossOriginRules:
    origins: tuple[str, ...]
    allow_credentials: bool

    def allows(self, origin: str) -> bool:
        return bool(origin) and ("*" in self.origins or origin in self.origins)


ROOT = Path(__file__).resolve().parent.parent
env = read_environment(ROOT)

ENVIRONMENT = env.choice("ENVIRONMENT", "development", allowed=("development", "test", "production"))
DEBUG = env.switch("DEBUG", default=False)
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, least=0, most=65535)
BEHIND_PROXY = env.switch("BEHIND_PROXY", default=False)
refuse_in_production(ENVIRONMENT, debug=DEBUG, secret_key=env.text("SECRET_KEY"))
DATA_DIR = env.folder("PARLEY_DATA_DIR", ROOT / "var")
SECRET_KEY = env.text("SECRET_KEY") or keep_secret_key(DATA_DIR / "secret_key")
RATE_LIMITS = env.switch("RATE_LIMITS", default=True)
WORKER_CONCURRENCY = env.integer("WORKER_CONCURRENCY", 50, least=1, most=1000)

NEGOTIATION = NegotiationLimits(
    max_rounds=env.integer("MAX_NEGOTIATION_ROUNDS", 10, least=1, most=100),
    max_sellers=env.integer("MAX_SELLERS_PER_SESSION", 10, least=1, most=10),
    timeout_minutes=env.integer("NEGOTIATION_TIMEOUT_MINUTES", 30, least=1, most=24 * 60),
    cleanup_hours=env.integer("SESSION_CLEANUP_HOURS", 24, least=1, most=24 * 365),
    default_mind=env.choice("DEFAULT_MIND", "narrated", allowed=("strategy", "narrated", "llm")),
)

SEATS = SeatRules(
    hours=env.integer("SEAT_HOURS", 48, least=1, most=24 * 90),
    on_timeout=env.choice("SEAT_TIMEOUT", "expire", allowed=("expire", "strategy")),
)

LOGS = NegotiationLogs(
    directory=env.path("LOGS_DIR", DATA_DIR / "logs"),
    retention_days=env.integer("LOG_RETENTION_DAYS", 7, least=1, most=3650),
    auto_save=env.switch("AUTO_SAVE_NEGOTIATIONS", default=True),
)

STREAM = LiveStream(
    heartbeat_seconds=env.integer("SSE_HEARTBEAT_INTERVAL", 15, least=1, most=300),
    retry_milliseconds=1000 * env.integer("SSE_RETRY_TIMEOUT", 5, least=1, most=300),
)

llm_timeout_seconds = env.number("LM_STUDIO_TIMEOUT", 30, least=0.1, most=600)
LLM = LlmSettings(
    provider=env.choice(
        "LLM_PROVIDER", "lm_studio", allowed=("lm_studio", "openrouter", "openai_compatible", "builtin")
    ),
    fallback=env.choice("LLM_FALLBACK", "template", allowed=("template", "off")),
    temperature=env.number("LLM_DEFAULT_TEMPERATURE", 0.7, least=0, most=2),
    max_tokens=env.integer("LLM_DEFAULT_MAX_TOKENS", 500, least=1, most=32_000),
    max_retries=env.integer("LLM_MAX_RETRIES", 3, least=0, most=10),
    retry_delay_seconds=env.number("LLM_RETRY_DELAY", 1, least=0, most=60),
    max_concurrency=env.integer("LLM_MAX_CONCURRENCY", 10, least=1, most=1000),
    turn_seconds=env.number("LLM_TURN_SECONDS", 20, least=0.1, most=600),
    queue_seconds=env.number("LLM_QUEUE_SECONDS", 300, least=0.1, most=3600),
    prices=env.prices("LLM_PRICES"),
    room_budget=env.budget("LLM_ROOM_BUDGET", "calls=500"),
    session_budget=env.budget("LLM_SESSION_BUDGET"),
    day_budget=env.budget("LLM_DAY_BUDGET", "cost=10"),
    record_to=env.file_to_write("LLM_RECORD"),
    replay_from=env.file_to_read("LLM_REPLAY"),
    lm_studio=LlmEndpoint(
        base_url=env.url("LM_STUDIO_BASE_URL", "http://127.0.0.1:1234/v1"),
        model=env.text("LM_STUDIO_DEFAULT_MODEL", "llama-3-8b-instruct"),
        timeout_seconds=llm_timeout_seconds,
    ),
    openrouter=LlmEndpoint(
        base_url=env.url("OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1"),
        model=env.text("OPENROUTER_DEFAULT_MODEL", "meta-llama/llama-3-8b-instruct"),
        timeout_seconds=llm_timeout_seconds,
        api_key=env.text("OPENROUTER_API_KEY"),
        is_enabled=env.switch("LLM_ENABLE_OPENROUTER", default=False),
    ),
    openai_compatible=LlmEndpoint(
        base_url=env.url("OPENAI_COMPATIBLE_BASE_URL", "http://127.0.0.1:8080/v1"),
        model=env.text("OPENAI_COMPATIBLE_DEFAULT_MODEL", "default"),
        timeout_seconds=llm_timeout_seconds,
        api_key=env.text("OPENAI_COMPATIBLE_API_KEY"),
    ),
)
cors_origins = env.origins("CORS_ORIGINS")
CORS = CrossOriginRules(
    origins=tuple(cors_origins),
    # Any site at all with the visitor's own cookies would be an open door.
    allow_credentials=env.switch("CORS_ALLOW_CREDENTIALS", default=True) and "*" not in cors_origins,
)

PUBLIC_URL = env.url("PUBLIC_URL", "")
mail_server = parse_email_url(env.text("EMAIL_URL"))
EMAIL_BACKEND = mail_server.backend
EMAIL_HOST, EMAIL_PORT = mail_server.host, mail_server.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail_server.user, mail_server.password
EMAIL_USE_SSL, EMAIL_USE_TLS = mail_server.use_ssl, mail_server.use_tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = require_sender(env.text("EMAIL_FROM", "parley@localhost"))
WEBHOOK_ALLOW_PRIVATE = env.switch("WEBHOOK_ALLOW_PRIVATE", default=False)

DATABASES = {
    "default": parse_database_url(
        env.text("DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'parley.sqlite3'))}"),
        root=ROOT,
        pool_size=env.integer("DATABASE_POOL_SIZE", 10, least=4, most=1000),
    )
}
WORKER_ENGINE = choose_engine(
    env.choice("WORKER_ENGINE", "auto", allowed=("auto", "embedded", "procrastinate")), DATABASES["default"]["ENGINE"]
)
LOGGING = configure_logging(
    level=env.choice("LOG_LEVEL", "INFO", allowed=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
    style=env.choice("LOG_FORMAT", "text", allowed=("text", "json")),
    file=env.file_to_append("LOG_FILE"),
)
ACCESS_LOG = env.switch("ACCESS_LOG", default=False)
# Lines for every job, and for every second without Redis or PostgreSQL, which our own log tells of.
LOGGING["loggers"]["procrastinate"] = {"level": "WARNING"}
LOGGING["loggers"]["channels_redis"] = {"level": "CRITICAL"}
LOGGING["loggers"]["psycopg.pool"] = {"level": "ERROR"}
if env.switch("DATABASE_ECHO", default=False):
    log_statements()
    LOGGING["loggers"]["django.db.backends"] = {"level": "DEBUG"}

INSTALLED_APPS = [
    "marketplace.apps.MarketplaceConfig",
    "negotiation.apps.NegotiationConfig",
    "daphne",
    "marketplace.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "ninja",
]
if WORKER_ENGINE == "procrastinate":
    INSTALLED_APPS.append("procrastinate.contrib.django")
# Innermost stands one of ours: a sync-only middleware there keeps the whole chain in one thread.
MIDDLEWARE = [
    "marketplace.middleware.name_requests",
    "marketplace.metrics.count_requests",
    "marketplace.middleware.answer_head_requests_to_api",
    "marketplace.envelope.wrap_api_errors",
    "marketplace.middleware.set_security_headers",
    "marketplace.middleware.refuse_strange_bytes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "marketplace.middleware.share_api_across_origins",
    "marketplace.middleware.refuse_forms_to_api",
    "marketplace.middleware.HoldBack",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.callers.caller",
            ]
        },
    }
]
ROOT_URLCONF = "marketplace.urls"
ASGI_APPLICATION = "marketplace.asgi.application"
REDIS_URL = env.text("REDIS_URL")
CHANNEL_LAYERS = channel_layers(REDIS_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["marketplace.sign_in.PatientBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", HOST, *env.items("ALLOWED_HOSTS")]
# A browser keeps a secure cookie from a plain http site, where nobody could then sign in.
SECURE_COOKIES = BEHIND_PROXY or (ENVIRONMENT == "production" and not is_loopback(HOST))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000, least=0, most=63_072_000) if SECURE_COOKIES else 0
# Redirecting to TLS is the proxy's part; a host's other names, and the browsers' built-in lists, are not ours to bind.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
