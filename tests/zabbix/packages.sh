#!/bin/sh
# What `make zabbix-e2e` needs from Debian: a Zabbix server with its frontend, and zabbix_sender, which has a package of
# its own in newer releases.
set -eu

sender=
command -v zabbix_sender >/dev/null 2>&1 || sender=zabbix-agent
# shellcheck disable=SC2086 — a word or none
exec sh "$(dirname "$0")/../packages.sh" zabbix-server-pgsql zabbix-frontend-php php-cli php-pgsql php-bcmath php-mbstring \
    php-gd php-xml $sender
