"""The only writer of initiatives and of their reports: every page, import and command goes through these verbs.

`files`: what an initiative says, its moves and its publication. `reports`: what it accounts for.
"""

from initiatives.actions.files import (
    PartnerRow,
    add_partner,
    after_new_links,
    approve,
    cancel,
    complete,
    create_draft,
    decline,
    publish,
    record_from_source,
    reindex_linked,
    request_changes,
    start,
    start_review,
    submit,
    unpublish,
    update,
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
    "PartnerRow",
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
    "publish",
    "receive_report",
    "record_from_source",
    "reindex_linked",
    "request_changes",
    "start",
    "start_review",
    "submit",
    "unpublish",
    "update",
    "withdraw",
]
