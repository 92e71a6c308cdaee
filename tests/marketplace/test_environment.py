from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.environment import Environment, is_loopback, parse_env_file, read_environment

ROOT = Path("/project")


def environment(**variables: str) -> Environment:
    return Environment(variables, ROOT)


def test_variable_set_to_nothing_counts_as_unset():
    env = environment(NAME="", SWITCH=" ", COUNT="")

    assert env.text("NAME", "default") == "default"
    assert env.switch("SWITCH", default=True)
    assert env.integer("COUNT", 3, least=1, most=5) == 3


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("on", True),
        ("TRUE", True),
        ("yes", True),
        ("1", True),
        ("off", False),
        ("False", False),
        ("0", False),
    ],
)
def test_switch_takes_the_usual_words(raw, expected):
    assert environment(SWITCH=raw).switch("SWITCH", default=not expected) is expected


@pytest.mark.parametrize("bound", [1, 5])
def test_bounds_of_an_integer_are_allowed(bound):
    assert environment(COUNT=str(bound)).integer("COUNT", 3, least=1, most=5) == bound


def test_choice_is_given_in_its_own_spelling():
    assert environment(LEVEL="info").choice("LEVEL", "DEBUG", allowed=("DEBUG", "INFO")) == "INFO"


@pytest.mark.parametrize("raw", ["a, b ,,", '["a", "b"]'])
def test_items_are_parted_by_commas_or_a_json_array(raw):
    assert environment(NAMES=raw).items("NAMES") == ["a", "b"]


def test_url_loses_the_slash_at_its_end():
    assert environment(URL="http://localhost:1234/v1/").url("URL", "") == "http://localhost:1234/v1"


def test_relative_path_starts_from_the_root():
    assert environment(DIR="logs").path("DIR", ROOT) == ROOT / "logs"
    assert environment(DIR="/var/logs").path("DIR", ROOT) == Path("/var/logs")


NONSENSE = {
    "word for a switch": lambda env: env.switch("NAME", default=False),
    "word for an integer": lambda env: env.integer("NAME", 1, least=1, most=5),
    "word for a number": lambda env: env.number("NAME", 1, least=1, most=5),
    "unknown choice": lambda env: env.choice("NAME", "a", allowed=("a", "b")),
    "no address": lambda env: env.url("NAME", "http://localhost"),
    "no origin": lambda env: env.origins("NAME"),
}


@pytest.mark.parametrize("read", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_refused_with_the_name_and_what_is_allowed(read):
    with pytest.raises(ImproperlyConfigured, match=r"^NAME: .+\. Allowed: .+\.$"):
        read(environment(NAME="perhaps"))


@pytest.mark.parametrize("raw", ["0", "6", "-1", "2.5", "1e3"])
def test_integer_out_of_bounds_is_refused(raw):
    with pytest.raises(ImproperlyConfigured, match="COUNT: .* from 1 to 5"):
        environment(COUNT=raw).integer("COUNT", 3, least=1, most=5)


@pytest.mark.parametrize("raw", ["nan", "inf", "-0.1", "2.1"])
def test_number_out_of_bounds_is_refused(raw):
    with pytest.raises(ImproperlyConfigured, match="TEMPERATURE: .* from 0 to 2"):
        environment(TEMPERATURE=raw).number("TEMPERATURE", 1, least=0, most=2)


@pytest.mark.parametrize("raw", ["ftp://host", "http://:80", "localhost:1234", "http://host:99999", "http://[::1"])
def test_what_is_no_web_address_is_refused_without_being_repeated(raw):
    with pytest.raises(ImproperlyConfigured, match="URL: ") as caught:
        environment(URL=raw).url("URL", "")

    assert raw not in str(caught.value)


@pytest.mark.parametrize("raw", ["[1, 2]", "[broken"])
def test_array_of_anything_but_texts_is_refused(raw):
    with pytest.raises(ImproperlyConfigured, match="NAMES: the array"):
        environment(NAMES=raw).items("NAMES")


def test_origin_with_a_path_is_refused():
    with pytest.raises(ImproperlyConfigured, match="CORS_ORIGINS"):
        environment(CORS_ORIGINS="https://shop.example/page").origins("CORS_ORIGINS")


def test_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ImproperlyConfigured, match="DIR: "):
        environment(DIR=str(tmp_path / "file" / "folder")).folder("DIR", ROOT)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("NAME=value", "value"),
        ("  export NAME = value  ", "value"),
        ("NAME=two words # a comment", "two words"),
        ("NAME=a#b", "a#b"),
        ("NAME='single # quoted'", "single # quoted"),
        ('NAME="double \' quoted" # a comment', "double ' quoted"),
        ("NAME=", ""),
        ("NAME= # a comment", ""),
        ("NAME=a=b", "a=b"),
    ],
)
def test_line_of_an_env_file_gives_a_value(line, expected):
    assert parse_env_file(f"# a comment\n\n{line}\n") == {"NAME": expected}


@pytest.mark.parametrize("line", ["NAME", "1NAME=value", 'NAME="unclosed', "NAME='a' b"])
def test_unreadable_line_of_an_env_file_is_refused_by_its_number(line):
    with pytest.raises(ImproperlyConfigured, match=r"\.env, line 2"):
        parse_env_file(f"FIRST=1\n{line}\n")


def test_process_environment_wins_over_the_env_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ONE=file\nTWO=file\n")
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv("ONE", "process")

    env = read_environment(tmp_path)

    assert (env.text("ONE"), env.text("TWO")) == ("process", "file")


def test_tests_do_not_see_the_env_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ONE=file\n")
    monkeypatch.setenv("ENVIRONMENT", "test")

    assert read_environment(tmp_path).text("ONE") == ""


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("0.0.0.0", False)]
)
def test_loopback_is_told_from_the_network(host, expected):
    assert is_loopback(host) is expected
