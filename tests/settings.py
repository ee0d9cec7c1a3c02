"""The real settings on a database of their own; nothing here weakens what a test should see."""

import os
from pathlib import Path

# The test servers live beside the desk's own, never in them: they do not keep what a power cut would cost.
# `conftest.py` starts them.
_data = Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / ".data")
os.environ["DATA_DIR"] = str(_data if _data.name == "test" else _data / "test")
# On external servers the settings would be those of production: tests speak plain HTTP to themselves.
for name, value in {
    "LANGUAGE_CODE": "en",
    "SECRET_KEY": "only-for-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost,[::1]",
    "SECURE_HTTPS": "0",
    "BEHIND_PROXY": "0",
}.items():
    os.environ.setdefault(name, value)

from helpdesk.settings import *  # noqa: E402, F403 — the real settings, read after the lines above
from helpdesk.settings import CACHES, DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

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

# The pages are the same on the desk's own servers and on others; only the address of the data differs.
EMBEDDED = WHITENOISE_USE_FINDERS = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = DATA_DIR / "media" / f"{INSTANCE}{WORKER}"
LOG_LEVEL = "WARNING"
