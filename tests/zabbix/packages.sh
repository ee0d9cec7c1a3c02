#!/bin/sh
# What `make zabbix-e2e` needs from Debian: a Zabbix server with its frontend and zabbix_sender. None of its services
# is used: the tests start what they need themselves, on loopback.
set -eu

missing=
for package in zabbix-server-pgsql zabbix-frontend-php php-cli php-pgsql php-bcmath php-mbstring php-gd php-xml; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
# The sender has a package of its own in newer releases.
command -v zabbix_sender >/dev/null 2>&1 || missing="$missing zabbix-agent"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "Needed, and only root can install it:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# policy-rc.d: a test machine is no place for services that start by themselves.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' > $policy
    chmod +x $policy
    trap 'rm -f $policy' EXIT
fi
# shellcheck disable=SC2086 — a list of words
apt-get install -y -qq --no-install-recommends $missing
