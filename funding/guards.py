"""What the database itself refuses about money, whatever the door: raw SQL, the admin, an import, two writers at once.

Each rule is looked at once the row is written, in whole cents. On PostgreSQL the parents are locked first, in the
actions' own order (the envelope, then the line): two sums of the same line never cross. The fiscal year and the
initiative are not locked: whoever closes a year holds every envelope, whoever cancels an initiative its lines.
"""
# ruff: noqa: S608 - names of tables come from the models, never from a request

from alliance.lib.triggers import Guard
from funding.sql import TABLES, sql

_LINE = "NEW.allocation_id"
_LINE_OF_PROMISE = "(SELECT p.allocation_id FROM {promise} p WHERE p.id = NEW.commitment_id)"
_PROMISE_OF_INSTALMENT = "(SELECT d.commitment_id FROM {instalment} d WHERE d.id = NEW.disbursement_id)"
_LINE_OF_INSTALMENT = f"(SELECT p.allocation_id FROM {{promise}} p WHERE p.id = {_PROMISE_OF_INSTALMENT})"


def _locks(line: str) -> tuple[str, ...]:
    """Return the locks of a movement on `line` (SQL of its id): its envelope, then itself."""
    return (
        sql(
            f"SELECT 1 FROM {{envelope}} e WHERE e.id = (SELECT l.envelope_id FROM {{line}} l WHERE l.id = {line}) FOR UPDATE"
        ),
        sql(f"SELECT 1 FROM {{line}} l WHERE l.id = {line} FOR UPDATE"),
    )


def _closed(line: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM {line} cl JOIN {year} cy ON cy.id = cl.fiscal_year_id"
        f" WHERE cl.id = {line} AND cy.closed_at IS NOT NULL)"
    )


def _of_envelope(envelope: str) -> str:
    return f"(SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {{envelope_move}} m WHERE m.envelope_id = {envelope})"


def _given_to_lines(envelope: str) -> str:
    return (
        "(SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {line_move} m"
        f" JOIN {{line}} l ON l.id = m.allocation_id WHERE l.envelope_id = {envelope})"
    )


def _of_line(line: str) -> str:
    return f"(SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {{line_move}} m WHERE m.allocation_id = {line})"


def _promised_on(line: str) -> str:
    return (
        "(SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {promise_move} m"
        f" JOIN {{promise}} p ON p.id = m.commitment_id WHERE p.allocation_id = {line})"
    )


def _of_promise(promise: str) -> str:
    return f"(SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {{promise_move}} m WHERE m.commitment_id = {promise})"


def _scheduled(promise: str) -> str:
    """Return what the schedule takes: its instalments less what was cancelled or recovered (negative movements)."""
    return (
        f"((SELECT COALESCE(SUM(CENTS(d.amount)), 0) FROM {{instalment}} d WHERE d.commitment_id = {promise})"
        " + (SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {instalment_move} m"
        " JOIN {instalment} d ON d.id = m.disbursement_id"
        f" WHERE m.kind IN ('cancelled', 'recovered') AND d.commitment_id = {promise}))"
    )


# What the schedule still counts: `live` is an instalment that was not cancelled.
_LIVE = """NOT EXISTS (SELECT 1 FROM {instalment_move} lm WHERE lm.disbursement_id = live.id AND lm.kind = 'cancelled')"""


def _last_is_final(promise: str) -> str:
    """Say that the last instalment of a promise (SQL of its id), by date then rank, waits for the final report."""
    return (
        f"'final' = (SELECT live.condition FROM {{instalment}} live WHERE live.commitment_id = {promise} AND {_LIVE}"
        " ORDER BY live.due_on DESC, live.rank DESC LIMIT 1)"
    )


def _ends_without_report(promise: str) -> str:
    """Say that a promise has two instalments or more, or is planned whole, and that the last one waits for no report.

    Once the final instalment was cancelled, what remains of the promise is still held: only a whole schedule tells.
    """
    live = f"FROM {{instalment}} live WHERE live.commitment_id = {promise} AND {_LIVE}"
    return f"""NOT {_last_is_final(promise)} AND (
        (SELECT COALESCE(SUM(CENTS(live.amount)), 0) {live}) >= (SELECT COALESCE(SUM(CENTS(m.amount)), 0)
            FROM {{promise_move}} m WHERE m.commitment_id = {promise} AND m.amount > 0)
        OR ((SELECT COUNT(*) {live}) > 1 AND NOT EXISTS (SELECT 1 FROM {{instalment}} fi
            JOIN {{instalment_move}} fm ON fm.disbursement_id = fi.id AND fm.kind = 'cancelled'
            WHERE fi.commitment_id = {promise} AND fi.condition = 'final')))"""


# The condition of the instalment `d` is met: said so, or its day came by NEW.on, or the reports it waits for are approved
# (as many progress reports as its place among the progress instalments of its promise).
_CONDITION_MET = f"""(EXISTS (SELECT 1 FROM {{instalment_move}} m WHERE m.disbursement_id = d.id AND m.kind = 'ready')
    OR (d.condition = 'date' AND d.due_on <= NEW."on")
    OR (d.condition = 'final' AND EXISTS (SELECT 1 FROM {{report}} r JOIN {{promise}} p ON p.initiative_id = r.initiative_id
        WHERE p.id = d.commitment_id AND r.kind = 'final' AND r.approved_at IS NOT NULL))
    OR (d.condition = 'progress' AND
        (SELECT COUNT(*) FROM {{report}} r JOIN {{promise}} p ON p.initiative_id = r.initiative_id
            WHERE p.id = d.commitment_id AND r.kind = 'progress' AND r.approved_at IS NOT NULL)
        >= (SELECT COUNT(*) FROM {{instalment}} live WHERE live.commitment_id = d.commitment_id
            AND live.condition = 'progress' AND {_LIVE}
            AND (live.due_on < d.due_on OR (live.due_on = d.due_on AND live.id <= d.id)))))"""

_NO_FINAL = "Le dernier versement attend l’approbation du rapport final."

_CENTS = ("ROUND(NEW.amount, 2) <> NEW.amount", "Un montant a deux décimales au plus.")
_CLOSED = "Cet exercice est fermé : seule une correction datée s’y inscrit."
_OPEN = "Cet exercice est ouvert : une correction s’inscrit après sa fermeture."


def _demo(parent: str, key: str) -> tuple[str, str]:
    """Return the rule that invented and real money never meet."""
    return (
        f"EXISTS (SELECT 1 FROM {{{parent}}} parent WHERE parent.id = NEW.{key} AND parent.is_demo <> NEW.is_demo)",
        "De l’argent de démonstration et de l’argent réel ne se mêlent pas.",
    )


def _year_rules(line: str) -> tuple[tuple[str, str], ...]:
    closed = _closed(line)
    return (
        (f"NEW.kind <> 'adjustment' AND {closed}", _CLOSED),
        (f"NEW.kind = 'adjustment' AND NOT {closed}", _OPEN),
    )


def _guard(name: str, event: str, *rules: tuple[str, str], locks: tuple[str, ...] = ()) -> Guard:
    return Guard(
        TABLES[name],
        event,
        tuple((sql(condition), said) for condition, said in rules),
        tuple(map(sql, locks)),
    )


_OWN_ENVELOPE = f"(SELECT own.envelope_id FROM {{line}} own WHERE own.id = {_LINE})"

_ENVELOPE_MOVE = _guard(
    "envelope_move",
    "INSERT",
    _CENTS,
    _demo("envelope", "envelope_id"),
    (
        f"NEW.amount < 0 AND ({_of_envelope('NEW.envelope_id')} < 0"
        f" OR {_of_envelope('NEW.envelope_id')} < {_given_to_lines('NEW.envelope_id')})",
        "L’enveloppe serait inférieure à ce que ses lignes en prennent.",
    ),
    locks=("SELECT 1 FROM {envelope} e WHERE e.id = NEW.envelope_id FOR UPDATE",),
)

# The other half of a pair, when it is there: opposite dollars, same kind, same envelope, another line, naming this row.
_SOUND_PAIR = f"""o.pair_key = NEW.counterpart_id AND o.counterpart_id = NEW.pair_key AND o.kind = NEW.kind
    AND CENTS(o.amount) = -CENTS(NEW.amount) AND o.allocation_id <> {_LINE}
    AND {_OWN_ENVELOPE} = (SELECT ol.envelope_id FROM {{line}} ol WHERE ol.id = o.allocation_id)"""

_LINE_MOVE = _guard(
    "line_move",
    "INSERT",
    _CENTS,
    _demo("line", "allocation_id"),
    *_year_rules(_LINE),
    (
        f"NEW.amount > 0 AND {_given_to_lines(_OWN_ENVELOPE)} > {_of_envelope(_OWN_ENVELOPE)}",
        "Les lignes dépasseraient leur enveloppe.",
    ),
    (
        f"NEW.amount < 0 AND ({_of_line(_LINE)} < 0 OR {_of_line(_LINE)} < {_promised_on(_LINE)})",
        "La ligne serait inférieure à ce qu’elle a promis.",
    ),
    (
        f"""NEW.pair_key IS NOT NULL AND (
        EXISTS (SELECT 1 FROM {{line_move}} o WHERE o.pair_key = NEW.counterpart_id AND NOT ({_SOUND_PAIR}))
        OR EXISTS (SELECT 1 FROM {{line_move}} o WHERE o.counterpart_id = NEW.pair_key AND NOT ({_SOUND_PAIR})))""",
        "Les deux mouvements d’un transfert ou d’un report s’annulent, dans deux lignes d’une même enveloppe.",
    ),
    locks=_locks(_LINE),
)

_PROMISE_MOVE = _guard(
    "promise_move",
    "INSERT",
    _CENTS,
    _demo("promise", "commitment_id"),
    (
        """EXISTS (SELECT 1 FROM {promise} p JOIN {line} l ON l.id = p.allocation_id
        WHERE p.id = NEW.commitment_id AND p.is_demo <> l.is_demo)""",
        "De l’argent de démonstration et de l’argent réel ne se mêlent pas.",
    ),
    *_year_rules(_LINE_OF_PROMISE),
    (
        """NEW.amount > 0 AND EXISTS (SELECT 1 FROM {promise} p JOIN {initiative} i ON i.id = p.initiative_id
        WHERE p.id = NEW.commitment_id AND i.state NOT IN {fundable})""",
        "Un montant s’accorde à une initiative retenue.",
    ),
    (
        """NEW.amount > 0 AND EXISTS (SELECT 1 FROM {promise} p JOIN {line} l ON l.id = p.allocation_id
        WHERE p.id = NEW.commitment_id AND l.line = 'administration')""",
        "La ligne d’administration ne paie aucune initiative.",
    ),
    (
        f"NEW.amount > 0 AND {_promised_on(_LINE_OF_PROMISE)} > {_of_line(_LINE_OF_PROMISE)}",
        "Les engagements dépasseraient leur ligne.",
    ),
    (
        f"NEW.amount < 0 AND ({_of_promise('NEW.commitment_id')} < 0"
        f" OR {_of_promise('NEW.commitment_id')} < {_scheduled('NEW.commitment_id')})",
        "L’engagement serait inférieur à ce que ses versements en prennent.",
    ),
    locks=_locks(_LINE_OF_PROMISE),
)

_INSTALMENT = _guard(
    "instalment",
    "INSERT",
    _CENTS,
    _demo("promise", "commitment_id"),
    (_closed(_LINE_OF_PROMISE), _CLOSED),
    (
        f"{_scheduled('NEW.commitment_id')} > {_of_promise('NEW.commitment_id')}",
        "Les versements dépasseraient leur engagement.",
    ),
    # Rows come one by one: until the whole promise is planned, the final instalment may still be to come.
    (
        f"{_scheduled('NEW.commitment_id')} = {_of_promise('NEW.commitment_id')}"
        f" AND NOT {_last_is_final('NEW.commitment_id')}",
        _NO_FINAL,
    ),
    locks=_locks(_LINE_OF_PROMISE),
)

_INSTALMENT_MOVE = _guard(
    "instalment_move",
    "INSERT",
    _CENTS,
    _demo("instalment", "disbursement_id"),
    (f"NEW.kind <> 'recovered' AND {_closed(_LINE_OF_INSTALMENT)}", _CLOSED),
    (
        """NEW.kind <> 'recovered' AND EXISTS (SELECT 1 FROM {instalment} d WHERE d.id = NEW.disbursement_id
        AND CENTS(d.amount) <> CASE WHEN NEW.kind = 'cancelled' THEN -CENTS(NEW.amount) ELSE CENTS(NEW.amount) END)""",
        "Un versement est rendu payable, payé ou annulé en entier.",
    ),
    (
        """NEW.kind = 'ready' AND EXISTS (SELECT 1 FROM {instalment_move} m
        WHERE m.disbursement_id = NEW.disbursement_id AND m.kind IN ('paid', 'cancelled'))""",
        "Ce versement est déjà payé ou annulé.",
    ),
    (
        """NEW.kind = 'recovered' AND 0 > (SELECT COALESCE(SUM(CENTS(m.amount)), 0) FROM {instalment_move} m
        WHERE m.disbursement_id = NEW.disbursement_id AND m.kind IN ('paid', 'recovered'))""",
        "On ne récupère que ce qui est payé.",
    ),
    (
        f"""NEW.kind = 'paid' AND EXISTS (SELECT 1 FROM {{instalment}} d
        WHERE d.id = NEW.disbursement_id AND NOT {_CONDITION_MET})""",
        "Ce versement attend encore sa date, sa condition ou son rapport.",
    ),
    (f"NEW.kind = 'paid' AND {_ends_without_report(_PROMISE_OF_INSTALMENT)}", _NO_FINAL),
    locks=_locks(_LINE_OF_INSTALMENT),
)


def _contribution(event: str, *rows: str) -> Guard:
    """Return the guard of partners' money in a closed year; the demonstration may still be removed from it.

    A contribution without a year counts in the only year of its initiative, when it has a single one.
    """
    ids = ", ".join(
        f"""COALESCE({row}.fiscal_year_id, (SELECT MIN(iy.fiscalyear_id) FROM {{initiative_year}} iy
        WHERE iy.initiative_id = {row}.initiative_id GROUP BY iy.initiative_id HAVING COUNT(*) = 1))"""
        for row in rows
    )
    removal = "NOT OLD.is_demo AND " if event == "DELETE" else ""
    return _guard(
        "contribution",
        event,
        (
            f"{removal}EXISTS (SELECT 1 FROM {{year}} y WHERE y.id IN ({ids}) AND y.closed_at IS NOT NULL)",
            "Cet exercice est fermé : ses contributions ne changent plus.",
        ),
        locks=(f"SELECT 1 FROM {{year}} y WHERE y.id IN ({ids}) ORDER BY y.id FOR SHARE",),
    )


_YEAR_KEPT = "Un exercice fermé ne change plus et ne s’efface pas."
_YEARS = (
    _guard(
        "year",
        "UPDATE",
        (
            """OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.closed_by_id IS NULL
            OR NEW.closed_at <> OLD.closed_at OR NEW.closed_by_id <> OLD.closed_by_id OR NEW.label <> OLD.label
            OR NEW.starts_on <> OLD.starts_on OR NEW.ends_on <> OLD.ends_on)""",
            _YEAR_KEPT,
        ),
        (
            """OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM {line} l JOIN {promise} p ON p.allocation_id = l.id
            JOIN {instalment} d ON d.commitment_id = p.id
            WHERE l.fiscal_year_id = NEW.id AND NOT d.is_demo AND NOT EXISTS (
                SELECT 1 FROM {instalment_move} m WHERE m.disbursement_id = d.id AND m.kind IN ('paid', 'cancelled')))""",
            "Un exercice se ferme quand chacun de ses versements est payé ou annulé.",
        ),
        # Closing holds every envelope, as the action does: no movement of the year is then under way.
        locks=(
            """SELECT 1 FROM {envelope} e WHERE OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL
            ORDER BY e.id FOR UPDATE""",
        ),
    ),
    _guard("year", "DELETE", ("OLD.closed_at IS NOT NULL", _YEAR_KEPT)),
)

_LINE_KEPT = _guard(
    "line",
    "UPDATE",
    (
        """(NEW.envelope_id <> OLD.envelope_id OR NEW.fiscal_year_id <> OLD.fiscal_year_id OR NEW.line <> OLD.line
        OR COALESCE(NEW.territory_id, -1) <> COALESCE(OLD.territory_id, -1)) AND (
            EXISTS (SELECT 1 FROM {line_move} m WHERE m.allocation_id = NEW.id)
            OR EXISTS (SELECT 1 FROM {promise} p WHERE p.allocation_id = NEW.id))""",
        "Une ligne qui a des mouvements garde son enveloppe, son exercice et sa MRC.",
    ),
)

_SOURCE_KEPT = _guard(
    "source",
    "UPDATE",
    (
        "NEW.is_fqis <> OLD.is_fqis AND EXISTS (SELECT 1 FROM {envelope} e WHERE e.source_id = NEW.id)",
        "L’argent d’une source qui a une enveloppe reste du FQIS, ou n’en devient pas.",
    ),
)

_ENVELOPE_KEPT = _guard(
    "envelope",
    "UPDATE",
    (
        """NEW.source_id <> OLD.source_id
        AND EXISTS (SELECT 1 FROM {envelope_move} m WHERE m.envelope_id = NEW.id)""",
        "Une enveloppe qui a des mouvements garde sa source.",
    ),
)

MOVEMENTS = (_ENVELOPE_MOVE, _LINE_MOVE, _PROMISE_MOVE, _INSTALMENT, _INSTALMENT_MOVE)
GUARDS = (
    *MOVEMENTS,
    _contribution("INSERT", "NEW"),
    _contribution("UPDATE", "OLD", "NEW"),
    _contribution("DELETE", "OLD"),
    *_YEARS,
    _LINE_KEPT,
    _SOURCE_KEPT,
    _ENVELOPE_KEPT,
)
