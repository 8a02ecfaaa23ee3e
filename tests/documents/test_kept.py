"""A document's row and its bytes: both, or neither (quality.md §3.D D16, §5 I13), and by whom they may be changed."""

import os
import socket
import threading
import time
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import actions
from initiatives.actions import documents as verbs
from initiatives.choices import ReportKind, ScanState, State
from initiatives.documents import MOST_DOCUMENTS, digest_of
from initiatives.models import Document, Initiative, Report
from tests.documents import made
from tests.documents.conftest import names_of_rows


def version_of(initiative):
    return Initiative.objects.get(pk=initiative.pk).version


def test_document_is_kept_under_a_name_of_ours_with_its_digest(world, kept, join):
    draft = world.initiative()
    document = join(draft, name="../../Résolution 2026.pdf", kind="resolution")
    assert (document.name, document.size) == ("Résolution 2026.pdf", len(made.pdf()))
    assert (document.digest, document.scan) == (digest_of(made.pdf()), ScanState.NOT_SCANNED)
    assert kept() == names_of_rows()
    (stored,) = kept()
    assert len(stored) == 32
    path = Path(default_storage.path(document.file.name))
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (made.pdf(), 0o600)
    assert version_of(draft) == draft.version + 1


def test_refused_file_leaves_nothing(world, kept, join):
    draft = world.initiative()
    with pytest.raises(ValidationError) as refused:
        join(draft, content=b"MZ")
    assert set(refused.value.message_dict) == {"file"}
    with pytest.raises(ValidationError, match="valeur"):
        join(draft, kind="passeport")
    with pytest.raises(ValidationError, match="photo"):
        join(draft, kind="photo")
    assert (kept(), Document.objects.count(), version_of(draft)) == (set(), 0, draft.version)


@pytest.mark.parametrize("fault", ["row", "version"])
def test_failure_after_the_bytes_are_written_takes_them_off(world, kept, join, monkeypatch, fault):
    draft = world.initiative()

    def fail(*args, **kwargs):
        assert len(kept()) == 1
        raise DatabaseError("cut")

    if fault == "row":
        monkeypatch.setattr(Document, "save", fail)
    else:
        monkeypatch.setattr(verbs, "save", fail)
    with pytest.raises(DatabaseError):
        join(draft)
    assert (kept(), Document.objects.count()) == (set(), 0)


def test_full_disk_is_said_in_words(world, kept, join, monkeypatch):
    monkeypatch.setattr(
        type(default_storage),
        "save",
        lambda *a, **k: (_ for _ in ()).throw(OSError(28, "full")),
        raising=False,
    )
    with pytest.raises(Refusal, match="Réessayez dans quelques minutes"):
        join(world.initiative())
    assert Document.objects.count() == 0


def test_commit_that_fails_keeps_no_bytes(world, kept, join, transactional_db, monkeypatch):
    draft = world.initiative()
    monkeypatch.setattr("django.db.transaction.Atomic.__exit__", _failing_commit(monkeypatch))
    with pytest.raises(DatabaseError):
        join(draft)
    assert (kept(), Document.objects.count()) == (set(), 0)


def _failing_commit(monkeypatch):
    """Return an exit of atomic blocks that rolls back the outermost one once, as a commit that the database refuses."""
    from django.db.transaction import Atomic  # noqa: PLC0415

    real = Atomic.__exit__

    def leave(self, kind, value, trace):
        if self.durable:
            monkeypatch.undo()
            real(self, DatabaseError, DatabaseError("commit refused"), None)
            raise DatabaseError("commit refused")
        return real(self, kind, value, trace)

    return leave


def test_removing_takes_the_bytes_off_after_the_commit(world, kept, join, django_capture_on_commit_callbacks):
    draft = world.initiative()
    document = join(draft)
    with django_capture_on_commit_callbacks() as callbacks:
        verbs.remove_document(document=document, by=world.agent_mitis)
    assert (len(kept()), Document.objects.count(), len(callbacks)) == (1, 0, 1)
    callbacks[0]()
    assert kept() == set()
    verbs.remove_document(document=document, by=world.agent_mitis)  # a second click
    assert version_of(draft) == draft.version + 2


def test_ten_clicks_at_once_join_one_document(world, kept, join, at_once):
    draft, token = world.initiative(), uuid4()
    results = at_once([lambda: join(draft, token=token).pk] * 10)
    assert len(set(results)) == 1
    assert at_once([lambda: Document.objects.filter(initiative=draft).count()]) == [1]
    assert len(kept()) == 1
    assert at_once([lambda: version_of(draft)]) == [draft.version + 1]


def test_same_token_with_another_file_joins_it_and_same_file_again_is_said(world, kept, join):
    draft, other, token = world.initiative(), world.initiative(), uuid4()
    first = join(draft, token=token)
    second = join(draft, token=token, content=made.pdf(b"2"), kind="quote")
    third = join(other, token=token)
    assert len({first.pk, second.pk, third.pk}) == 3
    with pytest.raises(ValidationError, match="déjà joint"):
        join(draft, token=uuid4())
    assert len(kept()) == 3


def test_file_holds_twenty_documents_and_sixty_megabytes(world, kept, join, monkeypatch):
    draft = world.initiative()
    for n in range(MOST_DOCUMENTS):
        join(draft, content=made.pdf(str(n).encode()))
    with pytest.raises(Refusal, match="au plus 20 documents"):
        join(draft, content=made.pdf(b"more"))
    assert len(kept()) == 20
    heavy = world.initiative()
    join(heavy, content=made.pdf(b"x" * 500))
    monkeypatch.setattr(verbs, "MOST_BYTES_TOGETHER", 1_000)
    with pytest.raises(Refusal, match="60\xa0Mo ensemble"):
        join(heavy, content=made.pdf(b"y" * 500))
    assert kept() == names_of_rows()


def test_only_who_holds_the_file_changes_its_documents(world, join):
    draft = world.initiative()
    document = join(draft)
    for person in (world.agent_temis, world.committee_mitis, world.reader, world.accounting):
        with pytest.raises(NotAllowed):
            join(draft, by=person, content=made.pdf(b"2"))
        with pytest.raises(NotAllowed):
            verbs.remove_document(document=document, by=person)
    submitted = world.initiative(State.SUBMITTED)
    with pytest.raises(Refusal, match="ne peut plus être modifié"):
        join(submitted)
    assert join(submitted, by=world.coordination).added_by == world.coordination


def test_returned_file_opens_its_documents_only_when_asked(world, join):
    def returned(field):
        file = world.initiative(State.UNDER_REVIEW)
        row = actions.CorrectionRow(field=field, reason="incomplete")
        return actions.request_changes(initiative=file, by=world.coordination, note="Voir", asked=[row])

    with pytest.raises(Refusal, match="champs à corriger"):
        join(returned("title"))
    document = join(returned("documents"))
    assert Document.objects.get().pk == document.pk


def test_open_report_receives_receipts_and_photos_only(world, join):
    running = world.initiative(State.IN_PROGRESS)
    report = actions.expect_report(
        initiative=running, kind=ReportKind.PROGRESS, due_on=running.ends_on, by=world.coordination
    )
    with pytest.raises(Refusal):
        join(running, kind="receipt")
    receipt = join(running, kind="receipt", report=report)
    with pytest.raises(Refusal, match="pièces justificatives"):
        join(running, kind="resolution", report=report)
    with pytest.raises(Refusal, match="pièces justificatives"):
        join(world.initiative(), kind="receipt", report=report)
    actions.receive_report(report=report, by=world.coordination, values={"received_on": running.starts_on})
    actions.approve_report(report=report, by=world.coordination)
    for act in (
        lambda: join(running, kind="receipt", report=report, content=made.pdf(b"2")),
        lambda: verbs.remove_document(document=receipt, by=world.agent_mitis, report=report),
    ):
        with pytest.raises(Refusal, match="approuvé"):
            act()
    final = Report.objects.create(initiative=running, kind=ReportKind.FINAL, due_on=running.ends_on)
    with pytest.raises(Refusal, match="accompagne un rapport approuvé"):
        verbs.remove_document(document=receipt, by=world.agent_mitis, report=final)
    assert running.documents.count() == 1


def test_last_years_documents_are_copied_once_with_bytes_of_their_own(world, kept, join):
    before = world.initiative()
    papers = [join(before), join(before, kind="incorporation", content=made.pdf(b"2"))]
    again = world.initiative(continuity="continued", continues=before)
    added = verbs.reuse_documents(initiative=again, by=world.agent_mitis, documents=papers)
    assert [(row.kind, row.digest) for row in added] == [(row.kind, row.digest) for row in papers]
    assert len(kept()) == 4
    assert verbs.reuse_documents(initiative=again, by=world.agent_mitis, documents=papers) == []
    foreign = join(world.initiative(), content=made.pdf(b"3"))
    with pytest.raises(Refusal, match="plus offert"):
        verbs.reuse_documents(initiative=again, by=world.agent_mitis, documents=[papers[0], foreign])
    assert len(kept()) == 5


# The search for viruses -----------------------------------------------------------------------------------


def holds_eicar(content):
    return made.EICAR in content


def breaks(content):
    raise TimeoutError


def test_dangerous_file_is_put_aside_and_clean_one_is_said_clean(world, join, settings):
    settings.DOCUMENT_SCANNER = "tests.documents.test_kept.holds_eicar"
    draft = world.initiative()
    assert join(draft).scan == ScanState.CLEAN
    assert join(draft, content=made.pdf(made.EICAR)).scan == ScanState.INFECTED
    photo = made.photo() + made.EICAR  # searched as it came, not as it is written again
    assert join(draft, kind="photo", name="a.jpg", content=photo, alt="Un frigo").scan == ScanState.INFECTED
    again = world.initiative(continuity="continued", continues=draft)
    assert verbs.reusable(again, world.agent_mitis).count() == 1


@pytest.mark.parametrize("scanner", ["tests.documents.test_kept.breaks", "tests.missing", "127.0.0.1:1"])
def test_scanner_that_does_not_answer_lets_nothing_in(world, kept, join, settings, scanner):
    settings.DOCUMENT_SCANNER = scanner
    with pytest.raises(ValidationError, match="ne répond pas"):
        join(world.initiative())
    assert (kept(), Document.objects.count()) == (set(), 0)


def _clamd(answer, heard):
    """Start a false clamd that hears one file; return its address."""
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            heard.append(stream.read(10))
            while size := int.from_bytes(stream.read(4)):
                heard.append(stream.read(size))
            connection.sendall(answer)
        server.close()

    threading.Thread(target=listen, daemon=True).start()
    return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    ("answer", "scan"),
    [
        (b"stream: OK\0", ScanState.CLEAN),
        (b"stream: Eicar-Signature FOUND\0", ScanState.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", None),
    ],
)
def test_clamd_is_asked_by_instream(world, join, settings, answer, scan):
    heard, content = [], made.pdf(b"x" * 150_000)
    settings.DOCUMENT_SCANNER = _clamd(answer, heard)
    if scan is None:
        with pytest.raises(ValidationError, match="ne répond pas"):
            join(world.initiative(), content=content)
    else:
        assert join(world.initiative(), content=content).scan == scan
    assert (heard[0], b"".join(heard[1:])) == (b"zINSTREAM\0", content)


# The sweep (I13) ------------------------------------------------------------------------------------------


def sweep(*options):
    said = StringIO()
    try:
        call_command("sweep_documents", *options, stdout=said)
    except CommandError as problem:
        said.write(str(problem))
        return 1, said.getvalue()
    return 0, said.getvalue()


def test_sweep_finds_nothing_to_say_of_sound_documents(world, kept, join):
    join(world.initiative())
    assert sweep() == (0, "1 document vérifié\xa0: tout concorde.\n")


def test_sweep_names_each_fault_and_removes_old_orphans_only(world, kept, join):
    draft = world.initiative()
    lost, spoiled = join(draft), join(draft, content=made.pdf(b"2"))
    Path(default_storage.path(lost.file.name)).unlink()
    Path(default_storage.path(spoiled.file.name)).write_bytes(b"other")
    folder = Path(default_storage.path("documents"))
    for name, days in (("old", 2), ("young", 0)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - days * 86_400,) * 2)
    code, said = sweep("--remove")
    assert code == 1
    assert (
        f"Document {lost.pk} («\xa0resolution.pdf\xa0», initiative {draft.pk})\xa0: le fichier manque" in said
    )
    assert (
        f"Document {spoiled.pk} («\xa0resolution.pdf\xa0», initiative {draft.pk})\xa0: le fichier a changé"
        in said
    )
    assert "documents/old\xa0: aucun document ne le connait, effacé" in said
    assert "documents/young\xa0: aucun document ne le connait encore" in said
    assert kept() == {"young", spoiled.file.name.partition("/")[2]}


def test_sweep_searches_what_was_kept_without_a_scanner(world, kept, join, settings):
    draft = world.initiative()
    document = join(draft, content=made.pdf(made.EICAR))
    code, said = sweep("--scan")
    assert (code, "aucun analyseur" in said) == (1, True)
    settings.DOCUMENT_SCANNER = "tests.documents.test_kept.holds_eicar"
    code, said = sweep("--scan")
    document.refresh_from_db()
    assert (code, document.scan) == (1, ScanState.INFECTED)
    assert "un virus a été trouvé" in said
