"""The registry: where equipment stands, what feeds and connects it, and the services of customers that run on it.

`impact/` is pure: what fails if this fails, on plain adjacency loaded once. `services/exchange/` brings files in and out,
`services/netbox/` reads another register. Imports `accounts` and `common`, knows nothing of tickets or monitoring.
"""
