"""Typed readers of the environment: a wrong or missing setting stops the start with a sentence, never later.

Every setting of the portal that an operator may change is read here and listed in the README.
"""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()
_TRUE = {"1", "true", "oui", "on", "yes"}
_FALSE = {"0", "false", "non", "off", "no", ""}


def flag(name: str, *, default: bool = False) -> bool:
    """Return the yes/no setting `name`; any other word is refused instead of being taken for « no »."""
    raw = _env.str(name, default="1" if default else "0").strip().lower()
    if raw in _TRUE:
        return True
    if raw in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} : inscrivez 1 ou 0.")


def integer(name: str, *, default: int) -> int:
    """Return the whole-number setting `name`."""
    raw = _env.str(name, default=str(default)).strip()
    try:
        return int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} : inscrivez un nombre entier.") from None


def text(name: str, *, default: str = "") -> str:
    """Return the text setting `name`."""
    return _env.str(name, default=default).strip()


def words(name: str, *, default: str = "") -> list[str]:
    """Return the comma-separated setting `name` as a list."""
    return [word.strip() for word in _env.str(name, default=default).split(",") if word.strip()]


def secret(name: str, *, unless: bool) -> str:
    """Return the secret `name`; refuse to start without it, `unless` the process may use a throw-away one."""
    value = _env.str(name, default="")
    if not value and unless:
        return "secret-de-developpement-jamais-en-production-0123456789abcdefghij"
    if not value:
        raise ImproperlyConfigured(
            f"{name} manque : inscrivez une longue valeur aléatoire (voir « Réglages » dans le README)."
        )
    return value


def email(name: str, *, unless: bool) -> dict:
    """Return Django's e-mail settings for the address in `name`, such as `smtp+tls://user:password@host:587`.

    `consolemail://` writes messages on standard output. Without the setting, that is what happens where the process
    may (`unless`); elsewhere the start is refused: a reset link that never leaves is found too late.
    """
    raw = text(name, default="consolemail://" if unless else "")
    if not raw:
        raise ImproperlyConfigured(
            f"{name} manque : inscrivez le serveur de courriel, par exemple smtp+tls://compte:secret@hote:587, "
            "ou consolemail:// pour écrire les messages dans le journal."
        )
    scheme = raw.partition("://")[0]
    if scheme not in _env.EMAIL_SCHEMES or "://" not in raw:
        raise ImproperlyConfigured(
            f"{name} : commencez par smtp://, smtp+tls://, smtp+ssl:// ou consolemail://."
        )
    try:
        config = _env.email_url_config(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} : cette adresse de serveur ne peut pas être lue.") from None
    if config["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"{name} : il manque le nom du serveur.")
    return {key: value for key, value in config.items() if key.startswith("EMAIL_")}


def scanner(name: str) -> str:
    """Return what searches viruses: `host:port` of a clamd, a function's dotted path, or "" for nothing."""
    value = text(name)
    if value and not re.fullmatch(r"[^:/\s]+:[0-9]{1,5}|[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)+", value):
        raise ImproperlyConfigured(
            f"{name}={value!r}\xa0: inscrivez l’adresse d’un clamd, par exemple 127.0.0.1:3310."
        )
    return value


def database(name: str, *, default: str, persistent: bool) -> dict:
    """Return Django's connection settings for the address in `name` (sqlite or postgres).

    SQLite runs in WAL with IMMEDIATE transactions and waits 20 s for its turn: with Django's defaults, two
    people saving at once meet « database is locked ». PostgreSQL connections are pooled: opening one for each
    request makes a page about 2.5 times slower.
    """
    config = _env.db_url(name, default=default)
    config["ATOMIC_REQUESTS"] = False
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            " PRAGMA recursive_triggers=ON;",  # what REPLACE deletes is then seen by the triggers of DELETE
        }
    elif config["ENGINE"].endswith("postgresql"):
        options = config.setdefault("OPTIONS", {})
        options["options"] = "-c statement_timeout=15000 -c lock_timeout=5000"
        if persistent:
            options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
        config["CONN_MAX_AGE"] = 0
    else:
        raise ImproperlyConfigured(f"{name} : seules les bases SQLite et PostgreSQL sont prises en charge.")
    return config
