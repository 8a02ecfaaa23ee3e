"""The documents of a file: joined, taken off, copied from the initiative that it continues.

A file is judged and searched for viruses before anything is locked; then its row and its bytes are kept together, or
neither: these verbs open their own transaction (never call them inside another one), so that bytes whose row does not
stay are taken off the disk at once. What a crash could still leave behind is found by `manage.py sweep_documents`.
Raises: ValidationError (`file`, `kind`, `alt`), Refusal (French reasons), NotAllowed.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib import scanner
from alliance.lib.records import validate
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import documents, reporting, rules, workflow
from initiatives.actions import corrections
from initiatives.actions.files import lock, save
from initiatives.choices import DocumentKind, ScanState
from initiatives.documents import MOST_BYTES_TOGETHER, MOST_DOCUMENTS, Sound
from initiatives.models import Document, Initiative, Report
from initiatives.models.documents import private_path

_OF_REPORTS = (DocumentKind.RECEIPT, DocumentKind.PHOTO)
_STATE = {None: ScanState.NOT_SCANNED, False: ScanState.CLEAN, True: ScanState.INFECTED}
ALREADY = "Ce fichier est déjà joint au dossier"
NOT_STORED = "Le fichier n’a pas pu être enregistré. Réessayez dans quelques minutes."
NOT_SCANNED = "L’analyse antivirus ne répond pas. Réessayez dans quelques minutes"


def add_document(
    *,
    initiative: Initiative,
    by: User,
    kind: str,
    upload: Any,
    alt: str = "",
    token: UUID | None = None,
    report: Report | None = None,
) -> Document:
    """Join the file `upload` (Django's UploadedFile) to `initiative`; the same `token` gives back the same document.

    A dangerous file (`scan` is INFECTED) is kept apart: its row says so, and nobody is given its bytes. `report`: an open
    report of the initiative, to which receipts and photos may be joined when the file itself is no longer open.
    """
    refuse_closed(initiative, by, report, kind)
    sound, scan = _judged(upload, kind)
    with _all_or_nothing() as stored:
        locked = _open(initiative, by, report, kind)
        if existing := _known(locked, by, kind, sound, token, None if report is None else alt):
            return existing
        document = Document(initiative=locked, kind=kind, alt=alt, scan=scan)
        document.token = None if Document.objects.filter(token=token).exists() else token
        _keep(document, sound.content, stored, by, name=sound.name, media_type=sound.media_type)
        _refuse_too_many(locked)
        save(locked, by)
    return document


@transaction.atomic
def remove_document(*, document: Document, by: User, report: Report | None = None) -> None:
    """Take a document off its file, and its bytes off the disk once that is certain. Doing it twice is doing it once."""
    locked = _open(document.initiative, by, report, document.kind)
    present = Document.objects.select_for_update().filter(pk=document.pk, initiative=locked).first()
    if present is None:
        return
    if report is not None:
        _refuse_accounted(present)
    name = str(present.file.name)
    present.delete()
    save(locked, by)
    transaction.on_commit(lambda: forget_bytes([name]), robust=True)


def reuse_documents(*, initiative: Initiative, by: User, documents: Collection[Document]) -> list[Document]:
    """Copy documents of the initiative that this one continues, rows and bytes: each file then has a life of its own.

    What is already joined is left as it is. Returns the documents added.
    """
    refuse_closed(initiative, by)
    copies = [(document, _bytes_of(document)) for document in documents]
    with _all_or_nothing() as stored:
        locked = _open(initiative, by)
        offered = set(reusable(locked, by).values_list("pk", flat=True))
        if refused := [document.name for document, _content in copies if document.pk not in offered]:
            raise Refusal(f"Ce document n’est plus offert\xa0: {', '.join(refused)}.")
        added = []
        for source, content in copies:
            if locked.documents.filter(digest=source.digest, kind=source.kind).exists():
                continue
            copy = Document(initiative=locked, kind=source.kind, alt=source.alt, scan=source.scan)
            _keep(copy, content, stored, by, name=source.name, media_type=source.media_type)
            added.append(copy)
        if added:
            _refuse_too_many(locked)
            save(locked, by)
    return added


def record_scan(*, document: Document) -> str:
    """Search a document kept while no scanner was named; write and return what is found. Raises scanner.NoAnswer."""
    found = _STATE[scanner.find_virus(_bytes_of(document))]
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        locked.scan = found
        validate(locked)
        locked.save()
    return found


def reusable(initiative: Initiative, by: User) -> Any:
    """Return the sound documents of the initiative that this one continues, when `by` may read it."""
    if initiative.continues_id is None:
        return Document.objects.none()
    visible = Initiative.objects.visible_to(by).filter(pk=initiative.continues_id)
    return Document.objects.filter(initiative__in=visible).exclude(scan=ScanState.INFECTED)


def refuse_closed(initiative: Initiative, by: User, report: Report | None = None, kind: str = "") -> None:
    """Raise NotAllowed or Refusal when `by` cannot change the documents of this file (or of this open report) now."""
    if refusal := workflow.refuse_to_write(by.role):
        raise NotAllowed(refusal)
    if report is not None:
        _refuse_outside_report(initiative, report, kind)
        return
    if not by.is_staff and (reason := rules.refuse_edit_by_agent(initiative.state)):
        raise Refusal(reason)
    corrections.refuse_outside(initiative, by, {"documents"})


def forget_bytes(names: Collection[str]) -> None:
    """Take stored files off the disk; one that cannot be is left to `sweep_documents`."""
    for name in names:
        with suppress(OSError):
            default_storage.delete(name)


# Private parts --------------------------------------------------------------------------------------------


def _open(initiative: Initiative, by: User, report: Report | None = None, kind: str = "") -> Initiative:
    locked = lock(initiative, by)
    if report is not None:
        report = Report.objects.select_for_update().get(pk=report.pk)
    refuse_closed(locked, by, report, kind)
    return locked


def _refuse_outside_report(initiative: Initiative, report: Report, kind: str) -> None:
    if report.initiative_id != initiative.pk or kind not in _OF_REPORTS:
        raise Refusal("Un rapport reçoit des pièces justificatives et des photos.")
    reason = reporting.refuse_writing(
        received=report.received_on is not None,
        approved=report.approved_at is not None,
        state=initiative.state,
    )
    if reason:
        raise Refusal(reason)


def _refuse_accounted(document: Document) -> None:
    """What was there when a report was approved is a part of what was approved."""
    approved = document.initiative.reports.filter(approved_at__gte=document.added_at)
    if approved.exists():
        raise Refusal("Ce document accompagne un rapport approuvé\xa0: il ne se retire plus.")


def _judged(upload: Any, kind: str) -> tuple[Sound, str]:
    """Return what is kept of the file and the state of its scan; nothing is locked meanwhile."""
    try:
        documents.refuse_size(upload.size)
        content = upload.read(documents.MOST_BYTES + 1)
        sound = documents.examine(upload.name or "", content)
        if kind == DocumentKind.PHOTO and not sound.is_image:
            raise ValidationError("Une photo est une image JPG ou PNG", code="type")
        return sound, _STATE[scanner.find_virus(content)]
    except ValidationError as problem:
        raise ValidationError({"file": problem}) from problem
    except scanner.NoAnswer as problem:
        raise ValidationError({"file": NOT_SCANNED}) from problem


def _known(
    initiative: Initiative, by: User, kind: str, sound: Sound, token: UUID | None, alt: str | None
) -> Document | None:
    """Return the document that this same form already joined; refuse the same file joined by another one.

    `alt`: the words that come with a file of a report, whose form has no token of its own; None elsewhere.
    """
    same = initiative.documents.filter(digest=sound.digest, kind=kind).first()
    if same is None:
        return None
    is_same_form = token is not None and same.token == token
    if same.added_by_id == by.pk and (is_same_form or same.alt == alt):
        return same
    raise ValidationError({"file": ALREADY})


def _keep(
    document: Document, content: bytes, stored: list[str], by: User, *, name: str, media_type: str
) -> None:
    """Write the bytes under a name of our own, then the row that knows them."""
    document.name, document.media_type, document.size = name, media_type, len(content)
    document.digest = documents.digest_of(content)
    document.added_at, document.added_by = timezone.now(), by
    document.is_demo = document.initiative.is_demo
    path = private_path(document, name)
    stored.append(path)
    try:
        document.file = default_storage.save(path, ContentFile(content))
    except OSError as problem:
        raise Refusal(NOT_STORED) from problem
    validate(document)
    document.save()


def _refuse_too_many(initiative: Initiative) -> None:
    sizes = list(initiative.documents.values_list("size", flat=True))
    if len(sizes) > MOST_DOCUMENTS:
        raise Refusal(f"Un dossier compte au plus {MOST_DOCUMENTS} documents. Retirez-en un, puis réessayez.")
    if sum(sizes) > MOST_BYTES_TOGETHER:
        raise Refusal(
            "Les documents d’un dossier pèsent au plus 60\xa0Mo ensemble. Retirez-en un, puis réessayez."
        )


def _bytes_of(document: Document) -> bytes:
    try:
        with document.file.open("rb") as file:
            return file.read()
    except OSError as problem:
        raise Refusal(f"Le fichier de «\xa0{document.name}\xa0» manque. Joignez-le de nouveau.") from problem


@contextmanager
def _all_or_nothing() -> Iterator[list[str]]:
    """Give the list of the files stored meanwhile: those whose row is not kept are taken off the disk again."""
    stored: list[str] = []
    try:
        with transaction.atomic(durable=True):
            yield stored
    except BaseException:
        with suppress(Exception):  # a database that no longer answers cannot say: the sweep will
            kept = set(Document.objects.filter(file__in=stored).values_list("file", flat=True))
            forget_bytes([name for name in stored if name not in kept])
        raise
