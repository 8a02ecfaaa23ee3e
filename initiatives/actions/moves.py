"""The moves of a file: deposit, decisions, follow-up, and its publication; each leaves a line in the log.

Each verb names its author (`by`) and works in one transaction. Raises: Refusal, NotAllowed, Stale, ValidationError.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import notices, rules, workflow
from initiatives.actions import answers, corrections
from initiatives.actions.corrections import CorrectionRow
from initiatives.actions.files import PartnerRow, create_draft, lock, save
from initiatives.choices import Publication
from initiatives.content import copy_of, facts_of, missing_of
from initiatives.indexing import reindex
from initiatives.models import Initiative, Snapshot, TransitionLog
from initiatives.naming import next_number, settle_slug

_security = logging.getLogger("alliance.security")


@transaction.atomic
def record_from_source(
    *,
    by: User,
    values: Mapping[str, Any],
    partners: Iterable[PartnerRow] = (),
    state: str,
    source_note: str,
    token: UUID | None = None,
    is_demo: bool = False,
) -> Initiative:
    """Enter an initiative known from a published text, directly at the state (`State`) that the text says.

    It was never deposited here: it gets a number and a line « record » in its log, but no copy of a deposit.
    What the text does not say stays empty. The same `token` gives back the same initiative.
    """
    if token and (existing := Initiative.objects.filter(entry_token=token).first()):
        return existing
    workflow.check_record(state=state, role=by.role, source=source_note)
    initiative = create_draft(
        by=by, values={**values, "source_note": source_note}, partners=partners, token=token, is_demo=is_demo
    )
    initiative.number = next_number(initiative)
    initiative.submitted_at, initiative.submitted_by = timezone.now(), by
    settle_slug(initiative)
    reindex(initiative)
    _enter(initiative, workflow.RECORD, state, by=by, note=source_note)
    return initiative


def submit(
    *, initiative: Initiative, by: User, note: str = "", expected_version: int | None = None
) -> Initiative:
    """Deposit a complete draft: it gets its number, and a copy of what was deposited is kept for good."""
    with transaction.atomic():
        locked = lock(initiative, by, expected_version)
        _check(locked, "submit", by, note)
        if missing := missing_of(locked, by):
            raise Refusal([item.sentence for item in missing])
        locked.number = locked.number or next_number(locked)
        locked.submitted_at, locked.submitted_by = timezone.now(), by
        answers.declare(locked, by, at=locked.submitted_at)
        settle_slug(locked)
        reindex(locked)  # its number can be searched from now on
        corrections.settle(locked, by)
        _move(locked, "submit", by=by, note=note)
        Snapshot(
            initiative=locked,
            taken_at=locked.submitted_at,
            by=by,
            content=copy_of(locked),
            is_demo=locked.is_demo,
        ).save()
    return locked


def start_review(
    *, initiative: Initiative, by: User, note: str = "", expected_version: int | None = None
) -> Initiative:
    return _simple(initiative, "start_review", by, note, expected_version)


@transaction.atomic
def request_changes(
    *,
    initiative: Initiative,
    by: User,
    note: str,
    asked: Iterable[CorrectionRow] = (),
    expected_version: int | None = None,
) -> Initiative:
    """Send the file back to its MRC; when `asked` names fields, only those open again."""
    locked = _simple(initiative, "request_changes", by, note, expected_version)
    corrections.ask(locked, by, asked)
    return locked


def approve(
    *, initiative: Initiative, by: User, note: str = "", expected_version: int | None = None
) -> Initiative:
    """Retain the initiative. Refused to the person who deposited it (quality.md §5, I10)."""
    return _decide(initiative, "approve", by, note, expected_version)


def decline(
    *, initiative: Initiative, by: User, note: str, expected_version: int | None = None
) -> Initiative:
    return _decide(initiative, "decline", by, note, expected_version)


def start(
    *, initiative: Initiative, by: User, note: str = "", expected_version: int | None = None
) -> Initiative:
    return _simple(initiative, "start", by, note, expected_version)


def complete(
    *, initiative: Initiative, by: User, note: str = "", expected_version: int | None = None
) -> Initiative:
    return _simple(initiative, "complete", by, note, expected_version)


def withdraw(
    *, initiative: Initiative, by: User, note: str = "", expected_version: int | None = None
) -> Initiative:
    return _simple(initiative, "withdraw", by, note, expected_version)


def cancel(*, initiative: Initiative, by: User, note: str, expected_version: int | None = None) -> Initiative:
    """Abandon the initiative. Screens call `funding.actions.cancel_initiative`, which first frees its money."""
    return _simple(initiative, "cancel", by, note, expected_version)


@transaction.atomic
def publish(*, initiative: Initiative, by: User, expected_version: int | None = None) -> Initiative:
    """Put the initiative in the public directory when nothing is missing."""
    _may_publish(by)
    locked = lock(initiative, by, expected_version)
    if missing := rules.missing_to_publish(facts_of(locked)):
        raise Refusal([item.sentence for item in missing])
    settle_slug(locked)
    locked.publication, locked.published_at, locked.published_by = Publication.PUBLISHED, timezone.now(), by
    save(locked, by)
    return locked


@transaction.atomic
def unpublish(*, initiative: Initiative, by: User, expected_version: int | None = None) -> Initiative:
    """Take the page off the site; its address is kept for it."""
    _may_publish(by)
    locked = lock(initiative, by, expected_version)
    if locked.publication != Publication.PUBLISHED:
        raise Refusal("Cette initiative n’est pas publiée.")
    locked.publication = Publication.WITHDRAWN
    save(locked, by)
    return locked


# Private parts --------------------------------------------------------------------------------------------


def _check(initiative: Initiative, name: str, by: User, note: str) -> workflow.Transition:
    try:
        return workflow.check(name, state=initiative.state, role=by.role, note=note)
    except Refusal:
        _log_refused(initiative, name, by)
        raise


def _log_refused(initiative: Initiative, name: str, by: User) -> None:
    """Leave a line about a move that was refused: numbers only, nobody's name nor address (case F14)."""
    _security.warning(
        "refused move %s of initiative %s (%s) by user %s", name, initiative.pk, initiative.state, by.pk
    )


@transaction.atomic
def _simple(
    initiative: Initiative, name: str, by: User, note: str, expected_version: int | None = None
) -> Initiative:
    locked = lock(initiative, by, expected_version)
    _check(locked, name, by, note)
    _move(locked, name, by=by, note=note)
    return locked


@transaction.atomic
def _decide(
    initiative: Initiative, name: str, by: User, note: str, expected_version: int | None = None
) -> Initiative:
    locked = lock(initiative, by, expected_version)
    _check(locked, name, by, note)
    if reason := rules.refuse_same_person(submitter=locked.submitted_by_id, decider=by.pk):
        _log_refused(locked, name, by)
        raise Refusal(reason)
    _move(locked, name, by=by, note=note)
    return locked


def _move(initiative: Initiative, name: str, *, by: User, note: str) -> None:
    """Apply a move that was checked, on a locked row, and write it in the log."""
    _enter(initiative, name, workflow.TRANSITIONS[name].target, by=by, note=note)
    notices.moved(initiative, name, by=by, note=note)


def _enter(initiative: Initiative, name: str, target: str, *, by: User, note: str) -> None:
    log = TransitionLog(
        initiative=initiative,
        name=name,
        from_state=initiative.state,
        to_state=target,
        by=by,
        at=timezone.now(),
        note=note.strip(),
        is_demo=initiative.is_demo,
    )
    if rules.leaves_site(initiative.publication, target):
        initiative.publication = Publication.WITHDRAWN
    initiative.state = target
    save(initiative, by)
    log.full_clean()
    log.save()


def _may_publish(by: User) -> None:
    if not by.has_perm("initiatives.publish_initiative"):
        raise NotAllowed("Votre rôle ne permet pas de publier une initiative.")
