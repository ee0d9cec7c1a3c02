"""The guards of the life cycle, each with a sentence that says what is missing."""

from collections.abc import Callable

from common.errors import GuardRefused
from tickets.enums import Guard
from tickets.services.guards import answering, classifying, ending, handing
from tickets.services.guards.case import Case

Check = Callable[[Case], str | None]


def refusals(case: Case) -> list[GuardRefused]:
    """Every guard of the move that says no, in the order of the table."""
    return [GuardRefused(guard, text) for guard in case.move.guards if (text := CHECKS[guard](case))]


CHECKS: dict[Guard, Check] = {
    Guard.UNASSIGNED: handing.unassigned,
    Guard.FR: answering.first_response,
    Guard.CLASS: classifying.classified,
    Guard.UP: handing.up,
    Guard.DOWN: handing.down,
    Guard.KBSEARCH: handing.searched,
    Guard.SKIP: handing.skip,
    Guard.NOT_P1: handing.not_p1,
    Guard.QUESTION: answering.question,
    Guard.HUMAN: answering.human,
    Guard.VENDOR: handing.vendor,
    Guard.AUTHORISED: handing.authorised,
    Guard.CHANGE: handing.change,
    Guard.WINDOW: handing.window,
    Guard.RESOLVE: ending.resolve,
    Guard.KB: ending.knowledge,
    Guard.SILENT: answering.silent,
    Guard.REMINDED: answering.reminded,
    Guard.REOPEN: ending.reopen,
    Guard.MERGE: ending.merge,
    Guard.UNMERGE: ending.undo,
    Guard.BEFORE_WORK: ending.before_work,
    Guard.STRANGER: classifying.stranger,
    Guard.LOWERING: classifying.lowering,
    Guard.REASON: classifying.reason,
    Guard.OPEN_PARENT: classifying.parent,
    Guard.MAJOR: classifying.major,
}
