from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack.desk import Desk


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes desks that are gone after the test, whatever happens in it."""
    made: list[Desk] = []

    def make(name: str = "data", **environment: str) -> Desk:
        made.append(Desk(tmp_path / name, **environment))
        return made[-1]

    yield make
    for desk in made:
        desk.close()
