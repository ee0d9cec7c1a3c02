"""The way back to Zabbix: acknowledging, asking what is open, and noticing that it has fallen silent."""
