import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from llm.purse import Budget
from marketplace.environment import parse_env_file

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
READ_BY_CODE = re.compile(r"""\benv\.\w+\(\s*"([A-Z_]+)\"""")
SHOW_SETTINGS = """
import json, marketplace.settings as settings
print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper()}, default=repr))
"""


RUN_A_STATEMENT = """
import django; django.setup()
from django.db import connection
connection.cursor().execute("SELECT 'a statement'")
"""


def load_settings(data_dir: Path, code: str = SHOW_SETTINGS, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    }
    # "test" only so that a developer's own .env does not count.
    chosen = {"ENVIRONMENT": "test", "PARLEY_DATA_DIR": str(data_dir)} | variables
    return subprocess.run(
        [sys.executable, "-c", code],
        env=inherited | chosen,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_with(data_dir: Path, **variables: str) -> dict[str, object]:
    finished = load_settings(data_dir, **variables)
    assert finished.returncode == 0, finished.stderr
    return json.loads(re.sub(r"parley-test-\d+", "parley-test", finished.stdout))


def test_example_lists_exactly_the_variables_that_the_code_reads():
    code = (ROOT / "marketplace" / "settings.py").read_text()

    assert set(parse_env_file(EXAMPLE)) == set(READ_BY_CODE.findall(code))


def test_every_variable_of_the_example_is_explained():
    for before, line in pairwise(EXAMPLE.splitlines()):
        assert re.match("[^A-Z]|$", line) or re.fullmatch("# .+[.]", before), line


def test_example_says_the_defaults(tmp_path):
    example = {name: value for name, value in parse_env_file(EXAMPLE).items() if value}

    assert settings_with(tmp_path, **example | {"ENVIRONMENT": "test"}) == settings_with(tmp_path)


def test_secret_key_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    first = settings_with(tmp_path)
    second = settings_with(tmp_path)

    assert first["SECRET_KEY"] == second["SECRET_KEY"] != ""
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_debug_is_off_unless_it_is_switched_on(tmp_path):
    assert settings_with(tmp_path)["DEBUG"] is False
    assert settings_with(tmp_path, DEBUG="on")["DEBUG"] is True


@pytest.mark.parametrize(
    ("variables", "is_secure"),
    [
        ({"ENVIRONMENT": "production", "HOST": "127.0.0.1"}, False),
        ({"ENVIRONMENT": "production", "HOST": "0.0.0.0"}, True),
        ({"ENVIRONMENT": "production", "BEHIND_PROXY": "on"}, True),
        ({}, False),
    ],
)
def test_cookies_are_secure_where_the_network_can_see_them(tmp_path, variables, is_secure):
    settings = settings_with(tmp_path, **variables)

    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is is_secure


def test_cookies_of_a_caller_are_never_for_any_origin_at_all(tmp_path):
    settings = settings_with(tmp_path, CORS_ORIGINS="*", CORS_ALLOW_CREDENTIALS="true")

    assert "allow_credentials=False" in settings["CORS"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("MAX_NEGOTIATION_ROUNDS", "101"),
        ("MAX_SELLERS_PER_SESSION", "0"),
        ("LLM_PROVIDER", "oracle"),
        ("LOG_FORMAT", "xml"),
        ("RATE_LIMITS", "maybe"),
        ("CORS_ORIGINS", "shop.example"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DEFAULT_MIND", "oracle"),
        ("LLM_FALLBACK", "silence"),
        ("LLM_ROOM_BUDGET", "500"),
        ("LLM_SESSION_BUDGET", "calls=many"),
        ("LLM_DAY_BUDGET", "cost=-1"),
        ("LLM_PRICES", "cheap"),
        ("LLM_TURN_SECONDS", "0"),
        ("LLM_QUEUE_SECONDS", "forever"),
        ("PUBLIC_URL", "parley.example"),
        ("EMAIL_URL", "mail.example"),
        ("EMAIL_FROM", "nobody"),
        ("WEBHOOK_ALLOW_PRIVATE", "perhaps"),
        ("LOG_FILE", "tests"),
        ("LOG_FILE", "README.md/parley.log"),
        ("DATABASE_URL", "sqlite:///tests"),
        ("DATABASE_URL", "sqlite:///README.md/parley.sqlite3"),
        ("DATABASE_URL", "postgres://me:sesame/open@db.example/parley"),
        ("REDIS_URL", "redis://:sesame/open@cache.example:6379/0"),
        ("REDIS_URL", "redis://cache.example:port/0"),
    ],
)
def test_setting_that_makes_no_sense_stops_the_start_with_its_name(tmp_path, name, value):
    finished = load_settings(tmp_path, **{name: value})

    assert finished.returncode != 0
    assert re.search(f"ImproperlyConfigured: {name}: .* Allowed: ", finished.stderr)
    assert "sesame" not in finished.stderr


def test_keys_of_providers_are_not_shown_with_the_settings(tmp_path):
    settings = settings_with(tmp_path, OPENROUTER_API_KEY="sk-secret", OPENAI_COMPATIBLE_API_KEY="sk-secret")

    assert "sk-secret" not in str(settings["LLM"])


@pytest.mark.parametrize("name", ["LLM_RECORD", "LLM_REPLAY"])
def test_file_of_calls_that_cannot_be_used_stops_the_start_with_its_name(tmp_path, name):
    finished = load_settings(tmp_path, **{name: str(tmp_path / "no such folder" / "calls.jsonl")})

    assert finished.returncode != 0
    assert f"ImproperlyConfigured: {name}: " in finished.stderr


def test_limits_of_models_come_from_the_environment(tmp_path):
    show = """
import marketplace.settings as settings
llm = settings.LLM
print(settings.NEGOTIATION.default_mind, llm.turn_seconds, llm.queue_seconds, llm.record_to, llm.replay_from)
print(llm.room_budget, llm.session_budget, llm.day_budget, llm.prices.entries[0][0])
"""
    chosen = {
        "DEFAULT_MIND": "llm",
        "LLM_TURN_SECONDS": "7.5",
        "LLM_QUEUE_SECONDS": "8",
        "LLM_RECORD": str(tmp_path / "calls.jsonl"),
        "LLM_ROOM_BUDGET": "calls=1",
        "LLM_SESSION_BUDGET": "tokens=2",
        "LLM_DAY_BUDGET": "seconds=3",
        "LLM_PRICES": '{"small": {"input": 1, "output": 2}}',
    }

    finished = load_settings(tmp_path, show, **chosen)

    first, second = finished.stdout.splitlines()
    assert first == f"llm 7.5 8.0 {tmp_path / 'calls.jsonl'} None"
    assert second == " ".join(map(str, (Budget(calls=1), Budget(tokens=2), Budget(seconds=3.0), "small")))


@pytest.mark.parametrize(("echo", "is_logged"), [("on", True), ("off", False)])
def test_statements_are_logged_only_on_demand(tmp_path, echo, is_logged):
    finished = load_settings(tmp_path, RUN_A_STATEMENT, DATABASE_ECHO=echo)

    assert finished.returncode == 0
    assert ("a statement" in finished.stderr) is is_logged


def test_log_file_gets_json_as_stderr_does(tmp_path):
    code = "import django, logging; django.setup(); logging.getLogger('parley').info('It runs')"

    finished = load_settings(tmp_path, code, LOG_FORMAT="json", LOG_FILE=str(tmp_path / "new" / "parley.log"))

    written = (tmp_path / "new" / "parley.log").read_text()
    assert json.loads(written)["message"] == "It runs"
    assert finished.stderr == written


def test_mail_server_is_taken_from_its_address(tmp_path):
    settings = settings_with(
        tmp_path, EMAIL_URL="smtp+starttls://desk:word@mail.example", EMAIL_FROM="desk@parley.example"
    )

    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"], settings["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert (settings["EMAIL_HOST_USER"], settings["EMAIL_HOST_PASSWORD"]) == ("desk", "word")
    assert settings["DEFAULT_FROM_EMAIL"] == "desk@parley.example"


def test_without_a_mail_server_mails_are_printed_and_links_begin_at_the_path(tmp_path):
    settings = settings_with(tmp_path)

    assert settings["EMAIL_BACKEND"].endswith(".console.EmailBackend")
    assert (settings["PUBLIC_URL"], settings["WEBHOOK_ALLOW_PRIVATE"]) == ("", False)
