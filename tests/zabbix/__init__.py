"""A real Zabbix 6.0 beside a real desk: run by `make zabbix-e2e`, never by `make test`."""
