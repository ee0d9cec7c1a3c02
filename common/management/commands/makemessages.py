"""Collect translatable strings the way this desk marks them."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """`L("…")` is our short name of `gettext_lazy` in tables of words; a new string gets no guessed translation."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=L"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
