import pytest

from sla.queries import rulebook


@pytest.fixture(autouse=True)
def fresh_rules():
    """Rules are kept per process; a test that publishes some must not leave them to the next."""
    rulebook.forget()
    yield
    rulebook.forget()
