"""Priority = impact × urgency, with the floors and caps of §4.2 of the rules."""

from django.utils.translation import gettext as _

from common.errors import Invalid
from tickets.enums import CategoryKind, Priority
from tickets.models import PriorityCell


def priority_of(*, kind: str, impact: int, urgency: int) -> Priority:
    """The priority of a ticket of this kind.

    An emergency below P2 and an information request above P3 are misclassified: `Invalid` names what to choose
    instead. A change or maintenance at P1 becomes P2: if it really burns, it is an emergency.
    """
    cell = PriorityCell.objects.filter(impact=impact, urgency=urgency).first()
    if cell is None:
        raise Invalid(_("Choose impact and urgency."), field="impact")
    found = Priority(cell.priority)
    if kind == CategoryKind.EMERGENCY and found > Priority.P2:
        raise Invalid(
            _("This is too small for an emergency: choose maintenance or information, or a higher impact."),
            field="category",
        )
    if kind == CategoryKind.INFORMATION and found < Priority.P3:
        raise Invalid(
            _("This is too serious for an information request: choose emergency or change."), field="category"
        )
    if kind in (CategoryKind.CHANGE, CategoryKind.MAINTENANCE) and found == Priority.P1:
        return Priority.P2
    if kind == CategoryKind.OUT_OF_SCOPE:
        return Priority.P4
    return found


def matrix() -> dict[str, int]:
    """The whole matrix by ``impact-urgency``, for forms that foretell the priority."""
    return {f"{cell.impact}-{cell.urgency}": cell.priority for cell in PriorityCell.objects.all()}
