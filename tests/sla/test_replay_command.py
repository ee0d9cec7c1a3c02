"""`sla_replay` on files that people write by hand: what the rules say, and what is said of mistakes."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from sla.engine.parsing import parse_json
from sla.engine.vectors import differences, replay

FILE = Path(__file__).with_name("vectors_of_rules.json")
DOCUMENT = parse_json(FILE.read_text())
ANSWERS = {answer["id"]: answer for answer in replay(DOCUMENT)}
GOOD = {
    "id": "good", "kind": "arith", "start": "2026-11-23T10:00:00+03:00", "target_s": 90,
    "due": "2026-11-23T10:01:30+03:00",
}  # fmt: skip


def played(tmp_path: Path, document: Any, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, answers, what was said on the side."""
    file, out, err = tmp_path / "file.json", StringIO(), StringIO()
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    code = 0
    try:
        call_command("sla_replay", file, *options, stdout=out, stderr=err)
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


@pytest.mark.parametrize("vector", DOCUMENT["vectors"], ids=lambda vector: vector["id"])
def test_rule_is_kept_as_worked_out_by_hand(vector):
    answer = ANSWERS[vector["id"]]
    assert "error" not in answer, answer
    assert differences(vector, answer) == {}


def test_every_kind_of_example_is_well_covered():
    kinds = Counter(vector["kind"] for vector in DOCUMENT["vectors"])
    assert min(kinds.values()) >= 12
    assert set(kinds) == {"arith", "scenario", "merge", "calendar_change"}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"start": None}, "start", "missing"),
        ({"start": "yesterday"}, "start", "instant"),
        ({"start": "2026-11-23T10:00:00"}, "start", "offset"),
        ({"start": 5}, "start", "instant"),
        ({"target_s": "90"}, "target_s", "number"),
        ({"target_s": -1}, "target_s", "number"),
        ({"target_s": True}, "target_s", "number"),
        ({"target_s": float("nan")}, "target_s", "number"),
        ({"target_s": 1e300}, "target_s", "number"),
        ({"calendar": "NONE"}, "calendar", "calendar"),
        ({"calendar": ["C247"]}, "calendar", "calendar"),
        ({"calendar": "BAD"}, "calendar.calendars.BAD.week", "overlap"),
        ({"pauses": [["2026-11-23T10:00:00+03:00"]]}, "pauses[0]", "pause"),
        ({"pauses": {}}, "pauses", "sequence"),
        ({"pauses": [["2026-11-23T11:00:00+03:00", "2026-11-23T10:00:00+03:00"]]}, "pauses[0]", "backwards"),
        ({"stop": "noon"}, "stop", "instant"),
        ({"kind": "arithmetic"}, "kind", "choice"),
        ({"kind": ["arith"]}, "kind", "choice"),
        ({"kind": None}, "kind", "missing"),
        ({"id": None}, "id", "missing"),
        ({"kind": "scenario"}, "events", "missing"),
        ({"kind": "scenario", "events": []}, "events", "create"),
        ({"kind": "scenario", "events": ["create"]}, "events[0]", "event"),
        ({"kind": "scenario", "events": [["2026-11-23T10:00:00+03:00", "sing", {}]]}, "events[0]", "choice"),
        ({"kind": "scenario", "events": [["2026-11-23T10:00:00", "create", {}]]}, "events[0]", "offset"),
        ({"kind": "scenario", "events": [["2026-11-23T10:00:00+03:00", "create", []]]}, "events[0]", "mapping"),
        (
            {"kind": "scenario", "events": [["2026-11-23T10:00:00+03:00", "state", {"to": "asleep"}]]},
            "events[0].to", "choice",
        ),
        ({"kind": "scenario", "events": [["2026-11-23T10:00:00+03:00", "handover"]]}, "events[0].line", "missing"),
        ({"kind": "scenario", "config": {"cal": "NONE"}, "events": []}, "config.cal", "choice"),
        ({"kind": "scenario", "config": {"target": "soon"}, "events": []}, "config.target", "number"),
        ({"kind": "merge", "survivor": []}, "survivor", "create"),
        ({"kind": "calendar_change", "calendar": "C247"}, "published_at", "missing"),
        (
            {"kind": "calendar_change", "calendar": "RUBH", "published_at": "2026-11-23T10:00:00+03:00", "new_day_off": "2026-02-30"},
            "new_day_off", "no_date",
        ),
    ],
)  # fmt: skip
def test_mistake_is_named_with_its_place_and_hides_no_other_answer(tmp_path, change, field, code):
    bad = {"week": "Mon 09:00-18:00 17:00-19:00"}
    document = {
        "calendars": {"BAD": bad, "RUBH": {"tz": "Europe/Moscow", "week": "Mon-Fri 09:00-18:00"}},
        "vectors": [{**GOOD, "id": "bad", **change}, GOOD],
    }
    exit_code, answers, said = played(tmp_path, document)
    assert exit_code == 1
    assert (answers[0]["error"]["field"], answers[0]["error"]["code"]) == (field, code)
    assert answers[0]["error"]["reason"] in said
    assert answers[1] == {"id": "good", "due": "2026-11-23T07:01:30+00:00", "verdict": None}


@pytest.mark.parametrize("vector", [None, 5, "A", [], {}])
def test_vector_that_is_none_at_all_is_an_error_too(tmp_path, vector):
    exit_code, answers, _said = played(tmp_path, {"vectors": [vector, GOOD]}, "--check")
    assert (exit_code, answers[0]["id"], "error" in answers[0]) == (1, None, True)
    assert "error" not in answers[1]


def test_name_written_twice_is_refused_where_it_stands(tmp_path):
    exceptions = '{"2026-11-24": [], "2026-11-24": ["09:00-10:00"]}'
    text = f"""{{"calendars": {{"T": {{"week": "daily 09:00-18:00", "exceptions": {exceptions}}}}},
      "vectors": [{json.dumps({**GOOD, "calendar": "T"})}, {json.dumps(GOOD)},
                  {{"id": "X", "kind": "arith", "start": "a", "start": "b"}}]}}"""
    _code, answers, _said = played(tmp_path, text)
    assert answers[0]["error"]["field"] == "calendar.calendars.T.exceptions"
    assert [answer.get("error", {}).get("code") for answer in answers] == ["key", None, "key"]


def test_calendar_written_twice_is_refused(tmp_path):
    hours = '"T": {"week": "daily 09:00-18:00"}'
    text = f'{{"calendars": {{{hours}, {hours}}}, "vectors": [{json.dumps({**GOOD, "calendar": "T"})}]}}'
    _code, answers, _said = played(tmp_path, text)
    assert answers[0]["error"]["code"] == "key"


def test_calendars_that_borrow_from_each_other_are_refused_instead_of_looping(tmp_path):
    calendars = {
        "A": {"week": "as B"}, "B": {"week": "as A"}, "C": "as C", "D": {"week": "as NONE"}, "E": 5,
    }  # fmt: skip
    vectors = [{**GOOD, "id": key, "calendar": key} for key in calendars]
    _code, answers, _said = played(tmp_path, {"calendars": calendars, "vectors": vectors})
    assert [answer["error"]["code"] for answer in answers] == [
        "circle", "circle", "circle", "calendar", "calendar",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"vectors": {}}',
        '{"vectors": [], "calendars": [1]}',
        '{"vectors": [], "vectors": []}',
    ],
)
def test_file_that_is_no_list_of_examples_ends_with_one_sentence_and_exit_code_two(tmp_path, text):
    with pytest.raises(CommandError) as refusal:
        played(tmp_path, text)
    assert refusal.value.returncode == 2
    assert "file.json" in str(refusal.value)


def test_missing_file_ends_with_exit_code_two(tmp_path):
    with pytest.raises(CommandError) as refusal:
        call_command("sla_replay", tmp_path / "none.json")
    assert refusal.value.returncode == 2


def test_mark_of_byte_order_is_no_obstacle(tmp_path):
    assert played(tmp_path, "\ufeff" + json.dumps({"vectors": [GOOD]}))[0] == 0


def test_check_says_how_many_differ_and_how_many_cannot_be_replayed(tmp_path):
    wrong = {**GOOD, "id": "wrong", "due": "2026-11-23T10:02:00+03:00"}
    exit_code, answers, said = played(tmp_path, {"vectors": [GOOD, wrong, {"id": "X"}]}, "--check")
    assert exit_code == 1
    assert "3 examples: 1 differ, 1 cannot be replayed" in said
    assert answers[1]["differences"]["due"]["computed"] == "2026-11-23T07:01:30+00:00"


def test_reason_is_told_in_the_language_of_the_reader(tmp_path):
    """Every sentence of the engine goes through the catalogue, with its facts in place."""
    with translation.override("ru"):
        _code, answers, _said = played(
            tmp_path,
            {
                "calendars": {"T": {"week": "Mon 22:00-06:00 Tue 05:00-09:00"}},
                "vectors": [{**GOOD, "calendar": "T"}],
            },
        )
    assert "22:00-06:00" in answers[0]["error"]["reason"]
    assert "онедельник" in answers[0]["error"]["reason"]
