"""All settings, driven by the environment and safe by default.

Without DATABASE_URL/REDIS_URL the project runs in *embedded* mode: `manage.py stack` starts its own PostgreSQL and
Redis under DATA_DIR. Only in embedded mode may the demo organisation with its known passwords exist
(`helpdesk/checks.py` refuses everything else).
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from helpdesk.stack import embedded

# `ModelAdmin[Ticket]` and its like are written for the type checker; Django's own classes learn to accept it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data")


def env_bool(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


# -- where the truth lives ---------------------------------------------------------------------------------------
EMBEDDED = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
_embedded_database_url, _embedded_redis_url = embedded.urls(DATA_DIR)
DATABASE_URL = os.environ.get("DATABASE_URL") or _embedded_database_url
REDIS_URL = os.environ.get("REDIS_URL") or _embedded_redis_url

_database: dict[str, Any] = {**dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)}
_database["OPTIONS"] = {
    "connect_timeout": 5,
    "options": "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    **_database.get("OPTIONS", {}),
}
DATABASES: dict[str, dict[str, Any]] = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "common.caching.SturdyRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hd",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# -- security ----------------------------------------------------------------------------------------------------
DEBUG = env_bool("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY") or (embedded.secret_key(DATA_DIR) if EMBEDDED else "")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if EMBEDDED else "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# Links in mail and alert tags never come from a request's Host header.
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}").rstrip("/")

SECURE_HTTPS = env_bool("SECURE_HTTPS", default=not EMBEDDED)
SECURE_SSL_REDIRECT = SECURE_HTTPS
# The health check of a load balancer speaks plain HTTP from inside. Zabbix takes a redirect for success and loses the
# alert with it: that door refuses plain HTTP itself.
SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^api/monitoring/", r"^api/messaging/"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY", not EMBEDDED) else None
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
CSRF_FAILURE_VIEW = "helpdesk.failures.csrf_failure"
SESSION_COOKIE_NAME = "__Host-helpdesk" if SECURE_HTTPS else "helpdesk"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 14  # one twelve-hour shift with the hand-over on both ends
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        # A form that connects a chat answers with a redirect to Telegram, which browsers count as its action.
        "form-action": ["'self'", "https://t.me"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = (
    3000  # a policy is saved as one sheet: 300 cells, and ten fields a special row
)
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o640

# -- applications ------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "accounts",
    "common",
    "assets",
    "knowledge",
    "messaging",
    "tickets",
    "sla",
    "monitoring",
    "reports",
    "portal",
    "helpdesk",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_fsm",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "common.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "common.middleware.PrivateCacheMiddleware",
    "common.middleware.DomainErrorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
ASGI_APPLICATION = "helpdesk.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.actor",
            ],
        },
    },
]

# -- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key"}
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = os.environ.get("TRUSTED_CLIENT_IP_HEADER") or None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# -- languages and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = os.environ.get("LANGUAGE_CODE", "ru")
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TZ_NAME", "Europe/Moscow")

# -- files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static")
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT") or DATA_DIR / "media")
WHITENOISE_USE_FINDERS = EMBEDDED
# An embedded desk is also where pages are worked on: a changed file is served as it is now, not cut to its old length.
WHITENOISE_AUTOREFRESH = EMBEDDED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
ATTACHMENT_MAX_BYTES = int(os.environ.get("ATTACHMENT_MAX_BYTES") or 20 * 1024 * 1024)
ATTACHMENT_MAX_COUNT = 10

# -- mail --------------------------------------------------------------------------------------------------------
MAIL_DOMAIN = os.environ.get("MAIL_DOMAIN", "desk.example")
MAIL_FROM = os.environ.get("MAIL_FROM", f"support@{MAIL_DOMAIN}")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
MAIL_INTAKE_HOST = os.environ.get("MAIL_INTAKE_HOST", "127.0.0.1")
MAIL_INTAKE_PORT = int(os.environ.get("MAIL_INTAKE_PORT", "2525"))
MAIL_INTAKE_SOCKET = os.environ.get("MAIL_INTAKE_SOCKET", "")
MAIL_INTAKE_PROTOCOL = os.environ.get("MAIL_INTAKE_PROTOCOL", "lmtp" if MAIL_INTAKE_SOCKET else "smtp")
# The name our own MX writes into `Received: … by NAME`: only its time counts as the time of receipt.
MAIL_MX_HOST = os.environ.get("MAIL_MX_HOST", "")
# The name our own mail server writes into `Authentication-Results`: only its findings tell whose a mail is.
MAIL_AUTHSERV_ID = os.environ.get("MAIL_AUTHSERV_ID", "")
# Probes of the mail channel leave by the outgoing server, as a customer's mail comes; else straight to our own door.
MAIL_PROBE_BY_SERVER = env_bool("MAIL_PROBE_BY_SERVER")
MAIL_MAX_BYTES = int(os.environ.get("MAIL_MAX_BYTES") or 30 * 1024 * 1024)
if os.environ.get("EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=True)
    EMAIL_TIMEOUT = 15
else:
    # Nothing leaves the machine until a mail server is named: messages are kept as files to look at.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "sent-mail"

# IMAP_SOURCES=sales with IMAP_SALES_HOST, _USER, _PASSWORD and more (docs/mail.md): mailboxes that cannot be pushed.
IMAP_SOURCES: dict[str, dict[str, str]] = {}
for _name in env_list("IMAP_SOURCES"):
    _key = f"IMAP_{_name.upper().replace('-', '_')}_"
    IMAP_SOURCES[_name] = {
        name.removeprefix(_key).lower(): value for name, value in os.environ.items() if name.startswith(_key)
    }

# -- Telegram and telephone --------------------------------------------------------------------------------------
# TELEGRAM_BOTS=support with TELEGRAM_SUPPORT_TOKEN and TELEGRAM_SUPPORT_USERNAME (docs/telegram.md).
TELEGRAM_API_URL = os.environ.get("TELEGRAM_API_URL", "https://api.telegram.org").rstrip("/")
TELEGRAM_BOTS: dict[str, dict[str, str]] = {}
for _name in env_list("TELEGRAM_BOTS"):
    _key = f"TELEGRAM_{_name.upper().replace('-', '_')}"
    TELEGRAM_BOTS[_name.lower()] = {
        "token": os.environ[f"{_key}_TOKEN"],
        "username": os.environ.get(f"{_key}_USERNAME", "").lstrip("@"),
        # Updates come to our webhook; a desk that Telegram cannot call asks for them itself.
        "updates": os.environ.get(f"{_key}_UPDATES", "webhook"),
    }
# PHONE_SOURCES=office with PHONE_OFFICE_SECRET; two secrets with a comma between them while one is being changed.
PHONE_SOURCES: dict[str, list[str]] = {
    name.lower(): env_list(f"PHONE_{name.upper().replace('-', '_')}_SECRET")
    for name in env_list("PHONE_SOURCES")
}

# -- the ticket's one upward seam --------------------------------------------------------------------------------
# Called in this order with (ticket, event), synchronously, inside the transaction that appended the event.
TICKET_EVENT_SUBSCRIBERS = [
    "sla.services.folding.on_ticket_event",
    "monitoring.services.notices.recognising.on_ticket_event",
    "monitoring.services.zabbix.queueing.on_ticket_event",
]

# -- what clients are told of an incident ------------------------------------------------------------------------
# Seconds of certainty before a notice leaves by itself. Clients that are not down are told on a "click", by itself
# ("auto") or not at all ("off").
NOTICE_CONFIRM_SECONDS = int(os.environ.get("NOTICE_CONFIRM_SECONDS", "75"))
NOTICE_AT_RISK = os.environ.get("NOTICE_AT_RISK", "click")
NOTICE_DEGRADED = os.environ.get("NOTICE_DEGRADED", "click")

# -- looking at a client's names from outside --------------------------------------------------------------------
# Public addresses only; a laboratory may allow its own networks. RDAP by a bootstrapping service, then WHOIS.
DIAGNOSIS: dict[str, Any] = {
    "resolvers": env_list("DIAGNOSIS_RESOLVERS") or ["1.1.1.1", "8.8.8.8", "9.9.9.9", "77.88.8.8"],
    "dns_port": 53,
    "rdap": os.environ.get("DIAGNOSIS_RDAP", "https://rdap.org/domain/"),
    "whois": os.environ.get("DIAGNOSIS_WHOIS", "whois.iana.org"),
    "whois_port": 43,
    "allowed_networks": env_list("DIAGNOSIS_ALLOWED_NETWORKS"),
    "ca_file": os.environ.get("DIAGNOSIS_CA_FILE", ""),
}

# -- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.paging.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["common.filtering.AllowListBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.problem_exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Help desk API",
    "DESCRIPTION": "Tickets, customers, contacts and articles of the help desk.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.api.permissions.HasActor"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "AUTHENTICATION_WHITELIST": ["accounts.api.authentication.TokenAuthentication"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.openapi.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "WritableConfidence": "knowledge.api.shapes.WRITABLE",
        "TypedChannel": "tickets.api.inputs.TYPED_CHANNELS",
        **{
            name.rpartition(".")[2]: name
            for name in (
                "accounts.enums.ActorKind",
                "accounts.enums.AddressKind",
                "accounts.enums.Language",
                "accounts.enums.Line",
                "accounts.enums.Role",
                "knowledge.enums.Audience",
                "knowledge.enums.Confidence",
                "sla.enums.ClockKind",
                "sla.enums.ClockVerdict",
                "sla.enums.ReviewState",
                "tickets.enums.BypassVerdict",
                "tickets.enums.CancelReason",
                "tickets.enums.CategoryKind",
                "tickets.enums.Channel",
                "tickets.enums.CustomerPendingReason",
                "tickets.enums.DownReason",
                "tickets.enums.EventType",
                "tickets.enums.MessageKind",
                "tickets.enums.ReassignReason",
                "tickets.enums.ReclassifyReason",
                "tickets.enums.ReopenReason",
                "tickets.enums.ResolutionCode",
                "tickets.enums.State",
                "tickets.enums.UpReason",
                "tickets.enums.VendorPendingReason",
            )
        },
    },
}

# -- background work ---------------------------------------------------------------------------------------------
# Queues, limits and acknowledgement are in helpdesk/celery.py.
CELERY_BROKER_URL = REDIS_URL
CELERY_BEAT_SCHEDULE = {
    # Bells ring these at once; the sweep finds what a lost bell left behind.
    "messaging-send-outbox": {
        "task": "messaging.send_outbox",
        "schedule": 15.0,
        "options": {"queue": "mail_out", "expires": 30},
    },
    **(
        {
            "messaging-send-chats": {
                "task": "messaging.send_outbox",
                "schedule": 15.0,
                "args": ("telegram",),
                "options": {"queue": "mail_out", "expires": 30},
            }
        }
        if TELEGRAM_BOTS
        else {}
    ),
    "tickets-route-stored": {
        "task": "tickets.route_stored",
        "schedule": 15.0,
        "options": {"queue": "mail_in", "expires": 30},
    },
    "messaging-probe": {
        "task": "messaging.probe_channels",
        "schedule": 120.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "tickets-wake": {
        "task": "tickets.wake_due",
        "schedule": 10.0,
        "options": {"queue": "clock", "expires": 10},
    },
    "tickets-relieve": {
        "task": "tickets.relieve",
        "schedule": 10.0,
        "options": {"queue": "clock", "expires": 10},
    },
    "tickets-settle-knowledge": {
        "task": "tickets.settle_knowledge",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "idempotency-keys": {
        "task": "common.sweep_idempotency_keys",
        "schedule": 3600.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # A tick that could not run within its second is worthless: the next one does the same work.
    "sla-tick": {"task": "sla.tick", "schedule": 1.0, "options": {"queue": "clock", "expires": 2}},
    # Looks whether the night's training has been done: at 3:00 of the centre's time, or as soon as somebody runs again.
    "sla-train-risk": {
        "task": "sla.train_risk",
        "schedule": 1800.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # Nothing rings for it: the wait until every process knows the new hours is as long.
    "sla-recalculate": {
        "task": "sla.recalculate",
        "schedule": 5.0,
        "options": {"queue": "bulk", "expires": 5},
    },
    "sla-resume-runs": {
        "task": "sla.resume_runs",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "monitoring-deliveries": {
        "task": "monitoring.process_deliveries",
        "schedule": 5.0,
        "options": {"queue": "interactive", "expires": 10},
    },
    "monitoring-silence": {
        "task": "monitoring.watch_sources",
        "schedule": 15.0,
        "options": {"queue": "interactive", "expires": 15},
    },
    "monitoring-diagnoses": {
        "task": "monitoring.run_diagnoses",
        "schedule": 15.0,
        "options": {"queue": "bulk", "expires": 15},
    },
    "monitoring-expiries": {
        "task": "monitoring.watch_expiries",
        "schedule": 900.0,
        "options": {"queue": "bulk", "expires": 600},
    },
    # Holds, storms, batteries, recoveries and notices to clients; a bell rings it too.
    "monitoring-incidents": {
        "task": "monitoring.tick_incidents",
        "schedule": 2.0,
        "options": {"queue": "interactive", "expires": 4},
    },
}

# -- the registry's outer sources --------------------------------------------------------------------------------
# NETBOX_SOURCES=dc1 with NETBOX_DC1_URL and NETBOX_DC1_TOKEN; nothing runs where none is named.
_netbox = {name: f"NETBOX_{name.upper().replace('-', '_')}" for name in env_list("NETBOX_SOURCES")}
NETBOX_SOURCES: dict[str, dict[str, Any]] = {
    name: {
        "url": os.environ[f"{key}_URL"].rstrip("/"),
        "token": os.environ[f"{key}_TOKEN"],
        "own_tenants": env_list(f"{key}_OWN_TENANTS"),
    }
    for name, key in _netbox.items()
}
for _name in NETBOX_SOURCES:
    CELERY_BEAT_SCHEDULE |= {
        f"assets-netbox-{_name}": {
            "task": "assets.import_netbox",
            "schedule": crontab(hour=0, minute=20),
            "args": (_name,),
            "options": {"queue": "bulk", "expires": 3600},
        },
        f"assets-netbox-{_name}-changes": {
            "task": "assets.import_netbox",
            "schedule": 300.0,
            "args": (_name, False),
            "options": {"queue": "bulk", "expires": 240},
        },
    }

# -- the API of Zabbix servers: for what the desk tells them, and for what their alerts forgot ---------------------
# ZABBIX_SOURCES=hall-1 (short names of alert sources) with ZABBIX_HALL_1_API_URL and ZABBIX_HALL_1_API_TOKEN.
_zabbix = {name: f"ZABBIX_{name.upper().replace('-', '_')}" for name in env_list("ZABBIX_SOURCES")}
ZABBIX_API: dict[str, dict[str, str]] = {
    name: {"url": os.environ[f"{key}_API_URL"], "token": os.environ[f"{key}_API_TOKEN"]}
    for name, key in _zabbix.items()
}
if ZABBIX_API:
    CELERY_BEAT_SCHEDULE |= {
        "monitoring-write-back": {
            "task": "monitoring.write_back",
            "schedule": 10.0,
            "options": {"queue": "bulk", "expires": 20},
        },
        **{
            f"monitoring-reconcile-{name}": {
                "task": "monitoring.reconcile",
                "schedule": 60.0,
                "args": (name,),
                "options": {"queue": "bulk", "expires": 50},
            }
            for name in ZABBIX_API
        },
    }

# -- logging -----------------------------------------------------------------------------------------------------
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "common.logging.JsonFormatter"},
        "plain": {"()": "common.logging.PlainFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain" if EMBEDDED else "json"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
        # At DEBUG it would write requests with the token of the API.
        "zabbix_utils": {"level": "WARNING"},
        # At INFO it writes addresses of requests, and the token of a bot is part of them.
        "httpx": {"level": "WARNING"},
    },
}
