"""What docs/zabbix.md has an administrator click together, through the API of the real server; keep both in step."""

from pathlib import Path
from typing import Any

from zabbix_utils import ZabbixAPI

from helpdesk.stack.embedded import ROOT

FILE = ROOT / "monitoring" / "zabbix" / "media_helpdesk_6.0.yaml"
MEDIA, GROUP, USER = "Help desk", "Help desk", "helpdesk"
# The whole of what the desk calls; everything else is refused by the role.
METHODS = ["event.acknowledge", "event.get", "problem.get", "trigger.get"]
READ = 2


def import_media_type(api: ZabbixAPI, file: Path = FILE) -> None:
    rules = {"mediaTypes": {"createMissing": True, "updateExisting": True}}
    api.configuration.import_(source=file.read_text(), format="yaml", rules=rules)


def media_type(api: ZabbixAPI) -> dict[str, Any]:
    found: dict[str, Any] = api.mediatype.get(filter={"name": MEDIA}, output="extend")[0]
    return found


def enable_media_type(api: ZabbixAPI, *, desk: str, token: str) -> None:
    """The address as a parameter, the token as a secret macro: both ways are in the docs."""
    api.usermacro.createglobal(macro="{$HELPDESK.TOKEN}", value=token, type=1)
    change_media_type(api, status=0, desk_url=desk, desk_token="{$HELPDESK.TOKEN}")


def change_media_type(
    api: ZabbixAPI, *, status: int | None = None, attempts: int | None = None, **given: str
) -> None:
    """Set its switch, its number of attempts, and parameters by name."""
    found = api.mediatype.get(filter={"name": MEDIA}, output=["mediatypeid", "parameters"])[0]
    parameters = [{**one, "value": given.get(one["name"], one["value"])} for one in found["parameters"]]
    settings = {"status": status, "maxattempts": attempts}
    api.mediatype.update(
        mediatypeid=found["mediatypeid"],
        parameters=parameters,
        **{name: value for name, value in settings.items() if value is not None},
    )


def make_user(api: ZabbixAPI, hostgroups: list[str]) -> str:
    """Role, group, user with the media, and the token of its API."""
    role = api.role.create(
        name=USER, type=1,
        rules={"ui.default_access": 0, "actions.default_access": 0, "modules.default_access": 0,
               "actions": [{"name": name, "status": 1} for name in ("acknowledge_problems", "add_problem_comments")],
               "api.access": 1, "api.mode": 1, "api": METHODS},
    )["roleids"][0]  # fmt: skip
    rights = [{"id": one, "permission": READ} for one in hostgroups]
    group = api.usergroup.create(name=GROUP, rights=rights, gui_access=3)["usrgrpids"][0]
    user = api.user.create(
        username=USER, passwd="Seven-Umbrellas-In-The-Rain-7", roleid=role, usrgrps=[{"usrgrpid": group}],
        medias=[media(api)],
    )["userids"][0]  # fmt: skip
    token = api.token.create(name=USER, userid=user)["tokenids"][0]
    return str(api.token.generate([token])[0]["token"])


def media(api: ZabbixAPI) -> dict[str, Any]:
    """All severities, at any hour; the address is not read."""
    return {
        "mediatypeid": media_type(api)["mediatypeid"],
        "sendto": "desk",
        "active": 0,
        "severity": 63,
        "period": "1-7,00:00-24:00",
    }


def make_recipient(api: ZabbixAPI, name: str) -> str:
    """One more user of the group with the media: the action sends everything to them as well."""
    group = api.usergroup.get(filter={"name": GROUP}, output=["usrgrpid"])[0]["usrgrpid"]
    role = api.role.get(filter={"name": USER}, output=["roleid"])[0]["roleid"]
    user = api.user.create(
        username=name, passwd="Seven-Umbrellas-In-The-Rain-8", roleid=role, usrgrps=[{"usrgrpid": group}],
        medias=[media(api)],
    )["userids"][0]  # fmt: skip
    return str(user)


SOURCES = {"trigger": 0, "internal": 3, "service": 4}
ITEM_NOT_SUPPORTED = {"conditiontype": 23, "operator": 0, "value": "0"}


def make_action(api: ZabbixAPI, source: str = "trigger") -> None:
    """Problem, recovery and update (internal events know none), once each, to the group, through our media only."""
    group = api.usergroup.get(filter={"name": GROUP}, output=["usrgrpid"])[0]["usrgrpid"]
    message = {"default_msg": 1, "mediatypeid": media_type(api)["mediatypeid"]}
    send = {"operationtype": 0, "opmessage_grp": [{"usrgrpid": group}], "opmessage": message}
    more = (
        {"filter": {"evaltype": 0, "conditions": [ITEM_NOT_SUPPORTED]}}
        if source == "internal"
        else {"update_operations": [send]}
    )
    api.action.create(
        name=f"{MEDIA}: {source}", eventsource=SOURCES[source], status=0, esc_period="1h",
        operations=[{**send, "esc_period": "0", "esc_step_from": 1, "esc_step_to": 1}],
        recovery_operations=[send], **more,
    )  # fmt: skip
