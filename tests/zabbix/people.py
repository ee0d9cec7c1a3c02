"""Run inside a desk's own environment: an operator, the alert source, and two sites in the registry. Prints tokens."""

import json
import sys

import django

django.setup()

from accounts.enums import Actor  # noqa: E402 — Django must be set up first
from accounts.models import Customer, Operator, User  # noqa: E402
from accounts.services.tokens import create_token  # noqa: E402
from assets.services.exchange.importing import import_files  # noqa: E402
from monitoring.enums import SourceKind  # noqa: E402
from monitoring.services.sourcing import create_source  # noqa: E402
from tests.zabbix.sites import CUSTOMERS, SOURCE, csv_files  # noqa: E402

PASSWORD = "seven umbrellas in the rain"

user = User.objects.create_user("first", password=PASSWORD, language="en")
Operator.objects.create(user=user, line=1)
_row, operator = create_token(user=user, label="e2e")
for number in range(1, CUSTOMERS + 1):
    Customer.objects.create(code=f"client-{number}", name=f"Client {number}", language="en")
import_files(actor=Actor.system(), files=csv_files(), write=True)
_source, source = create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name=SOURCE)
sys.stdout.write(json.dumps({"operator": operator, "source": source, "password": PASSWORD}))
