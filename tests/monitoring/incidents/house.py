"""The sample data centre of the specification as rows of the registry, each device watched under its own name."""

from datetime import timedelta

from accounts.models import Customer
from assets.enums import EquipmentKind as Kind
from assets.models import Circuit, Cluster, Equipment, Link, PowerInput, Service, Site
from tests import factories
from tests.assets.dc1 import CLIENTS, FED, NAMES, RUNTIME, WIRED

KINDS = {"util": Kind.UTILITY, "ups-": Kind.UPS, "pan": Kind.PANEL, "FA": Kind.FEED, "FB": Kind.FEED, "pdu": Kind.PDU,
         "ats": Kind.ATS, "core": Kind.ROUTER, "acc": Kind.SWITCH}  # fmt: skip


class House:
    """Devices, services and customers by the names of the specification."""

    def __init__(self) -> None:
        self.site = Site.objects.create(code="dc1", name="First")
        self.customer: dict[str, Customer] = {
            name: factories.CustomerFactory.create(code=name, name=name.title()) for name in CLIENTS
        }
        self.device = {name: self._device(name) for name in NAMES}
        self._wire()
        self.service = {name: self._service(name) for name in CLIENTS}

    def _device(self, name: str) -> Equipment:
        kind = next((kind for prefix, kind in KINDS.items() if name.startswith(prefix)), Kind.SERVER)
        return Equipment.objects.create(
            name=name,
            kind=kind,
            site=self.site,
            owner=self.customer.get(name),
            power_k=3 if name == "theta" else 1,
            runtime_minutes=RUNTIME // timedelta(minutes=1) if kind == Kind.UPS else None,
            monitored_host=name,
        )

    def _wire(self) -> None:
        for name, feeders in FED.items():
            for number, feeder in enumerate(feeders.split(), 1):
                PowerInput.objects.create(
                    equipment=self.device[name], name=f"PSU{number}", provider=self.device.get(feeder)
                )
        for one, other in WIRED:
            low, high = sorted((self.device[one], self.device[other]), key=lambda row: row.pk)
            Link.objects.create(a=low, b=high)
        self.circuit = {
            number: Circuit.objects.create(
                provider="Carrier", cid=f"TR-{number}", equipment=self.device[f"core-{number}"],
                monitored_host=f"tr-{number}",
            )
            for number in (1, 2)
        }  # fmt: skip
        self.cluster = Cluster.objects.create(name="cloud")
        self.cluster.members.set([self.device["hv-1"], self.device["hv-2"]])

    def _service(self, name: str) -> Service:
        runs = {"eta": "hv-1", "iota": "hv-3"}.get(name, name)
        return factories.ServiceFactory.create(
            customer=self.customer[name],
            name=name,
            runs_on=self.device.get(runs) if name != "epsilon" else None,
            cluster=self.cluster if name == "epsilon" else None,
        )
