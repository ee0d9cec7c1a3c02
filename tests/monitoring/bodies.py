"""Bodies of the contract for tests: the recorded ones, and small ones made to measure."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"


def sample(number: str) -> bytes:
    """A recorded body by the number its file begins with."""
    (path,) = SAMPLES.glob(f"{number}-*.json")
    return path.read_bytes()


def sample_object(number: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample(number))
    return body


def all_samples() -> list[tuple[str, bytes]]:
    """Every recorded body in the order of its number."""
    return [(path.stem, path.read_bytes()) for path in sorted(SAMPLES.glob("*.json"))]


def storm() -> Iterator[dict[str, Any]]:
    """The bodies of the recorded storm, in the order they were posted."""
    with gzip.open(SAMPLES / "storm-500-hosts.jsonl.gz", "rt", encoding="utf-8") as file:
        common = json.loads(next(file))["common"]
        for line in file:
            yield {**common, **json.loads(line)["body"]}


def problem(event_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A problem with the fields that must be there; any may be overridden, `None` removes one."""
    body = {
        "schema": "1",
        "event_id": str(event_id),
        "event_source": "0",
        "event_object": "0",
        "event_value": "1",
        "update_status": "0",
        "event_name": "Power lost on Rack unit 0001",
        "nseverity": "4",
        "tags": '[{"tag":"scope","value":"power"}]',
        "trigger_id": "23133",
        "host_id1": "10559",
        "host1": "unit-0001",
        "host_name1": "Rack unit 0001",
        "ack_status": "No",
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def recovery(event_id: int = 1, **fields: Any) -> dict[str, Any]:
    return problem(event_id, **{"event_value": "0", "recovery_id": str(event_id + 100_000), **fields})


def update(event_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A comment of somebody in monitoring, one second after another by default."""
    said = {
        "update_status": "1",
        "update_action": "commented",
        "update_message": "on it",
        "update_date": "2026.11.23",
        "update_time": "13:51:59",
    }
    return problem(event_id, **{**said, **fields})
