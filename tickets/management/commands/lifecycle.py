"""manage.py lifecycle --format md|mermaid: the life cycle, printed from the code that runs it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tickets.queries import lifecycle_markdown, lifecycle_mermaid


class Command(BaseCommand):
    help = "Print the ticket's life cycle as a Markdown table or a Mermaid state diagram."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["md", "mermaid"], default="md")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(lifecycle_markdown() if options["format"] == "md" else lifecycle_mermaid())
