"""The media types that Zabbix imports: complete, of one mind, and their script does what Zabbix needs of it."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from helpdesk.stack.embedded import ROOT
from monitoring.adapters import zabbix
from monitoring.enums import AlertKind

PLACE = ROOT / "monitoring" / "zabbix"
SCRIPT = (PLACE / "webhook.js").read_text()
VERSIONS = ("6.0", "7.0")
# What only the script needs; all else is posted.
OURS = {"desk_url", "desk_token", "http_proxy"}
NOT_IN_60 = {
    "cause_id", "event_ts", "recovery_ts", "update_action_json", "update_nseverity", "update_ts", "update_user",
}  # fmt: skip
TOKEN = "hz_only-for-this-test"
URL = "https://desk.example"
NODE = shutil.which("node")


def media_type(version: str) -> dict[str, Any]:
    export = yaml.safe_load((PLACE / f"media_helpdesk_{version}.yaml").read_text())["zabbix_export"]
    assert export["version"] == version
    (found,) = export["media_types"]
    return dict(found)


def parameters(version: str) -> dict[str, str]:
    pairs = [(one["name"], one["value"]) for one in media_type(version)["parameters"]]
    assert [name for name, _value in pairs] == sorted({name for name, _value in pairs})
    return dict(pairs)


def contract() -> dict[str, str]:
    """Field and macro of every row of the table under “Fields” in docs/zabbix.md; `a1`…`a3` stands for three."""
    text = (ROOT / "docs" / "zabbix.md").read_text().split("## Fields")[1].split("\n## ")[0]
    found: dict[str, str] = {}
    for row in re.findall(r"^\| (`.+)", text, re.MULTILINE):
        fields, macros = (re.findall(r"`([^`]+)`", spread(cell)) for cell in row.split("|")[:2])
        found.update(zip(fields, macros, strict=True))
    return found


def spread(cell: str) -> str:
    return re.sub(r"`([^`]+)1(\}?)`…`\1[3]\2`", r"`\g<1>1\2` `\g<1>2\2` `\g<1>3\2`", cell)


@pytest.mark.parametrize("version", VERSIONS)
def test_media_type_carries_the_one_script(version: str) -> None:
    assert media_type(version)["script"] == SCRIPT, f"paste webhook.js into media_helpdesk_{version}.yaml"


def test_every_field_of_the_contract_is_a_parameter() -> None:
    wanted = (set(contract()) - {"schema"}) | OURS
    assert set(parameters("7.0")) == wanted
    assert set(parameters("6.0")) == wanted - NOT_IN_60


def test_each_parameter_holds_the_macro_that_the_contract_names() -> None:
    given = parameters("7.0")
    assert {name: given.get(name, "1") for name in contract()} == contract()


def test_both_versions_differ_in_the_newer_macros_only() -> None:
    older, newer = media_type("6.0"), media_type("7.0")
    assert parameters("6.0").items() <= parameters("7.0").items()
    for one in (older, newer):
        del one["parameters"]
    assert older == newer


def test_settings_outlast_ten_minutes_without_the_desk() -> None:
    found = media_type("6.0")
    assert (found["type"], found["status"], found["process_tags"]) == ("WEBHOOK", "DISABLED", "YES")
    assert (found["max_sessions"], found["timeout"]) == ("10", "10s")
    assert int(found["attempts"]) * int(found["attempt_interval"].removesuffix("s")) == 600
    assert (found["show_event_menu"], found["event_menu_url"]) == ("YES", "{EVENT.TAGS.__zbx_helpdesk_link}")


def test_every_kind_of_message_has_a_template_or_zabbix_would_send_nothing() -> None:
    templates = media_type("6.0")["message_templates"]
    assert {(one["event_source"], one["operation_mode"]) for one in templates} == {
        *(("TRIGGERS", mode) for mode in ("PROBLEM", "RECOVERY", "UPDATE")),
        *(("INTERNAL", mode) for mode in ("PROBLEM", "RECOVERY")),
        *(("SERVICE", mode) for mode in ("PROBLEM", "RECOVERY", "UPDATE")),
    }
    assert all(one["subject"] and one["message"] for one in templates)


def test_no_histories_are_sent_because_they_grow_without_bound() -> None:
    assert "HISTORY" not in json.dumps(media_type("7.0"))


def test_script_is_plain_es5_and_logs_nothing() -> None:
    code = re.sub(r"^\s*//.*$", "", SCRIPT, flags=re.MULTILINE)
    newer = (
        r"\b(?:const|let|class|async|await|yield|import|export)\b|for \([^;)]+\bof\b|=>|`|\.\.\.|\?\?|\?\."
    )
    assert re.findall(newer, code) == []
    assert re.findall(r"Zabbix\.log|console|print\(", code) == []
    assert code.count("new HttpRequest") == 1


def test_no_token_is_written_down() -> None:
    assert parameters("6.0")["desk_token"] == "<token of the alert source>"


# -- the script itself, in another engine: a fake HttpRequest records what is done with it
HARNESS = """
const input = JSON.parse(require('fs').readFileSync(0, 'utf8')), seen = {headers: [], proxy: null, posts: []};
function HttpRequest() {}
HttpRequest.prototype = {
    addHeader: (text) => { seen.headers.push(text); },
    setProxy: (text) => { seen.proxy = text; },
    post: (url, body) => { seen.posts.push([url, body]); return input.body; },
    getStatus: () => input.status,
    getHeaders: () => input.headers,
};
const out = {};
try { out.value = new Function('value', 'HttpRequest', input.script)(input.value, HttpRequest); }
catch (error) { out.thrown = String(error); }
console.log(JSON.stringify(Object.assign(out, seen)));
"""
GOOD = '{"ok": true, "duplicate": false, "state": "open", "tags": {"__zbx_helpdesk_event": "dc1-1"}}'


@dataclass
class Ran:
    value: str = ""
    thrown: str = ""
    headers: tuple[str, ...] = ()
    proxy: str | None = None
    posts: tuple[tuple[str, str], ...] = ()


def run(
    body: str = GOOD, status: int = 200, headers: dict[str, str] | None = None, **given: str
) -> tuple[Ran, dict[str, str]]:
    """The script with all parameters of the 7.0 file; what it did, and the event it posted."""
    if NODE is None:
        pytest.skip("no node on this machine: the script is run by make zabbix-e2e alone")
    values = {**parameters("7.0"), "desk_url": URL, "desk_token": TOKEN, **given}
    asked = {
        "script": SCRIPT, "value": json.dumps(values), "body": body, "status": status, "headers": headers or {},
    }  # fmt: skip
    done = subprocess.run(
        [NODE, "-e", HARNESS], input=json.dumps(asked), capture_output=True, text=True, timeout=30, check=True
    )
    ran = Ran(**json.loads(done.stdout))
    return ran, json.loads(ran.posts[0][1]) if ran.posts else {}


def test_script_posts_every_field_once_and_returns_the_tags() -> None:
    name = 'PDU «1А»: "input" lost\n<b>&'
    ran, event = run(event_name=name)
    assert [url for url, _body in ran.posts] == [f"{URL}/api/monitoring/zabbix/v1/events"]
    assert set(event) == set(contract())
    assert (event["schema"], event["event_name"]) == ("1", name)
    assert ran.headers == ["Content-Type: application/json", f"Authorization: Bearer {TOKEN}"]
    assert ran.proxy is None
    assert json.loads(ran.value)["tags"] == {"__zbx_helpdesk_event": "dc1-1"}


def test_what_the_test_button_sends_is_understood_as_a_test() -> None:
    ran, event = run('{"test": true}')
    assert zabbix.read(event).kind == AlertKind.TEST
    assert json.loads(ran.value) == {"test": True, "tags": {}}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 500, "body": "<h1>Server Error</h1>"}, "HTTP 500 <h1>"),
        ({"status": 422, "body": '{"detail": "Some fields cannot be used."}'}, "Some fields cannot be used"),
        ({"status": 401, "body": ""}, "HTTP 401"),
        ({"status": 304, "body": ""}, "HTTP 304"),
        ({"headers": {"Location": "https://desk.example/"}}, "redirects"),
        ({"headers": {"location": "/"}}, "redirects"),
        ({"body": "<html>Welcome</html>"}, "not the desk"),
        ({"body": '{"ok": false}'}, "not the desk"),
        ({"body": "null"}, "not the desk"),
        ({"body": ""}, "not the desk"),
    ],
)
def test_whatever_is_not_a_clear_yes_is_thrown_without_the_token(answer: dict[str, Any], reason: str) -> None:
    ran, _event = run(**answer)
    assert reason in ran.thrown
    assert TOKEN not in ran.thrown
    assert ran.value == ""


@pytest.mark.parametrize(
    "given",
    [{"desk_url": "<https://desk.example>"}, {"desk_url": "desk.example"}, {"desk_url": ""},
     {"desk_token": "<token of the alert source>"}, {"desk_token": ""}],
)  # fmt: skip
def test_parameter_that_was_never_filled_in_is_named_before_anything_is_sent(given: dict[str, str]) -> None:
    ran, _event = run(**given)
    assert next(iter(given)) in ran.thrown
    assert ran.posts == []


def test_address_with_slashes_at_its_end_and_a_proxy_are_used_as_meant() -> None:
    ran, _event = run(desk_url=f"{URL}//", http_proxy="http://proxy.example:3128")
    assert ran.posts[0][0] == f"{URL}/api/monitoring/zabbix/v1/events"
    assert ran.proxy == "http://proxy.example:3128"
