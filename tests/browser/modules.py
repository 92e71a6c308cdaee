"""Calls of the pages' own scripts, in a browser."""

from typing import Any

CALL = """async ([module, name, args]) => (await import(`/static/js/${module}.js`))[name](...args)"""


def call(page: Any, module: str, name: str, *args: Any) -> Any:
    return page.evaluate(CALL, [module, name, list(args)])
