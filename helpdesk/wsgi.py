"""Django's own interface; `helpdesk.asgi` puts it behind a thread pool."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
application = get_wsgi_application()

# After Django is set up. All pages are imported now: a broken one stops the start instead of the first visitor, and
# no two threads import the same module at once.
from django.urls import get_resolver  # noqa: E402

_ = get_resolver().url_patterns
