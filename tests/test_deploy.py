import configparser
import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "docs" / "deploy"
FILES = [path for path in sorted(DEPLOY.iterdir()) if path.is_file()]
DOCUMENTS = [ROOT / "docs" / "deployment.md", ROOT / "docs" / "operations.md"]
COMMAND = re.compile(r"manage\.py\"?,? \"?([a-z_]+)\"?([^`\n\]#;|)]*)")
UNITS = [path for path in FILES if path.suffix in (".service", ".timer")]


def test_every_file_is_told_of():
    told = DOCUMENTS[0].read_text()

    assert [path.name for path in FILES if f"`{path.name}`" not in told] == []


@pytest.mark.parametrize("path", [*FILES, *DOCUMENTS], ids=lambda path: path.name)
def test_every_command_is_there_with_its_options(path):
    for name, arguments in COMMAND.findall(path.read_text()):
        assert name in get_commands(), name
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        known = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"--[a-z-]+", arguments)) <= known, (name, arguments)


def test_containers_need_what_is_there():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    services = compose["services"]
    assert set(services) == {"database", "redis", "migrate", "web", "worker", "proxy"}
    assert {needed for service in services.values() for needed in service.get("depends_on", {})} <= set(services)
    assert services["worker"]["environment"]["DATABASE_URL"].startswith("postgres://")


def test_image_copies_only_what_is_there():
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)

    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_unit_can_be_read(path):
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(path)

    assert unit["Unit"]["Description"]
    assert unit.get("Service", "User", fallback="parley") == "parley"


@pytest.mark.parametrize("name", ["parley.service", "parley-web@.service", "parley-worker@.service"])
def test_process_is_given_time_to_stop_and_started_anew(name):
    unit = (DEPLOY / name).read_text()

    assert {"Restart=always", "TimeoutStopSec=15"} <= set(unit.splitlines())
