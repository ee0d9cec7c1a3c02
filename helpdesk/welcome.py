"""Whom to sign in as: one demo user per role, shown when the stack is ready."""

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db.models import Q, QuerySet

from accounts.models import Contact, Operator, User
from helpdesk.checks import DEMO_PASSWORD

DUTY = (
    Q(is_shift_lead=True)
    | Q(is_service_manager=True)
    | Q(is_knowledge_editor=True)
    | Q(is_administrator=True)
)


def _operators() -> dict[str, QuerySet[Operator]]:
    everyone = Operator.objects.filter(user__is_active=True).order_by("pk")
    plain = everyone.exclude(DUTY)
    return {
        "operator, line 1": plain.filter(line=1),
        "senior operator, line 2": plain.filter(line=2),
        "engineer, line 3": plain.filter(line=3),
        "shift lead": everyone.filter(is_shift_lead=True),
        "service-level manager": everyone.filter(is_service_manager=True),
        "knowledge editor": everyone.filter(is_knowledge_editor=True),
        "administrator": everyone.filter(is_administrator=True),
    }


def _contacts() -> dict[str, QuerySet[Contact]]:
    everyone = Contact.objects.filter(user__is_active=True).order_by("pk")
    return {
        "customer, authorised contact": everyone.filter(is_authorised=True),
        "customer, own requests only": everyone.filter(is_authorised=False, sees_organisation=False),
    }


def demo_logins() -> list[tuple[str, str]]:
    """(user name, role) of the first user of each role whose password is the demo's. Empty without a demo."""
    known: dict[str, bool] = {}

    def is_demo(user: User) -> bool:
        if user.password not in known:
            known[user.password] = check_password(DEMO_PASSWORD, user.password)
        return known[user.password]

    firsts: list[tuple[str, User | None]] = []
    for role, operators in _operators().items():
        operator = operators.select_related("user").first()
        firsts.append((role, operator.user if operator else None))
    for role, contacts in _contacts().items():
        contact = contacts.select_related("user").first()
        firsts.append((role, contact.user if contact else None))
    return [(user.username, role) for role, user in firsts if user is not None and is_demo(user)]


def text(mail_address: str) -> str:
    """The lines under the address."""
    logins = demo_logins()
    lines = [f"Mail is taken in at {mail_address}"] if mail_address else []
    if logins:
        width = max(len(name) for name, _ in logins)
        lines += [
            f"Sign in (password: {DEMO_PASSWORD})",
            *(f"  {name:<{width}}  {role}" for name, role in logins),
        ]
    token = settings.DATA_DIR / "demo-zabbix-token"
    if logins and token.exists():
        lines.append(f"Token of the demo's Zabbix: {token}")
    return "\n".join([*lines, "Ctrl-C stops everything."])
