from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        """Refuse to start unsafe, and bind the tasks of all rooms to our Celery."""
        # Both need the settings to be complete.
        from helpdesk import celery, checks  # noqa: F401, PLC0415

        checks.refuse_unsafe_settings()
