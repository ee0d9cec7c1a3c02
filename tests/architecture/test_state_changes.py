"""A ticket's state is changed by nothing but its transitions (django_fsm does not guard these back doors)."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.code import modules, name_of, tree

CREATES = "tickets/services/creating.py"
# The demo's sixty days of history are written as rows: running them through the services would take an hour.
HISTORY = "helpdesk/demo/"
WRITERS = {"bulk_update", "update_or_create", "get_or_create", "create", "bulk_create"}
OTHER_MODEL = re.compile(r"(?!Ticket\b)[A-Z]\w*\.objects\b")


def _knows_tickets(path: Path) -> bool:
    return name_of(path).startswith("tickets/") or "tickets.models" in path.read_text()


def _names_state(call: ast.Call) -> bool:
    """`state=…`, or a list of field names with "state" in it."""
    if any(keyword.arg == "state" for keyword in call.keywords):
        return True
    lists = [
        value
        for value in (*call.args, *(k.value for k in call.keywords))
        if isinstance(value, ast.List | ast.Tuple)
    ]
    return any(isinstance(item, ast.Constant) and item.value == "state" for one in lists for item in one.elts)


def _is_back_door(name: str, call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    rules = (
        method in {"update", "bulk_update"} and _names_state(call) and not OTHER_MODEL.match(text),
        method == "save" and "ticket" in text.lower() and _names_state(call),
        text == "Ticket" and (call.args or call.keywords) and (name != CREATES or _names_state(call)),
        text.startswith("Ticket.objects") and method in WRITERS,
        text == "setattr" and len(call.args) > 1 and ast.unparse(call.args[1]) == "'state'",
    )
    return any(rules)


def _assigns(node: ast.AST) -> bool:
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(re.search(r"\bticket\.state$", ast.unparse(target)) for target in targets)


def back_doors(name: str, code: ast.Module) -> list[str]:
    """Where a module writes a ticket's state, or a ticket, by another way than the services."""
    return [
        f"{name}:{node.lineno} {ast.unparse(node)[:100]}"  # type: ignore[attr-defined]
        for node in ast.walk(code)
        if (isinstance(node, ast.Call) and _is_back_door(name, node))
        or _assigns(node)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and _writes_in_sql(node.value))
    ]


def _writes_in_sql(text: str) -> bool:
    return (
        re.search(
            r"(UPDATE\s+tickets_ticket\s.*\bstate\b|INSERT\s+INTO\s+tickets_ticket\b)", text, re.S | re.I
        )
        is not None
    )


def test_no_code_changes_the_state_of_a_ticket_past_its_transitions() -> None:
    found = [
        where
        for path in modules()
        if _knows_tickets(path) and not name_of(path).startswith(HISTORY)
        for where in back_doors(name_of(path), tree(path))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "Ticket.objects.filter(pk=1).update(state='closed')",
        "ticket_set.update(line=1, state=x)",
        "Ticket.objects.bulk_update(rows, ['line', 'state'])",
        "Ticket.objects.bulk_update(rows, fields=('state',))",
        "Ticket(number='1', state='new')",
        "Ticket.objects.create(number='1')",
        "ticket.save(update_fields=['state', 'version'])",
        "setattr(ticket, 'state', 'closed')",
        "ticket.state = 'closed'",
        "cursor.execute('UPDATE tickets_ticket SET state = %s')",
    ],
)
def test_each_back_door_would_be_seen(code: str) -> None:
    assert back_doors("tickets/views/sample.py", ast.parse(code))


def test_a_state_of_another_model_is_its_own_affair() -> None:
    code = "Problem.objects.filter(pk=1).update(state='open')"
    assert not back_doors("monitoring/services/sample.py", ast.parse(code))
