"""For each constraint of the agents' space and of mail, a row that breaks that one alone (read by test_constraints)."""

from datetime import date, timedelta

from django.utils import timezone

from alliance.accounts.models import MailChoice, OutgoingMail, SignInLink, TeamAddress
from initiatives.choices import ReportKind
from initiatives.models import (
    Activity,
    Answers,
    BudgetLine,
    Correction,
    Document,
    Exchange,
    InternalNote,
    Report,
    ReportExpense,
)


def link(world, **values):
    now = timezone.now()
    base = {"user": world.agent_mitis, "purpose": "sign_in", "digest": "a" * 64, "created_at": now}
    return SignInLink(**(base | {"expires_at": now + timedelta(minutes=15)} | values))


def mail(world, **values):
    base = {
        "key": "x",
        "kind": "exchange",
        "address": "a@exemple.invalid",
        "subject": "Objet",
        "body": "Texte",
    }
    return OutgoingMail(**(base | {"created_at": timezone.now()} | values))


def choice(world, **values):
    return MailChoice(**({"user": world.agent_mitis, "kind": "exchange", "way": "now"} | values))


def second_choice(world):
    choice(world).save()
    return choice(world)


def of_file(model, base):
    return lambda world, **values: model(**({"initiative": world.initiative()} | base | values))


def initiative(world, **values):
    record = world.initiative()
    for name, value in values.items():
        setattr(record, name, value)
    return record


answers = of_file(Answers, {})
activity = of_file(Activity, {"position": 1, "label": "Ouverture"})
line = of_file(BudgetLine, {"position": 1, "side": "expense", "label": "Salaires", "amount": 10})
exchange = of_file(Exchange, {"text": "Bonjour", "at": timezone.now()})
note = of_file(InternalNote, {"text": "Bonjour", "at": timezone.now()})
report = of_file(Report, {"kind": ReportKind.PROGRESS, "due_on": date(2026, 3, 30)})


def document(world, **values):
    base = {
        "kind": "quote",
        "file": "documents/x",
        "name": "a.pdf",
        "media_type": "application/pdf",
        "size": 1,
    }
    base |= {"digest": "a" * 64, "added_at": timezone.now(), "added_by": world.agent_mitis}
    return Document(**({"initiative": world.initiative()} | base | values))


def correction(world, **values):
    base = {
        "field": "title",
        "reason": "incomplete",
        "asked_at": timezone.now(),
        "asked_by": world.coordination,
    }
    return Correction(**({"initiative": world.initiative()} | base | values))


def expense(world, **values):
    stored = report(world)
    stored.save()
    return ReportExpense(**({"report": stored, "position": 1, "label": "Salaires"} | values))


SPACE = {
    "accounts_signinlink_purpose": lambda w: link(w, purpose="magie"),
    "accounts_signinlink_expires_later": lambda w: link(w, expires_at=timezone.now() - timedelta(days=1)),
    "accounts_outgoingmail_kind": lambda w: mail(w, kind="réclame"),
    "accounts_outgoingmail_way": lambda w: mail(w, way="pigeon"),
    "accounts_outgoingmail_state": lambda w: mail(w, state="perdu"),
    "accounts_outgoingmail_subject": lambda w: mail(w, subject=""),
    "accounts_outgoingmail_address": lambda w: mail(w, address=""),
    "accounts_outgoingmail_sent_has_date": lambda w: mail(w, state="sent"),
    "accounts_mailchoice_kind": lambda w: choice(w, kind="réclame"),
    "accounts_mailchoice_way": lambda w: choice(w, way="pigeon"),
    "accounts_mailchoice_once": lambda w: second_choice(w),
    "accounts_teamaddress_role": lambda w: TeamAddress(role="public", address="a@exemple.invalid"),
    "accounts_teamaddress_address": lambda w: TeamAddress(role="coordination", address=""),
    "initiatives_initiative_entry_mode": lambda w: initiative(w, entry_mode="fax"),
    "initiatives_answers_declared_pair": lambda w: answers(w, declared_at=timezone.now()),
    "initiatives_answers_declared_has_author": lambda w: answers(w, is_declared=True),
    "initiatives_activity_dates": lambda w: activity(w, starts_on=date(2025, 5, 2), ends_on=date(2025, 5, 1)),
    "initiatives_budgetline_side": lambda w: line(w, side="ailleurs"),
    "initiatives_budgetline_origin": lambda w: line(w, origin="loterie"),
    "initiatives_budgetline_nature": lambda w: line(w, nature="troc"),
    "initiatives_budgetline_bounds": lambda w: line(w, amount=-1),
    "initiatives_budgetline_share_bounds": lambda w: line(w, fqis_share=-1),
    "initiatives_budgetline_share_within": lambda w: line(w, fqis_share=11),
    "initiatives_document_kind": lambda w: document(w, kind="poème"),
    "initiatives_document_scan": lambda w: document(w, scan="peut-être"),
    "initiatives_document_name_not_blank": lambda w: document(w, name=""),
    "initiatives_document_not_empty": lambda w: document(w, size=0),
    "initiatives_report_participation": lambda w: report(w, participation="absentes"),
    "initiatives_report_unspent_bounds": lambda w: report(w, unspent=-1),
    "initiatives_report_sent_pair": lambda w: report(w, sent_at=timezone.now()),
    "initiatives_report_counts_bounds": lambda w: report(w, women=1_000_001),
    "initiatives_reportexpense_planned_bounds": lambda w: expense(w, planned=-1),
    "initiatives_reportexpense_actual_bounds": lambda w: expense(w, actual=-1),
    "initiatives_correction_reason": lambda w: correction(w, reason="laid"),
    "initiatives_correction_field": lambda w: correction(w, field=""),
    "initiatives_correction_answered_pair": lambda w: correction(w, answered_at=timezone.now()),
    "initiatives_exchange_text": lambda w: exchange(w, text="", by=w.agent_mitis),
    "initiatives_internalnote_text": lambda w: note(w, text="", by=w.coordination),
}
