"""What must hold in the books: (code, name, SQL of the rows that break it, sentence about one of them)."""
# ruff: noqa: S608 - names of tables come from the models, never from a request

_NAMED = """COALESCE(t.name, CASE l.line WHEN 'regional' THEN 'Projets régionaux' ELSE 'Administration' END)
    || ' · ' || y.label AS line_name"""
_LINE = "{line} l JOIN {year} y ON y.id = l.fiscal_year_id LEFT JOIN {territory} t ON t.id = l.territory_id"
_PROMISE = (
    f"{_LINE} JOIN {{promise}} p ON p.allocation_id = l.id JOIN {{initiative}} i ON i.id = p.initiative_id"
)
_INITIATIVE = "COALESCE(i.number, i.title) AS initiative"

_LINE_SUMS = """(SELECT m.allocation_id AS id, SUM(CENTS(m.amount)) AS total FROM {line_move} m GROUP BY 1)"""
_PROMISED_ON_LINES = """(SELECT p.allocation_id AS id, SUM(CENTS(m.amount)) AS total
    FROM {promise_move} m JOIN {promise} p ON p.id = m.commitment_id GROUP BY 1)"""
_PROMISE_SUMS = (
    """(SELECT m.commitment_id AS id, SUM(CENTS(m.amount)) AS total FROM {promise_move} m GROUP BY 1)"""
)
_SCHEDULED = """(SELECT s.id, SUM(s.cents) AS total FROM (
    SELECT d.commitment_id AS id, CENTS(d.amount) AS cents FROM {instalment} d
    UNION ALL SELECT d.commitment_id, CENTS(m.amount) FROM {instalment_move} m
        JOIN {instalment} d ON d.id = m.disbursement_id WHERE m.kind IN ('cancelled', 'recovered')) s GROUP BY 1)"""
_PAID = """(SELECT d.commitment_id AS id, SUM(CENTS(m.amount)) AS total FROM {instalment_move} m
    JOIN {instalment} d ON d.id = m.disbursement_id WHERE m.kind IN ('paid', 'recovered') GROUP BY 1)"""

_WAITING = """NOT EXISTS (SELECT 1 FROM {instalment_move} m
    WHERE m.disbursement_id = d.id AND m.kind IN ('paid', 'cancelled'))"""

# An instalment `d` that was paid (`m`) without anybody having said that its condition was met.
_PAID_UNSAID = f"""{_PROMISE} JOIN {{instalment}} d ON d.commitment_id = p.id
    JOIN {{instalment_move}} m ON m.disbursement_id = d.id AND m.kind = 'paid'
    AND NOT EXISTS (SELECT 1 FROM {{instalment_move}} o WHERE o.disbursement_id = d.id AND o.kind = 'ready')"""
_APPROVED = (
    "SELECT COUNT(*) FROM {report} r WHERE r.initiative_id = i.id AND r.approved_at IS NOT NULL AND r.kind"
)
# Its place among the progress instalments of its promise, as planned then: one planned later does not take a report away.
_PLACE = """(SELECT COUNT(*) FROM {instalment} e WHERE e.commitment_id = d.commitment_id AND e.condition = 'progress'
    AND e.due_on <= d.due_on AND e.id <= d.id AND NOT EXISTS (
        SELECT 1 FROM {instalment_move} c WHERE c.disbursement_id = e.id AND c.kind = 'cancelled'))"""

# Each promise with its instalments that were not cancelled, the cancelled final ones, and all that it was ever given.
_PLANNED = """(SELECT d.commitment_id AS id, SUM(CASE WHEN c.id IS NULL THEN 1 ELSE 0 END) AS live,
    SUM(CASE WHEN c.id IS NULL THEN CENTS(d.amount) ELSE 0 END) AS total,
    SUM(CASE WHEN c.id IS NOT NULL AND d.condition = 'final' THEN 1 ELSE 0 END) AS given_up
    FROM {instalment} d LEFT JOIN {instalment_move} c ON c.disbursement_id = d.id AND c.kind = 'cancelled' GROUP BY 1)"""
_LAST = """(SELECT d.condition FROM {instalment} d WHERE d.commitment_id = p.id AND NOT EXISTS (
    SELECT 1 FROM {instalment_move} c WHERE c.disbursement_id = d.id AND c.kind = 'cancelled')
    ORDER BY d.due_on DESC, d.rank DESC LIMIT 1)"""
_GIVEN = """(SELECT m.commitment_id AS id, SUM(CENTS(m.amount)) AS total FROM {promise_move} m WHERE m.amount > 0
    GROUP BY 1)"""

_MOVES = {
    "envelope_move": "mouvement d’enveloppe",
    "line_move": "mouvement de ligne",
    "promise_move": "mouvement d’engagement",
    "instalment_move": "mouvement de versement",
}


def _each_move(columns: str, condition: str) -> str:
    """Return the rows of the four tables of movements that meet `condition` (on `m`)."""
    return " UNION ALL ".join(
        f"SELECT '{said}' AS kind_of_row, m.id, {columns} FROM {{{table}}} m WHERE {condition}"
        for table, said in _MOVES.items()
    )


# Movements with the fiscal year of their line.
_DATED = """(SELECT 'mouvement de ligne' AS kind_of_row, m.id, m.kind, m.created_at, m.allocation_id FROM {line_move} m
    UNION ALL SELECT 'mouvement d’engagement', m.id, m.kind, m.created_at, p.allocation_id
        FROM {promise_move} m JOIN {promise} p ON p.id = m.commitment_id
    UNION ALL SELECT 'mouvement de versement', m.id, m.kind, m.created_at, p.allocation_id
        FROM {instalment_move} m JOIN {instalment} d ON d.id = m.disbursement_id
        JOIN {promise} p ON p.id = d.commitment_id)"""

_CLOSING_SUMS = """(SELECT s.year_id, SUM(s.allocated) AS allocated, SUM(s.committed) AS committed, SUM(s.paid) AS paid
    FROM (
        SELECT l.fiscal_year_id AS year_id, CENTS(m.amount) AS allocated, 0 AS committed, 0 AS paid
            FROM {line_move} m JOIN {line} l ON l.id = m.allocation_id
            WHERE NOT l.is_demo AND m.kind <> 'adjustment'
        UNION ALL SELECT l.fiscal_year_id, 0, CENTS(m.amount), 0
            FROM {promise_move} m JOIN {promise} p ON p.id = m.commitment_id JOIN {line} l ON l.id = p.allocation_id
            WHERE NOT l.is_demo AND m.kind <> 'adjustment'
        UNION ALL SELECT l.fiscal_year_id, 0, 0, CENTS(m.amount)
            FROM {instalment_move} m JOIN {instalment} d ON d.id = m.disbursement_id
            JOIN {promise} p ON p.id = d.commitment_id JOIN {line} l ON l.id = p.allocation_id
            JOIN {closing} c ON c.fiscal_year_id = l.fiscal_year_id
            WHERE NOT l.is_demo AND (m.kind = 'paid' OR (m.kind = 'recovered' AND m.created_at <= c.closed_at))
    ) s GROUP BY s.year_id)"""

_TOKENS = " UNION ALL ".join(
    f"SELECT m.entry_token AS token FROM {{{table}}} m WHERE m.entry_token IS NOT NULL"
    for table in (*_MOVES, "instalment", "contribution")
)

QUERIES = (
    (
        "envelope",
        "Les lignes d’une enveloppe ne dépassent pas son montant",
        f"""SELECT e.name AS envelope, COALESCE(a.total, 0) AS amount_cents, COALESCE(g.total, 0) AS given_cents
        FROM {{envelope}} e
        LEFT JOIN (SELECT m.envelope_id AS id, SUM(CENTS(m.amount)) AS total FROM {{envelope_move}} m GROUP BY 1) a
            ON a.id = e.id
        LEFT JOIN (SELECT l.envelope_id AS id, SUM(s.total) AS total FROM {_LINE_SUMS} s
            JOIN {{line}} l ON l.id = s.id GROUP BY 1) g ON g.id = e.id
        WHERE COALESCE(a.total, 0) < 0 OR COALESCE(g.total, 0) > COALESCE(a.total, 0)""",
        "L’enveloppe « {envelope} » est de {amount_cents} et ses lignes en prennent {given_cents}.",
    ),
    (
        "line",
        "Les engagements d’une ligne ne dépassent pas son montant",
        f"""SELECT {_NAMED}, COALESCE(a.total, 0) AS amount_cents, COALESCE(g.total, 0) AS promised_cents
        FROM {_LINE} LEFT JOIN {_LINE_SUMS} a ON a.id = l.id LEFT JOIN {_PROMISED_ON_LINES} g ON g.id = l.id
        WHERE COALESCE(a.total, 0) < 0 OR COALESCE(g.total, 0) > COALESCE(a.total, 0)""",
        "La ligne « {line_name} » est de {amount_cents} et promet {promised_cents}.",
    ),
    (
        "promise",
        "Aucun engagement n’est négatif",
        f"""SELECT {_INITIATIVE}, {_NAMED}, s.total AS amount_cents
        FROM {_PROMISE} JOIN {_PROMISE_SUMS} s ON s.id = p.id WHERE s.total < 0""",
        "L’engagement de {initiative} sur « {line_name} » est de {amount_cents}.",
    ),
    (
        "schedule",
        "Les versements prévus ne dépassent pas leur engagement",
        f"""SELECT {_INITIATIVE}, {_NAMED}, COALESCE(s.total, 0) AS amount_cents, d.total AS due_cents
        FROM {_PROMISE} JOIN {_SCHEDULED} d ON d.id = p.id LEFT JOIN {_PROMISE_SUMS} s ON s.id = p.id
        WHERE d.total > COALESCE(s.total, 0)""",
        "L’engagement de {initiative} sur « {line_name} » est de {amount_cents} et ses versements en prennent {due_cents}.",
    ),
    (
        "paid",
        "Ce qui est versé ne dépasse pas l’engagement",
        f"""SELECT {_INITIATIVE}, {_NAMED}, COALESCE(s.total, 0) AS amount_cents, d.total AS paid_cents
        FROM {_PROMISE} JOIN {_PAID} d ON d.id = p.id LEFT JOIN {_PROMISE_SUMS} s ON s.id = p.id
        WHERE d.total > COALESCE(s.total, 0)""",
        "L’engagement de {initiative} sur « {line_name} » est de {amount_cents} et {paid_cents} sont versés.",
    ),
    (
        "whole-instalment",
        "Un versement est rendu payable, payé ou annulé en entier",
        f"""SELECT {_INITIATIVE}, d.rank AS place, CENTS(d.amount) AS planned_cents, CENTS(m.amount) AS moved_cents
        FROM {_PROMISE} JOIN {{instalment}} d ON d.commitment_id = p.id
        JOIN {{instalment_move}} m ON m.disbursement_id = d.id
        WHERE m.kind <> 'recovered' AND CENTS(m.amount) <> CASE WHEN m.kind = 'cancelled' THEN -CENTS(d.amount)
            ELSE CENTS(d.amount) END""",
        "Le versement {place} de {initiative} est de {planned_cents} et son mouvement est de {moved_cents}.",
    ),
    (
        "recovered",
        "On ne récupère que ce qui est payé",
        f"""SELECT {_INITIATIVE}, d.rank AS place, r.total AS left_cents FROM {_PROMISE}
        JOIN {{instalment}} d ON d.commitment_id = p.id
        JOIN (SELECT m.disbursement_id AS id, SUM(CENTS(m.amount)) AS total FROM {{instalment_move}} m
            WHERE m.kind IN ('paid', 'recovered') GROUP BY 1) r ON r.id = d.id
        WHERE r.total < 0""",
        "Du versement {place} de {initiative}, il resterait {left_cents} après ce qui est récupéré.",
    ),
    (
        "settled-once",
        "Un versement est payé ou annulé une seule fois",
        f"""SELECT {_INITIATIVE}, d.rank AS place, r.number_of AS number_of FROM {_PROMISE}
        JOIN {{instalment}} d ON d.commitment_id = p.id
        JOIN (SELECT m.disbursement_id AS id, COUNT(*) AS number_of FROM {{instalment_move}} m
            WHERE m.kind IN ('paid', 'cancelled') GROUP BY 1) r ON r.id = d.id
        WHERE r.number_of > 1""",
        "Le versement {place} de {initiative} est payé ou annulé {number_of} fois.",
    ),
    (
        "report-first",
        "Un versement qui attend un rapport n’est payé qu’après son approbation ou une dérogation",
        f"""SELECT {_INITIATIVE}, d.rank AS place FROM {_PAID_UNSAID}
        WHERE (d.condition = 'final' AND ({_APPROVED} = 'final') = 0)
            OR (d.condition = 'progress' AND ({_APPROVED} = 'progress') < {_PLACE})""",
        "Le versement {place} de {initiative} est payé sans rapport approuvé ni dérogation.",
    ),
    (
        "condition-first",
        "Un versement n’est payé qu’à sa date, ou une fois dit que sa condition est remplie",
        f"""SELECT {_INITIATIVE}, d.rank AS place FROM {_PAID_UNSAID}
        WHERE d.condition = 'agreement' OR (d.condition = 'date' AND d.due_on > m."on")""",
        "Le versement {place} de {initiative} est payé avant sa date ou sa condition.",
    ),
    (
        "final-last",
        "Le dernier versement d’un engagement attend le rapport final",
        f"""SELECT {_INITIATIVE}, {_NAMED} FROM {_PROMISE} JOIN {_PLANNED} s ON s.id = p.id
        LEFT JOIN {_GIVEN} g ON g.id = p.id
        WHERE s.live > 0 AND {_LAST} <> 'final'
            AND (s.total >= COALESCE(g.total, 0) OR (s.live > 1 AND s.given_up = 0))""",
        "Le dernier versement de {initiative} sur « {line_name} » n’attend pas le rapport final.",
    ),
    (
        "amounts",
        "Un mouvement a un montant différent de zéro, dans les bornes, de deux décimales au plus",
        _each_move(
            "m.amount AS amount",
            "m.amount = 0 OR m.amount > {max} OR m.amount < -{max} OR ROUND(m.amount, 2) <> m.amount",
        )
        + """ UNION ALL SELECT 'versement', d.id, d.amount FROM {instalment} d
        WHERE d.amount <= 0 OR d.amount > {max} OR ROUND(d.amount, 2) <> d.amount""",
        "Le {kind_of_row} nº {id} a un montant de {amount}.",
    ),
    (
        "signs",
        "Ce qui donne est positif, ce qui reprend est négatif",
        _each_move(
            "CENTS(m.amount) AS amount_cents",
            "(m.amount < 0 AND m.kind IN ('initial', 'award', 'ready', 'paid'))"
            " OR (m.amount > 0 AND m.kind IN ('release', 'cancelled', 'recovered'))",
        ),
        "Le {kind_of_row} nº {id} est de {amount_cents}, de signe contraire à son type.",
    ),
    (
        "reasons",
        "Un mouvement dit sa raison; un transfert ou un report dit sa résolution",
        _each_move(
            "m.kind AS kind",
            "TRIM(m.reason) = '' OR (m.kind IN ('transfer', 'carry_over') AND TRIM(m.resolution) = '')",
        ),
        "Le {kind_of_row} nº {id} n’a pas de raison ou de résolution.",
    ),
    (
        "pairs",
        "Un transfert ou un report a deux mouvements opposés dans une même enveloppe",
        f"""SELECT {_NAMED}, CENTS(m.amount) AS amount_cents FROM {_LINE} JOIN {{line_move}} m ON m.allocation_id = l.id
        LEFT JOIN {{line_move}} o ON o.pair_key = m.counterpart_id
        LEFT JOIN {{line}} ol ON ol.id = o.allocation_id LEFT JOIN {{year}} oy ON oy.id = ol.fiscal_year_id
        WHERE (m.kind NOT IN ('transfer', 'carry_over') AND m.pair_key IS NOT NULL)
        OR (m.kind IN ('transfer', 'carry_over') AND (
            o.id IS NULL OR m.pair_key IS NULL OR o.counterpart_id <> m.pair_key OR o.kind <> m.kind
            OR CENTS(o.amount) <> -CENTS(m.amount) OR o.allocation_id = m.allocation_id
            OR ol.envelope_id <> l.envelope_id))
        OR (m.kind = 'transfer' AND oy.id <> y.id)
        OR (m.kind = 'carry_over' AND (ol.line <> l.line OR COALESCE(ol.territory_id, -1) <> COALESCE(l.territory_id, -1)
            OR (m.amount > 0 AND oy.starts_on >= y.starts_on)))""",
        "Le transfert ou le report de {amount_cents} sur « {line_name} » n’a pas son mouvement opposé.",
    ),
    (
        "retained",
        "De l’argent n’est promis qu’à une initiative retenue",
        f"""SELECT {_INITIATIVE}, {_NAMED}, s.total AS amount_cents
        FROM {_PROMISE} JOIN {_PROMISE_SUMS} s ON s.id = p.id
        WHERE s.total > 0 AND i.state NOT IN {{fundable}} AND i.state NOT IN {{given_up}}""",
        "{initiative} n’est pas retenue et « {line_name} » lui promet {amount_cents}.",
    ),
    (
        "given-up",
        "Une initiative refusée, retirée ou abandonnée a rendu ce qui n’était pas versé",
        f"""SELECT {_INITIATIVE}, {_NAMED}, s.total - COALESCE(d.total, 0) AS kept_cents
        FROM {_PROMISE} JOIN {_PROMISE_SUMS} s ON s.id = p.id LEFT JOIN {_PAID} d ON d.id = p.id
        WHERE i.state IN {{given_up}} AND y.closed_at IS NULL AND s.total > COALESCE(d.total, 0)""",
        "{initiative} n’a plus lieu et garde {kept_cents} non versés sur « {line_name} ».",
    ),
    (
        "given-up-waiting",
        "Une initiative qui n’a pas lieu n’attend aucun versement",
        f"""SELECT {_INITIATIVE}, d.rank AS place, CENTS(d.amount) AS amount_cents
        FROM {_PROMISE} JOIN {{instalment}} d ON d.commitment_id = p.id
        WHERE i.state NOT IN {{fundable}} AND NOT (d.is_demo AND y.closed_at IS NOT NULL) AND {_WAITING}""",
        "{initiative} n’a pas lieu et son versement {place} de {amount_cents} attend.",
    ),
    (
        "administration",
        "La ligne d’administration ne paie aucune initiative",
        f"""SELECT {_INITIATIVE}, {_NAMED}, s.total AS amount_cents
        FROM {_PROMISE} JOIN {_PROMISE_SUMS} s ON s.id = p.id WHERE l.line = 'administration' AND s.total <> 0""",
        "La ligne « {line_name} » promet {amount_cents} à {initiative}.",
    ),
    (
        "payer",
        "Une initiative est payée par la région ou par une de ses MRC, dans un de ses exercices",
        f"""SELECT {_INITIATIVE}, {_NAMED}, s.total AS amount_cents
        FROM {_PROMISE} JOIN {_PROMISE_SUMS} s ON s.id = p.id
        WHERE s.total > 0 AND (
            (l.line = 'territory' AND NOT EXISTS (SELECT 1 FROM {{initiative_territory}} it
                WHERE it.initiative_id = i.id AND it.territory_id = l.territory_id))
            OR (EXISTS (SELECT 1 FROM {{initiative_year}} iy WHERE iy.initiative_id = i.id)
                AND NOT EXISTS (SELECT 1 FROM {{initiative_year}} iy
                    WHERE iy.initiative_id = i.id AND iy.fiscalyear_id = l.fiscal_year_id)))""",
        "La ligne « {line_name} » promet {amount_cents} à {initiative}, qui n’est pas de sa MRC ou de son exercice.",
    ),
    (
        "closing",
        "Un exercice fermé a gardé les sommes de sa fermeture",
        f"""SELECT y.label AS year, COALESCE(s.allocated, 0) AS allocated_cents, CENTS(c.allocated) AS then_allocated_cents,
            COALESCE(s.committed, 0) AS committed_cents, CENTS(c.committed) AS then_committed_cents,
            COALESCE(s.paid, 0) AS paid_cents, CENTS(c.paid) AS then_paid_cents
        FROM {{closing}} c JOIN {{year}} y ON y.id = c.fiscal_year_id LEFT JOIN {_CLOSING_SUMS} s ON s.year_id = y.id
        WHERE COALESCE(s.allocated, 0) <> CENTS(c.allocated) OR COALESCE(s.committed, 0) <> CENTS(c.committed)
            OR COALESCE(s.paid, 0) <> CENTS(c.paid)""",
        "Exercice {year} : affecté {allocated_cents} (à la fermeture, {then_allocated_cents}), "
        "engagé {committed_cents} ({then_committed_cents}), versé {paid_cents} ({then_paid_cents}).",
    ),
    (
        "closing-there",
        "Un exercice fermé a sa fermeture, un exercice ouvert n’en a pas",
        """SELECT y.label AS year FROM {year} y LEFT JOIN {closing} c ON c.fiscal_year_id = y.id
        WHERE (y.closed_at IS NULL AND c.id IS NOT NULL) OR (y.closed_at IS NOT NULL AND c.id IS NULL)""",
        "L’exercice {year} et sa fermeture ne concordent pas.",
    ),
    (
        "closed-waiting",
        "Aucun versement n’attend dans un exercice fermé",
        f"""SELECT {_INITIATIVE}, d.rank AS place, y.label AS year
        FROM {_PROMISE} JOIN {{instalment}} d ON d.commitment_id = p.id
        WHERE y.closed_at IS NOT NULL AND NOT d.is_demo AND {_WAITING}""",
        "Le versement {place} de {initiative} attend dans l’exercice fermé {year}.",
    ),
    (
        "closed-moves",
        "Un exercice fermé ne reçoit que des corrections et des récupérations",
        f"""SELECT m.kind_of_row, m.id, y.label AS year FROM {_DATED} m JOIN {{line}} l ON l.id = m.allocation_id
        JOIN {{year}} y ON y.id = l.fiscal_year_id
        WHERE (m.kind = 'adjustment' AND (y.closed_at IS NULL OR m.created_at < y.closed_at))
            OR (m.kind NOT IN ('adjustment', 'recovered') AND m.created_at > y.closed_at)""",
        "Le {kind_of_row} nº {id} ne convient pas à l’exercice {year}, ouvert ou fermé ce jour-là.",
    ),
    (
        "demonstration",
        "De l’argent de démonstration et de l’argent réel ne se mêlent pas",
        """SELECT 'mouvement d’enveloppe' AS kind_of_row, m.id FROM {envelope_move} m
            JOIN {envelope} e ON e.id = m.envelope_id WHERE m.is_demo <> e.is_demo
        UNION ALL SELECT 'mouvement de ligne', m.id FROM {line_move} m
            JOIN {line} l ON l.id = m.allocation_id JOIN {envelope} e ON e.id = l.envelope_id
            WHERE m.is_demo <> l.is_demo OR l.is_demo <> e.is_demo
        UNION ALL SELECT 'mouvement d’engagement', m.id FROM {promise_move} m
            JOIN {promise} p ON p.id = m.commitment_id JOIN {line} l ON l.id = p.allocation_id
            JOIN {initiative} i ON i.id = p.initiative_id
            WHERE m.is_demo <> p.is_demo OR p.is_demo <> l.is_demo OR p.is_demo <> i.is_demo
        UNION ALL SELECT 'versement', d.id FROM {instalment} d
            JOIN {promise} p ON p.id = d.commitment_id WHERE d.is_demo <> p.is_demo
        UNION ALL SELECT 'mouvement de versement', m.id FROM {instalment_move} m
            JOIN {instalment} d ON d.id = m.disbursement_id WHERE m.is_demo <> d.is_demo
        UNION ALL SELECT 'contribution', c.id FROM {contribution} c
            JOIN {initiative} i ON i.id = c.initiative_id WHERE c.is_demo <> i.is_demo""",
        "De l’argent de démonstration et de l’argent réel se mêlent : {kind_of_row} nº {id}.",
    ),
    (
        "tokens",
        "Un formulaire n’écrit qu’une fois",
        f"""SELECT t.token AS token, COUNT(*) AS number_of FROM ({_TOKENS}) t GROUP BY t.token HAVING COUNT(*) > 1""",
        "Le formulaire {token} a écrit {number_of} fois.",
    ),
    (
        "contributions",
        "Une contribution est dans les bornes; son montant inconnu reste inconnu",
        """SELECT COALESCE(i.number, i.title) AS initiative, c.id FROM {contribution} c
        JOIN {initiative} i ON i.id = c.initiative_id
        WHERE c.amount < 0 OR c.amount > {max} OR ROUND(c.amount, 2) <> c.amount
            OR c.hours < 0 OR c.hours > 1000000 OR (c.hours IS NOT NULL AND c.kind <> 'hours')
            OR c.kind NOT IN ('cash', 'in_kind', 'hours')""",
        "La contribution nº {id} de {initiative} a un montant ou des heures hors des bornes.",
    ),
)
