from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from llm.purse import Budget
from llm.types import Usage
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


def test_budget_names_what_it_limits():
    budget = environment(BUDGET="calls=500 tokens=200000, cost=2.50,seconds=900").budget("BUDGET")

    assert budget == Budget(500, 200_000, Decimal("2.50"), 900.0)


def test_what_a_budget_does_not_name_is_without_limit():
    assert environment(BUDGET="cost=0").budget("BUDGET") == Budget(cost=Decimal(0))
    assert environment().budget("BUDGET") == Budget()
    assert environment().budget("BUDGET", "calls=5") == Budget(calls=5)


@pytest.mark.parametrize(
    "raw",
    [
        *("500", "calls", "calls=", "calls=-1", "calls=1.5", "tokens=0.5", "calls=1 calls=2"),
        *("euros=5", "cost=1e3", "cost=NaN", "seconds=9999999999999"),
    ],
)
def test_budget_that_makes_no_sense_is_refused_with_an_example(raw):
    with pytest.raises(ImproperlyConfigured, match=r"BUDGET: .* Allowed: parts such as calls=500"):
        environment(BUDGET=raw).budget("BUDGET")


def test_prices_are_read_from_json():
    prices = environment(PRICES='{"small*": {"input": 1, "output": 2}}').prices("PRICES")

    assert prices.cost("small-q4", Usage(1_000_000, 1_000_000)) == 3
    assert environment().prices("PRICES").entries == ()


@pytest.mark.parametrize("raw", ["cheap", "[]", '{"small": 1}', '{"small": {"input": -1, "output": 2}}'])
def test_prices_that_make_no_sense_are_refused_with_an_example(raw):
    with pytest.raises(ImproperlyConfigured, match=r"PRICES: .* Allowed: .*input"):
        environment(PRICES=raw).prices("PRICES")


def test_file_that_is_not_set_is_none():
    assert environment(FILE="").file_to_read("FILE") is None
    assert environment(FILE="").file_to_write("FILE") is None


def test_file_to_read_must_be_there(tmp_path):
    (tmp_path / "calls.jsonl").touch()

    assert environment(FILE=str(tmp_path / "calls.jsonl")).file_to_read("FILE") == tmp_path / "calls.jsonl"
    with pytest.raises(ImproperlyConfigured, match="FILE: .* is no file"):
        environment(FILE=str(tmp_path / "other.jsonl")).file_to_read("FILE")


def test_file_to_write_needs_its_folder(tmp_path):
    assert environment(FILE=str(tmp_path / "new.jsonl")).file_to_write("FILE") == tmp_path / "new.jsonl"
    with pytest.raises(ImproperlyConfigured, match="FILE: .* is no folder"):
        environment(FILE=str(tmp_path / "none" / "new.jsonl")).file_to_write("FILE")


def test_file_to_append_is_made_with_its_folder_and_keeps_what_it_holds(tmp_path):
    path = tmp_path / "new" / "parley.log"
    env = environment(FILE=str(path))

    assert env.file_to_append("FILE") == path
    path.write_text("a line\n")
    assert env.file_to_append("FILE") == path
    assert path.read_text() == "a line\n"
    with pytest.raises(ImproperlyConfigured, match="FILE: "):
        environment(FILE=str(tmp_path)).file_to_append("FILE")


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


def test_env_file_in_another_encoding_is_refused_by_the_byte(tmp_path, monkeypatch):
    (tmp_path / ".env").write_bytes("NAME=café\n".encode("latin-1"))
    monkeypatch.setenv("ENVIRONMENT", "development")

    with pytest.raises(ImproperlyConfigured, match=r"^\.env: byte 9 is not UTF-8\. Allowed: .+\.$"):
        read_environment(tmp_path)


def test_tests_do_not_see_the_env_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ONE=file\n")
    monkeypatch.setenv("ENVIRONMENT", "test")

    assert read_environment(tmp_path).text("ONE") == ""


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("0.0.0.0", False)]
)
def test_loopback_is_told_from_the_network(host, expected):
    assert is_loopback(host) is expected
