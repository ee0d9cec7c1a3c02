"""Run inside a desk's own environment: a site with two power lines and clients on one of them, or on both. Takes the password of people."""

import sys

import django

django.setup()

from accounts.enums import AddressKind  # noqa: E402 — Django must be set up first
from accounts.models import Contact, ContactAddress, Customer, User  # noqa: E402
from assets.enums import EquipmentKind, ServiceKind  # noqa: E402
from assets.models import Equipment, PowerInput, Service, Site  # noqa: E402

site = Site.objects.create(code="dc7", name="Seventh")


def device(name: str, kind: str, *feeders: Equipment, owner: Customer | None = None) -> Equipment:
    made = Equipment.objects.create(name=name, kind=kind, site=site, owner=owner, monitored_host=name)
    for number, feeder in enumerate(feeders, 1):
        PowerInput.objects.create(equipment=made, name=f"PSU{number}", provider=feeder)
    return made


lines = {leg: device(f"line-{leg}", EquipmentKind.UTILITY) for leg in "AB"}
feeds = {leg: device(f"feed-{leg}", EquipmentKind.FEED, line) for leg, line in lines.items()}
strips = {leg: device(f"strip-{leg}", EquipmentKind.PDU, feed) for leg, feed in feeds.items()}
for code, legs in (("solo", "A"), ("lone", "A"), ("twin", "AB"), ("pair", "AB"), ("other", "B")):
    customer = Customer.objects.create(code=code, name=f"Client {code.title()}", language="en")
    contact = Contact.objects.create(
        customer=customer, name=f"Duty of {code.title()}", language="en", is_authorised=True
    )
    ContactAddress.objects.create(
        contact=contact,
        kind=AddressKind.MAIL,
        value=f"duty@{code}.example",
        is_primary=True,
        is_verified=True,
    )
    if code == "solo":
        contact.user = User.objects.create_user("solo", password=sys.argv[1], language="en")
        contact.save()
    owned = device(f"{code}-1", EquipmentKind.SERVER, *(strips[leg] for leg in legs), owner=customer)
    Service.objects.create(
        customer=customer,
        kind=ServiceKind.COLOCATION,
        name=f"{code}-colo",
        label=f"Rack unit of {code.title()}",
        runs_on=owned,
    )
sys.stdout.write("{}\n")
