"""Needs Debian's Dovecot: `make mail-e2e`."""

import os

collect_ignore_glob = [] if os.environ.get("MAIL_E2E") else ["test_*.py"]
