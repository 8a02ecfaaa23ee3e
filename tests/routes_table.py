"""What each route answers to each kind of person: the table that `test_routes` holds the site to.

Columns: visitor, agent of La Mitis, agent of Témiscouata, committee of La Mitis, coordination, accounting, reader,
administration. The file in « Mon espace » belongs to La Mitis and waits for its agent.
"""

PEOPLE = [
    "visitor",
    "agent_mitis",
    "agent_temis",
    "committee_mitis",
    "coordination",
    "accounting",
    "reader",
    "administration",
]
STAFF = PEOPLE[4:]
EVERYONE = "200 200 200 200 200 200 200 200"
SIGNED_IN = "302 200 200 200 200 200 200 200"
REDIRECTS = "302 302 302 302 302 302 302 302"
OWN_FILE_TO_WRITE = "302 200 404 403 200 403 403 200"
OWN_FILE_TO_READ = "302 200 404 200 200 403 403 200"

EXPECTED = {
    **dict.fromkeys(
        (
            "portal:about",
            "portal:accessibility",
            "portal:alert",
            "portal:alert_asked",
            "portal:announced",
            "portal:announced_rows",
            "portal:bilan",
            "portal:bilan_file",
            "portal:bilan_version",
            "portal:bilan_version_file",
            "portal:bilans",
            "portal:changes",
            "portal:changes_csv",
            "portal:confidentiality",
            "portal:contact",
            "portal:data",
            "portal:data_file",
            "portal:directory",
            "portal:directory_file",
            "portal:easy",
            "portal:embed",
            "portal:embed_block",
            "portal:error_told",
            "portal:figure",
            "portal:figure_file",
            "portal:figures",
            "portal:figures_by_year",
            "portal:fridge",
            "portal:fridge_bulletin",
            "portal:fridge_paper",
            "portal:fridge_sheets",
            "portal:health",
            "portal:home",
            "portal:initiative",
            "portal:leverage",
            "portal:gaps",
            "portal:gaps_file",
            "portal:gaps_territory",
            "portal:map",
            "portal:map_file",
            "portal:map_territory",
            "portal:matrix",
            "portal:matrix_rows",
            "portal:matrix_rows_file",
            "portal:municipality",
            "portal:organization",
            "portal:organizations",
            "portal:robots",
            "portal:search",
            "portal:sitemap",
            "portal:tell_error",
            "portal:territories",
            "portal:territory",
            "portal:theme",
            "portal:themes",
            "portal:zoom",
            "portal:zoom_file",
            "portal:zooms",
            "account_inactive",
            "account_link_sent",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
        ),
        EVERYONE,
    ),
    **dict.fromkeys(
        (
            "account_change_password",
            "account_logout",
            "account_reauthenticate",
            "espace:home",
            "espace:mails",
        ),
        SIGNED_IN,
    ),
    **dict.fromkeys(
        (
            "account_confirm_email",
            "account_email",
            "account_email_verification_sent",
            "account_set_password",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
        ),
        REDIRECTS,
    ),
    **dict.fromkeys(
        (
            "account_home",
            "account_prove_by_link",
            "account_sessions",
            "account_texts",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_generate_recovery_codes",
            "mfa_index",
        ),
        SIGNED_IN,
    ),
    **dict.fromkeys(
        ("mfa_deactivate_totp", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes"),
        "302 404 404 404 404 404 404 404",  # nobody here has a second factor
    ),
    **dict.fromkeys(("account_link_ask", "mfa_login_webauthn"), "200 302 302 302 302 302 302 302"),
    **dict.fromkeys(
        ("account_invitation", "account_link_open", "portal:alert_confirm", "portal:alert_stop"),
        "410 410 410 410 410 410 410 410",
    ),
    "portal:short": REDIRECTS,
    "account_session": "401 200 200 200 200 200 200 200",
    "account_login": "200 302 302 302 302 302 302 302",
    "account_signup": "403 403 403 403 403 403 403 403",
    **dict.fromkeys(
        (
            "espace:document_remove",
            "espace:easy",
            "espace:edit",
            "espace:partner",
            "espace:partner_new",
            "espace:partners",
            "espace:renew",
            "espace:section",
            "espace:submit",
            "espace:withdraw",
        ),
        OWN_FILE_TO_WRITE,
    ),
    **dict.fromkeys(
        ("espace:documents", "espace:exchanges", "espace:file", "espace:receipt", "espace:report"),
        OWN_FILE_TO_READ,
    ),
    "espace:document": "302 200 404 200 200 200 200 200",  # as the initiative: also read in the admin
    **dict.fromkeys(
        ("espace:new", "espace:paper", "espace:sheet", "espace:sheet_template"),
        "302 200 200 403 200 403 403 200",
    ),
    **dict.fromkeys(
        ("espace:organizations", "espace:partner_suggestions", "espace:reports", "espace:title_radar"),
        "302 200 200 200 200 403 403 200",
    ),
}

# The admin: what right each page asks; staff without it get 403, the others are sent to sign in.
PAGE_RIGHT = {
    "close": "{app}.change_{model}",
    "changelist": "{app}.view_{model}",
    "change": "{app}.view_{model}",
    "add": "{app}.add_{model}",
    "import": "{app}.import_{model}",
    "export": "{app}.export_{model}",
    "award": "funding.move_money",
    "amend": "funding.move_money",
    "release": "funding.move_money",
    "approve": "initiatives.move_initiative",
    "money": "funding.view_allocation",
    "accounting": "funding.export_disbursement",
    **dict.fromkeys(
        ("pay", "transfer", "carry_over", "adjust", "schedule", "ready", "cancel_instalment", "recover"),
        "funding.move_money",
    ),
    "movement": "funding.move_money",
    "return": "initiatives.move_initiative",
    "step": "initiatives.move_initiative",
    **dict.fromkeys(("message", "note"), "initiatives.change_initiative"),
    "unpublish": "initiatives.publish_initiative",
    "freeze": "portal.publish_bilan",
    "preview": "portal.view_zoom",
    "show": "portal.publish_zoom",
    "hide": "portal.publish_zoom",
    "to_zoom": "portal.change_zoom",
    **dict.fromkeys(("start", "correct", "dismiss"), "{app}.change_{model}"),
}
NEVER = {"delete"}  # nothing is deleted in the admin, except a person's tie to an MRC
POSTED_ONLY = {"process_import", "reset_factor", "send_link", "retry", "cancel"}  # of a message
ADDED_BY_ACTIONS_ONLY = {
    "bilanversion",
    "envelopemovement",
    "allocationmovement",
    "commitmentmovement",
    "disbursement",
    "disbursementmovement",
    "ledgercheck",
    "missedword",
    "tolderror",
    "outgoingmail",
    "snapshot",
    "yearclosing",
}
ADMIN_APART = {
    "index": 200,
    "check_ledger": 405,
    "jsi18n": 200,
    "app_list": 200,
    "logout": 200,
    "password_change": 302,
    "password_change_done": 200,
    "autocomplete": 403,  # without naming a field
    "view_on_site": 404,  # nothing uses it
    "login": 403,
    "None": 404,
}
