"""Reads the process environment, typed and checked, with the `.env` file of the project behind it.

A variable that is set to nothing counts as unset. A message never repeats a value that could hold a secret.
"""

import ipaddress
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from llm.prices import PriceTable, parse_prices
from llm.purse import Budget

ENV_FILE_LINE = re.compile(
    r"""\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*
    (?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<plain>(?!['"\#]).*?))
    (?:\s+\#.*)?\s*""",
    re.VERBOSE,
)
BUDGET_PARTS = ("calls", "tokens", "cost", "seconds")
SHORTEST_SECRET_KEY = 50
SWITCH_POSITIONS = {"1": True, "true": True, "yes": True, "on": True}
SWITCH_POSITIONS |= {"0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Environment:
    """`root` is the folder that relative paths start from."""

    variables: Mapping[str, str]
    root: Path

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(name, "").strip() or default

    def switch(self, name: str, *, default: bool) -> bool:
        raw = self.text(name)
        if not raw:
            return default
        if raw.lower() not in SWITCH_POSITIONS:
            raise refusal(name, f"{raw!r} is neither on nor off", "on, true, yes, 1, off, false, no, 0")
        return SWITCH_POSITIONS[raw.lower()]

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        allowed = f"a whole number from {least} to {most}"
        raw = self.text(name, str(default))
        try:
            number = int(raw)
        except ValueError as error:
            raise refusal(name, f"{raw!r} is not a whole number", allowed) from error
        if not least <= number <= most:
            raise refusal(name, f"{number} is out of bounds", allowed)
        return number

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        allowed = f"a number from {least:g} to {most:g}"
        raw = self.text(name, str(default))
        try:
            number = float(raw)
        except ValueError as error:
            raise refusal(name, f"{raw!r} is not a number", allowed) from error
        if not math.isfinite(number) or not least <= number <= most:
            raise refusal(name, f"{raw} is out of bounds", allowed)
        return number

    def choice(self, name: str, default: str, *, allowed: Sequence[str]) -> str:
        raw = self.text(name, default)
        for option in allowed:
            if option.lower() == raw.lower():
                return option
        raise refusal(name, f"{raw!r} is unknown", ", ".join(allowed))

    def items(self, name: str) -> list[str]:
        """Takes `a, b` as well as the JSON array `["a", "b"]`."""
        raw = self.text(name)
        if not raw.startswith("["):
            return [item.strip() for item in raw.split(",") if item.strip()]
        allowed = "texts parted by commas, or a JSON array of texts"
        try:
            listed = json.loads(raw)
        except ValueError as error:
            raise refusal(name, "the array is not valid JSON", allowed) from error
        if not all(isinstance(item, str) for item in listed):
            raise refusal(name, "the array holds something other than texts", allowed)
        return list(listed)

    def url(self, name: str, default: str) -> str:
        """Without a slash at the end. Only an empty default may leave it empty."""
        raw = self.text(name, default)
        if raw and not is_web_address(raw):
            raise refusal(name, "the value is not a web address", "http://host[:port]/path or https://...")
        return raw.rstrip("/")

    def origins(self, name: str) -> list[str]:
        """Web addresses without a path, as a browser sends them, or `*`."""
        found = [item.rstrip("/") for item in self.items(name)]
        for origin in found:
            if origin != "*" and not (is_web_address(origin) and origin.count("/") == 2):
                raise refusal(name, f"{origin!r} is no origin", "http://host[:port] or https://..., or *")
        return found

    def path(self, name: str, default: Path) -> Path:
        return self.root / Path(self.text(name, str(default))).expanduser()

    def file_to_read(self, name: str) -> Path | None:
        path = self.path(name, Path()) if self.text(name) else None
        if path is not None and not path.is_file():
            raise refusal(name, f"{path} is no file", "a file that can be read")
        return path

    def file_to_write(self, name: str) -> Path | None:
        path = self.path(name, Path()) if self.text(name) else None
        if path is not None and not path.parent.is_dir():
            raise refusal(name, f"{path.parent} is no folder", "a file in a folder that is there")
        return path

    def file_to_append(self, name: str) -> Path | None:
        """Made if it does not exist, and its folder with it."""
        path = self.path(name, Path()) if self.text(name) else None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.open("a").close()
            except OSError as error:
                raise refusal(name, f"{path}: {error.strerror}", "a file that can be written to") from error
        return path

    def budget(self, name: str, default: str = "") -> Budget:
        """Such as `calls=500 tokens=200000 cost=2.50 seconds=900`; what is not named is without limit."""
        allowed = "parts such as calls=500 tokens=200000 cost=2.50 seconds=900"
        limits: dict[str, Decimal] = {}
        for part in self.text(name, default).replace(",", " ").split():
            kind, _, most = part.partition("=")
            if kind not in BUDGET_PARTS or kind in limits or not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", most):
                raise refusal(name, f"{part!r} is no limit", allowed)
            limits[kind] = Decimal(most)
        if any(limits.get(kind, Decimal(0)) % 1 for kind in ("calls", "tokens")):
            raise refusal(name, "calls and tokens are whole numbers", allowed)
        calls, tokens, seconds = (limits.get(kind) for kind in ("calls", "tokens", "seconds"))
        return Budget(
            calls=None if calls is None else int(calls),
            tokens=None if tokens is None else int(tokens),
            cost=limits.get("cost"),
            seconds=None if seconds is None else float(seconds),
        )

    def prices(self, name: str) -> PriceTable:
        """US dollars per million tokens by model, as JSON."""
        try:
            return parse_prices(self.text(name, "{}"))
        except ValueError as error:
            raise refusal(name, str(error), '{"model or pattern": {"input": 0.15, "output": 0.60}}') from error

    def folder(self, name: str, default: Path) -> Path:
        """Made if it does not exist."""
        path = self.path(name, default)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(name, f"{path}: {error.strerror}", "a folder that can be written to") from error
        return path


def read_environment(root: Path) -> Environment:
    """The process environment wins over `.env`; tests see the process environment alone."""
    variables = dict(os.environ)
    env_file = root / ".env"
    if variables.get("ENVIRONMENT") != "test" and env_file.is_file():
        variables = parse_env_file(_read_text(env_file)) | variables
    return Environment(variables, root)


def _read_text(env_file: Path) -> str:
    try:
        return env_file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(".env", f"byte {error.start + 1} is not UTF-8", "a text in UTF-8") from error
    except OSError as error:
        raise refusal(".env", f"{error.strerror}", "a file that can be read") from error


def parse_env_file(content: str) -> dict[str, str]:
    """`NAME=value` lines; `export`, quotes around a value and comments are allowed, substitution is not."""
    variables = {}
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = ENV_FILE_LINE.fullmatch(line)
        if found is None:
            raise refusal(f".env, line {number}", "the line cannot be read", "NAME=value or # a comment")
        variables[found["name"]] = found["single"] or found["double"] or found["plain"] or ""
    return variables


def is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_in_production(environment: str, *, debug: bool, secret_key: str) -> None:
    """What would give the installation away. A key that is not set is made by ourselves, and long."""
    if environment != "production":
        return
    if debug:
        raise refusal("DEBUG", "it shows every visitor the code and its values", "off, where ENVIRONMENT=production")
    if secret_key and len(secret_key) < SHORTEST_SECRET_KEY:
        raise refusal(
            "SECRET_KEY", "it is too short to withstand guessing", f"{SHORTEST_SECRET_KEY} characters or more"
        )


def refusal(name: str, problem: str, allowed: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}: {problem}. Allowed: {allowed}.")
