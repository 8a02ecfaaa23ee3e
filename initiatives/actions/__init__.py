"""The only writer of initiatives and of their reports: every page, import and command goes through these verbs.

`files`: what an initiative says, with `answers` beside it; `moves`: deposit, decisions, publication; `corrections`;
`documents`: what is joined to it; `exchanges`: what people write to each other. `reports`: what it accounts for.
"""

from initiatives.actions.answers import ActivityRow, BudgetRow, Details
from initiatives.actions.corrections import CorrectionRow, open_fields
from initiatives.actions.documents import add_document, remove_document, reuse_documents
from initiatives.actions.exchanges import note_internally, say
from initiatives.actions.files import (
    PartnerRow,
    add_partner,
    after_new_links,
    create_draft,
    reindex_linked,
    update,
)
from initiatives.actions.moves import (
    approve,
    cancel,
    complete,
    decline,
    publish,
    record_from_source,
    request_changes,
    start,
    start_review,
    submit,
    unpublish,
    withdraw,
)
from initiatives.actions.reports import (
    approve_report,
    change_due,
    expect_final_report,
    expect_report,
    receive_report,
)
from initiatives.content import LINKS, SCALARS, facts_of

__all__ = [
    "LINKS",
    "SCALARS",
    "ActivityRow",
    "BudgetRow",
    "CorrectionRow",
    "Details",
    "PartnerRow",
    "add_document",
    "add_partner",
    "after_new_links",
    "approve",
    "approve_report",
    "cancel",
    "change_due",
    "complete",
    "create_draft",
    "decline",
    "expect_final_report",
    "expect_report",
    "facts_of",
    "note_internally",
    "open_fields",
    "publish",
    "receive_report",
    "record_from_source",
    "reindex_linked",
    "remove_document",
    "request_changes",
    "reuse_documents",
    "say",
    "start",
    "start_review",
    "submit",
    "unpublish",
    "update",
    "withdraw",
]
