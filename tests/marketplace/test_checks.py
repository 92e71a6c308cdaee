import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {"ENVIRONMENT": "production", "BEHIND_PROXY": "on", "ALLOWED_HOSTS": "parley.example"}


def check(data_dir, **variables):
    """What `manage.py check --deploy` says of these settings; warnings fail it."""
    inherited = {"PATH": os.environ["PATH"], "PARLEY_DATA_DIR": str(data_dir), "DATABASE_URL": "", "LLM_PROVIDER": ""}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_sane_installation_passes_the_check(tmp_path):
    checked = check(tmp_path, **PRODUCTION)

    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.slow
def test_dangerous_installation_is_warned_of_each_danger(tmp_path):
    changes = {"ALLOWED_HOSTS": "*", "RATE_LIMITS": "off", "CORS_ORIGINS": "*", "ENVIRONMENT": "development"}

    checked = check(tmp_path, **PRODUCTION | changes)

    assert checked.returncode == 1
    for number in range(1, 5):
        assert f"parley.W00{number}" in checked.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("DEBUG", "on"), ("SECRET_KEY", "short"), ("HSTS_SECONDS", "-1")])
def test_production_does_not_start_with_what_would_give_it_away(tmp_path, name, value):
    checked = check(tmp_path, **PRODUCTION | {name: value})

    assert checked.returncode != 0
    assert f"ImproperlyConfigured: {name}: " in checked.stderr
