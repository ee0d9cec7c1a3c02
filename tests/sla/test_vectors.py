import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sla.engine.vectors import differences, replay

FILE = Path(__file__).with_name("vectors.json")
DOCUMENT = json.loads(FILE.read_text())
ANSWERS = {answer["id"]: answer for answer in replay(DOCUMENT)}


def test_all_sixty_six_examples_are_there():
    assert len(DOCUMENT["vectors"]) == len(ANSWERS) == 66


@pytest.mark.parametrize("vector", DOCUMENT["vectors"], ids=lambda vector: vector["id"])
def test_example_is_computed_as_written(vector):
    assert differences(vector, ANSWERS[vector["id"]]) == {}


def test_command_prints_one_object_per_example():
    out = StringIO()
    call_command("sla_replay", FILE, stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["id"] for line in lines] == [vector["id"] for vector in DOCUMENT["vectors"]]


def test_command_exits_with_one_when_an_example_differs(tmp_path):
    wrong = json.loads(json.dumps(DOCUMENT))
    wrong["vectors"][0]["elapsed_s"] = 71.0
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong))
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("sla_replay", file, "--check", stdout=out, stderr=StringIO())
    assert exit_.value.code == 1
    first = json.loads(out.getvalue().splitlines()[0])
    assert first["differences"] == {"elapsed_s": {"expected": 71.0, "computed": 72.0}}


def test_file_may_define_its_own_calendar(tmp_path):
    document = {
        "calendars": {"NIGHT": {"tz": "Europe/Madrid", "week": "Mon-Thu 22:00-06:00, Sat 10:00-14:00 15:00-16:00"}},
        "vectors": [
            {
                "id": "X", "kind": "arith", "calendar": "NIGHT", "start": "2026-11-23T21:00:00+01:00",
                "target_s": 9 * 3600, "pauses": [], "stop": None, "due": "2026-11-24T23:00:00+01:00",
            }
        ],
    }  # fmt: skip
    file = tmp_path / "own.json"
    file.write_text(json.dumps(document))
    call_command("sla_replay", file, "--check", stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize("text", ["", "[]", '{"vectors": 1}', '{"vectors": [], "vectors": []}'])
def test_command_refuses_a_file_it_cannot_read_with_one_sentence(tmp_path, text):
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(CommandError):
        call_command("sla_replay", file, stdout=StringIO())


def test_engine_imports_no_django():
    code = "import sys, sla.engine.vectors; sys.exit(any(name.startswith('django') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
