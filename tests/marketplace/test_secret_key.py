from concurrent.futures import ThreadPoolExecutor
from functools import partial

from marketplace.secret_key import keep_secret_key


def test_processes_that_start_at_once_get_the_same_key(tmp_path):
    path = tmp_path / "new" / "secret_key"

    with ThreadPoolExecutor(16) as starters:
        keys = set(starters.map(partial(keep_secret_key), [path] * 16))

    assert len(keys) == 1
    assert len(keys.pop()) >= 50
