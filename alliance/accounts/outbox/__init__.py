"""The outbox: messages are written with what they tell, sent after it, one digest a day by default.

`writing`: queue, hold back, cancel, try again; `sending`: what leaves and when; `choices`: what each person wants to
receive; `texts`: the words around a message; `signed`: addresses of pages opened without an account. Pages and actions call these verbs only.
"""

from alliance.accounts.outbox.choices import kinds_for, seal, set_ways, ways_of
from alliance.accounts.outbox.sending import Outcome, forget_old, send_waiting
from alliance.accounts.outbox.signed import signed_path, value_of
from alliance.accounts.outbox.texts import address_of, message_text
from alliance.accounts.outbox.writing import (
    cancel,
    erase,
    failed_count,
    queue,
    receivers_text,
    replace_waiting,
    retry,
    team_address,
    told,
    why_not_sent,
    without_mail,
)

__all__ = [
    "Outcome",
    "address_of",
    "cancel",
    "erase",
    "failed_count",
    "forget_old",
    "kinds_for",
    "message_text",
    "queue",
    "receivers_text",
    "replace_waiting",
    "retry",
    "seal",
    "send_waiting",
    "set_ways",
    "signed_path",
    "team_address",
    "told",
    "value_of",
    "why_not_sent",
    "ways_of",
    "without_mail",
]
