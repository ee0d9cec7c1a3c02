"""Words of the ticket: states, channels, priorities and the reason codes of its life cycle."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    NEW = "new", _("New")
    TRIAGE = "triage", _("Triage")
    QUEUED = "queued", _("Queued for line")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING_CUSTOMER = "pending_customer", _("Pending customer")
    PENDING_VENDOR = "pending_vendor", _("Pending vendor")
    PENDING_WINDOW = "pending_window", _("Scheduled")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    SPAM = "spam", _("Spam")
    MERGED = "merged", _("Merged")


# What the customer reads instead of the desk's own word.
CUSTOMER_STATES: dict[str, Promise] = {
    State.NEW: _("Accepted"),
    State.TRIAGE: _("Accepted"),
    State.QUEUED: _("We are working on it"),
    State.IN_PROGRESS: _("We are working on it"),
    State.PENDING_CUSTOMER: _("Waiting for your answer"),
    State.PENDING_VENDOR: _("With our supplier"),
    State.PENDING_WINDOW: _("Planned"),
    State.RESOLVED: _("Solved: please check"),
    State.CLOSED: _("Closed"),
    State.CANCELLED: _("Cancelled"),
    State.MERGED: _("Joined with another request"),
}

PENDING = (State.PENDING_CUSTOMER, State.PENDING_VENDOR, State.PENDING_WINDOW)
OPEN = (State.NEW, State.TRIAGE, State.QUEUED, State.IN_PROGRESS, *PENDING)
TERMINAL = (State.CLOSED, State.CANCELLED, State.MERGED)


class Channel(TextChoices):
    MAIL = "mail", _("E-mail")
    PORTAL = "portal", _("Portal")
    CHAT = "chat", _("Chat")
    PHONE = "phone", _("Telephone")
    MONITORING = "monitoring", _("Monitoring")
    AGENT = "agent", _("Opened by us")


class Priority(IntegerChoices):
    P1 = 1, _("P1 Critical")
    P2 = 2, _("P2 High")
    P3 = 3, _("P3 Medium")
    P4 = 4, _("P4 Low")


class Impact(IntegerChoices):
    EXTENSIVE = 1, _("Extensive: a site, a platform, several customers")
    SIGNIFICANT = 2, _("Significant: a customer's productive service is down")
    MODERATE = 3, _("Moderate: degraded, part of a service")
    MINOR = 4, _("Minor: one user, a test, a question")


class Urgency(IntegerChoices):
    HIGH = 1, _("High: work has stopped, damage grows")
    MEDIUM = 2, _("Medium: there is a way round, due today")
    LOW = 3, _("Low: no date")


class CategoryKind(TextChoices):
    EMERGENCY = "EM", _("Emergency")
    CHANGE = "CR", _("Configuration change")
    MAINTENANCE = "MR", _("Current maintenance")
    INFORMATION = "IR", _("Information")
    OUT_OF_SCOPE = "OC", _("Out of scope")
    INTERNAL = "XX", _("Internal")


class ChangeType(TextChoices):
    NONE = "", _("not a change")
    STANDARD = "standard", _("standard")
    NORMAL = "normal", _("normal")


class MajorState(TextChoices):
    NONE = "none", _("not a major incident")
    PROPOSED = "proposed", _("proposed")
    DECLARED = "declared", _("declared")
    REJECTED = "rejected", _("rejected")
    ENDED = "ended", _("ended")


class KbState(TextChoices):
    NONE = "none", _("nothing owed")
    OWED = "owed", _("article owed")
    STUB = "stub", _("stub written")
    PAID = "paid", _("article linked")
    WAIVED = "waived", _("waived")


OWING = (KbState.OWED, KbState.STUB)
"""An article is to be written, or the draft of one made readable."""


class EventType(TextChoices):
    CREATED = "created", _("created")
    MOVED = "moved", _("moved")
    MESSAGE = "message", _("message")
    RECLASSIFIED = "reclassified", _("reclassified")
    MERGED_IN = "merged_in", _("another ticket merged in")
    UNMERGED = "unmerged", _("merge undone")
    ESCALATED = "escalated", _("clock warning")
    ALERT = "alert", _("monitoring")
    ARTICLE_LINKED = "article_linked", _("article linked")
    KNOWLEDGE_SEARCHED = "knowledge_searched", _("knowledge searched")
    WORKING_GROUP = "working_group", _("working group")
    MAJOR = "major", _("major incident")
    LINKED = "linked", _("linked")
    BYPASSED = "bypassed", _("rules bypassed")
    REMINDED = "reminded", _("customer reminded")
    POLICY_APPLIED = "policy_applied", _("new promises applied")
    REVIEWED = "breach_reviewed", _("breach reviewed")
    JUSTIFIED = "bypass_justified", _("bypass justified")
    KNOWLEDGE_SETTLED = "knowledge_settled", _("knowledge debt settled")


class MessageKind(TextChoices):
    CUSTOMER = "customer", _("Customer")
    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")
    AUTOMATIC = "automatic", _("Automatic message")


class Visibility(TextChoices):
    PUBLIC = "public", _("The customer sees it")
    INTERNAL = "internal", _("Only the desk sees it")


class Guard(TextChoices):
    """Names of the life cycle's guards; `services/guards/` carries them out."""

    UNASSIGNED = "unassigned", _("nobody has taken it yet")
    FR = "G-FR", _("a first response exists or is sent by this command")
    CLASS = "G-CLASS", _("category, service, impact, urgency, customer and language are known")
    UP = "G-UP", _("a reason, and what has been done and checked in 20 characters or more")
    DOWN = "G-DOWN", _("a reason and the concrete next step")
    KBSEARCH = "G-KBSEARCH", _("the knowledge base was searched and the outcome noted")
    SKIP = "G-SKIP", _("critical priority or a declared major incident")
    NOT_P1 = "G-P1", _("critical tickets: the shift lead only")
    QUESTION = "G-QUESTION", _("a question to the customer and a date to resume")
    HUMAN = "G-HUMAN", _("written by a person, not by a machine")
    VENDOR = "G-VENDOR", _("vendor case number, contract, expected answer and date to resume")
    AUTHORISED = "G-CA", _("an authorised contact asks for what needs one")
    CHANGE = "G-CHANGE", _("a normal change is approved")
    WINDOW = "G-WINDOW", _("a change or maintenance with a window agreed in a message")
    RESOLVE = "G-RESOLVE", _("resolution code, public text, category; no open group task or major incident")
    KB = "G-KB", _("an article is linked, a stub written or a waiver given")
    SILENT = "G-SILENT", _("the customer has kept silent long enough")
    REMINDED = "G-REMINDED", _("both reminders were sent")
    REOPEN = "G-REOPEN", _("inside the reopen window, same issue")
    MERGE = "G-MERGE", _("same customer, target open and not merged, leak check confirmed")
    UNMERGE = "G-24H", _("within 24 hours")
    BEFORE_WORK = "G-BEFORE-WORK", _("customers: only before work has begun")
    STRANGER = "G-STRANGER", _("the sender has no active contract, else the shift lead")
    LOWERING = "G-LOWER", _("lowering the priority late: the shift lead only")
    REASON = "G-REASON", _("a reason is given")
    OPEN_PARENT = "G-PARENT", _("the parent is a declared major incident")
    MAJOR = "G-MAJOR", _("an emergency; declaring and ending is for the manager")


# Not even a recorded reason opens these (§1.4 of the rules).
NOT_BYPASSABLE = frozenset({Guard.HUMAN, Guard.MERGE, Guard.UNASSIGNED, Guard.STRANGER, Guard.AUTHORISED})


class BypassVerdict(TextChoices):
    """What the shift lead makes of a bypass (§1.7 of the rules)."""

    OPEN = "", _("not judged")
    JUSTIFIED = "justified", _("justified")
    NOT_JUSTIFIED = "not_justified", _("not justified")
    REGULATION = "regulation", _("the rule should change")


class UpReason(TextChoices):
    NO_INSTRUCTION = "no_instruction", _("no instruction")
    INSTRUCTION_FAILED = "instruction_failed", _("the instruction did not help")
    NO_RIGHTS = "no_rights", _("no access rights")
    SPECIALTY = "specialty", _("a specialty is needed")
    TIME_BUDGET = "time_budget", _("the line's time is used up")
    CUSTOMER_DEMAND = "customer_demand", _("the customer demands it")


class DownReason(TextChoices):
    SOLVABLE = "solvable_by_instruction", _("solvable by instruction")
    MISSING_DIAGNOSTICS = "missing_diagnostics", _("diagnostics are missing")
    WRONG_SPECIALTY = "wrong_specialty", _("wrong specialty")
    ROUTINE_FINISH = "routine_finish", _("only routine is left")


class CustomerPendingReason(TextChoices):
    INFO = "info", _("information")
    ACCESS = "access", _("access")
    CONFIRMATION = "confirmation", _("confirmation")
    CUSTOMER_WORKS = "customer_works", _("works on the customer's side")


class VendorPendingReason(TextChoices):
    HARDWARE = "hardware", _("hardware")
    UPSTREAM = "upstream", _("upstream provider")
    LICENCE = "licence", _("licence")
    VENDOR_BUG = "vendor_bug", _("the vendor's defect")


class CancelReason(TextChoices):
    WITHDRAWN = "withdrawn", _("withdrawn")
    FALSE_ALARM = "false_alarm", _("false alarm")
    SELF_RECOVERED = "self_recovered", _("recovered by itself")
    TEST = "test", _("test")
    DUPLICATE = "duplicate_no_merge", _("duplicate")


class ReopenReason(TextChoices):
    NOT_FIXED = "not_fixed", _("not fixed")
    RECURRED = "recurred", _("it happened again")
    PARTLY = "partly", _("fixed in part")
    NEW_QUESTION = "new_question", _("a new question")


class ResolutionCode(TextChoices):
    FIXED = "fixed", _("fixed")
    WORKAROUND = "workaround", _("workaround")
    ANSWERED = "answered", _("answered")
    CHANGED = "changed", _("changed")
    SELF_RECOVERED = "self_recovered", _("recovered by itself")
    NOT_REPRODUCIBLE = "not_reproducible", _("not reproducible")
    OUT_OF_SCOPE = "out_of_scope_answered", _("out of scope, answered")
    REFUSED = "refused", _("refused with grounds")
    NO_RESPONSE = "no_customer_response", _("no answer from the customer")
    CONFIRMED = "customer_confirmed", _("the customer says it is solved")


class ReclassifyReason(TextChoices):
    MISCLASSIFIED = "misclassified", _("misclassified")
    IMPACT_GREW = "impact_grew", _("the impact grew")
    IMPACT_FELL = "impact_fell", _("the impact fell")
    SCOPE_CHANGED = "scope_changed", _("the scope changed")
    CUSTOMER_IDENTIFIED = "customer_identified", _("the customer was identified")


class ReassignReason(TextChoices):
    SHIFT_CHANGE = "shift_change", _("change of shift")
    WORKLOAD = "workload", _("workload")
    SKILL = "skill", _("better skilled colleague")
    ABSENCE = "absence", _("absence")


class SearchOutcome(TextChoices):
    USED = "used", _("used an article")
    WRONG = "wrong", _("the article was wrong")
    NONE = "none", _("no instruction found")


class LinkOutcome(TextChoices):
    FITTED = "fitted", _("it fitted")
    CORRECTED = "corrected", _("I corrected it")
    WRONG = "wrong", _("it was wrong")
