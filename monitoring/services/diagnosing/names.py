"""DNS: what several resolvers and the zone's own servers say of a name."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings

from monitoring.services.diagnosing.results import BAD, OK, WARN, Result

TIMEOUT_S = 3.0


def look_up(name: str) -> Result:
    """All resolvers at once. They agree, they differ (a change on its way, or a wrong answer), or nobody knows it."""
    servers: list[str] = settings.DIAGNOSIS["resolvers"]
    own = authoritative(name)
    asked = [*servers, *own[:2]]
    with ThreadPoolExecutor(max_workers=len(asked) or 1) as pool:
        answers = list(pool.map(lambda server: _ask(name, server), asked))
    rows = [
        (f"{server} (NS)" if server in own else server, ", ".join(answer) or error)
        for server, (answer, error, _ms) in zip(asked, answers, strict=True)
    ]
    phases = [(server, ms) for server, (_answer, _error, ms) in zip(asked, answers, strict=True)]
    told = {tuple(answer) for answer, _error, _ms in answers if answer}
    failed = sum(1 for answer, _error, _ms in answers if not answer)
    values = {"answers": ", ".join(sorted({one for answer in told for one in answer})), "failed": failed}
    if not told:
        return Result("dns", BAD, "dns_nobody", values, rows, phases)
    if len(told) > 1:
        return Result("dns", WARN, "dns_differ", values, rows, phases)
    return Result("dns", WARN if failed else OK, "dns_some" if failed else "dns_agree", values, rows, phases)


def _ask(name: str, server: str) -> tuple[list[str], str, float]:
    resolver = _resolver([server])
    began = time.perf_counter()
    found: list[str] = []
    error = ""
    for kind in ("A", "AAAA"):
        try:
            found += [str(record) for record in resolver.resolve(name, kind, search=False)]
        except dns.resolver.NoAnswer:
            continue
        except dns.exception.DNSException as trouble:
            error = type(trouble).__name__
            break
    return sorted(found), error, (time.perf_counter() - began) * 1000


def authoritative(name: str) -> list[str]:
    """Addresses of the servers of the zone that the name is in; empty when nobody tells."""
    resolver = _resolver(settings.DIAGNOSIS["resolvers"])
    zone = dns.name.from_text(name)
    while len(zone.labels) > 2:
        try:
            servers = [str(record.target) for record in resolver.resolve(zone, "NS", search=False)]
            return [
                str(record)
                for server in servers[:2]
                for record in resolver.resolve(server, "A", search=False)
            ]
        except dns.resolver.NoAnswer:
            zone = zone.parent()
        except dns.exception.DNSException:
            return []
    return []


def _resolver(servers: list[str]) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = list(servers)
    resolver.port = settings.DIAGNOSIS["dns_port"]
    resolver.lifetime = resolver.timeout = TIMEOUT_S
    return resolver
