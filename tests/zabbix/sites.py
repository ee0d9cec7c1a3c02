"""Two sites in the registry: at each two power lines, a router, one switch, and two hundred servers behind it."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SOURCE = "Hall 1"
SLUG = "hall-1"
SERVERS = 200
CUSTOMERS = 4


@dataclass(frozen=True)
class Site:
    """Names are those of the registry and of the hosts in Zabbix alike."""

    code: str

    @property
    def switch(self) -> str:
        return f"switch-{self.code}"

    @property
    def router(self) -> str:
        return f"router-{self.code}"

    @property
    def lines(self) -> tuple[str, str]:
        return f"line-{self.code}-a", f"line-{self.code}-b"

    @property
    def servers(self) -> list[str]:
        return [f"server-{self.code}-{number:03}" for number in range(1, SERVERS + 1)]


NORTH, SOUTH = SITES = (Site("north"), Site("south"))
Row = Sequence[object]


def csv_files() -> dict[str, bytes]:
    """As an engineer would import them."""
    sites = [(site.code, site.code.title()) for site in SITES]
    links = [pair for site in SITES for pair in _links(site)]
    circuits = [("Carrier", f"line-{site.code}", site.router) for site in SITES]
    return {
        "sites.csv": _csv("code,name", sites),
        "equipment.csv": _csv(
            "name,kind,site,owner,monitored_host", (row for site in SITES for row in _equipment(site))
        ),
        "power_inputs.csv": _csv("equipment,input,fed_by", (row for site in SITES for row in _inputs(site))),
        "links.csv": _csv("a,b", links),
        "circuits.csv": _csv("provider,cid,equipment", circuits),
    }


def _equipment(site: Site) -> Iterable[Row]:
    for line in site.lines:
        yield line, "utility", site.code, "", line
    yield site.router, "router", site.code, "", site.router
    yield site.switch, "switch", site.code, "", site.switch
    for number, server in enumerate(site.servers):
        yield server, "server", site.code, f"client-{number % CUSTOMERS + 1}", server


def _inputs(site: Site) -> Iterable[Row]:
    for device in (site.router, site.switch, *site.servers):
        for number, line in enumerate(site.lines, 1):
            yield device, f"PSU{number}", line


def _links(site: Site) -> Iterable[Row]:
    yield site.router, site.switch
    for server in site.servers:
        yield site.switch, server


def _csv(columns: str, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()
