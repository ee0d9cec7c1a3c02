"""The real settings on a database of their own; nothing here weakens what a test should see."""

import os
from pathlib import Path

# The test servers live beside the desk's own, never in them. `conftest.py` starts them.
os.environ.setdefault("DATA_DIR", str(Path(__file__).resolve().parent.parent / ".data" / "test"))
os.environ.setdefault("LANGUAGE_CODE", "en")

from helpdesk.settings import *  # noqa: F403 — the real settings, overridden below
from helpdesk.settings import CACHES, DATA_DIR, DATABASES

TESTING = True
SUFFIX = os.environ.get("TEST_DB_SUFFIX", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
INSTANCE = "_".join(part for part in ("test_helpdesk", SUFFIX) if part)

DATABASES["default"]["TEST"] = {"NAME": INSTANCE}
DATABASES["default"]["CONN_MAX_AGE"] = 0

# One process, one cache: parallel workers cannot see each other's rate limits.
CACHES["default"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": f"{INSTANCE}{WORKER}",
}
# Bells of parallel runs on one Redis stay apart.
LIVE_PREFIX = f"live:{INSTANCE}{WORKER}:"
# A task is tested by calling it; sending one only has to be possible.
CELERY_BROKER_URL = "memory://"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = DATA_DIR / "media" / f"{INSTANCE}{WORKER}"
LOG_LEVEL = "WARNING"
