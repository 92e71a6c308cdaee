"""The product's settings, in an environment of the tests' own, which the processes they start inherit."""

import atexit
import os
import shutil
import tempfile

os.environ["ENVIRONMENT"] = "test"
# Tests that run side by side (pytest-xdist) have a folder for each of their processes.
if os.environ.get("PARLEY_TESTS_OF") != os.environ.get("PYTEST_XDIST_WORKER", "alone"):
    os.environ["PARLEY_TESTS_OF"] = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    os.environ["PARLEY_DATA_DIR"] = tempfile.mkdtemp(prefix="parley-test-")
    atexit.register(shutil.rmtree, os.environ["PARLEY_DATA_DIR"], ignore_errors=True)
# Tests sign in and write faster than any person; those about the limits switch them on.
os.environ.setdefault("RATE_LIMITS", "off")
# A model that happens to run on the machine is none of the tests' business; those about models start their own.
os.environ.setdefault("LLM_PROVIDER", "builtin")

from marketplace.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
