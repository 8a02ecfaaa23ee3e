"""Settings, read from the environment only (typed readers in `alliance/env.py`, table in the README)."""

import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from alliance import env

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")  # local demonstration: plain http, demonstration accounts and banner allowed
LOCAL = DEBUG or DEMO or TESTING
SECRET_KEY = env.secret("SECRET_KEY", unless=DEBUG or TESTING)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")  # former ones: what they sealed stays readable
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]" if LOCAL else "")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS manque : inscrivez le nom du site, par exemple alliance.example.org."
    )
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", default="http://127.0.0.1:8000" if LOCAL else f"https://{ALLOWED_HOSTS[0]}")
VAR_DIR = Path(env.text("VAR_DIR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "alliance.portal.apps.PortalConfig",  # first: its `migrate` command also installs the database guards
    "alliance.lib.apps.LibConfig",
    "alliance.accounts.apps.AccountsConfig",
    "territories.apps.TerritoriesConfig",
    "initiatives.apps.InitiativesConfig",
    "funding.apps.FundingConfig",
    "alliance.portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "import_export",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "alliance.lib.http.BadRequestMiddleware",
    "alliance.lib.http.BodyLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "alliance.accounts.middleware.SessionLimitsMiddleware",
    "alliance.lib.http.SignInUnlessPublicMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "alliance.urls"
WSGI_APPLICATION = "alliance.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "alliance.portal.context.site",
            ],
            "builtins": ["alliance.lib.templatetags.francais"],
        },
    }
]
FORM_RENDERER = "alliance.portal.forms.FleuveRenderer"

DATABASES = {
    "default": env.database(
        "DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portail.sqlite3'}", persistent=not TESTING
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Counters of sign-in attempts must be shared by all processes, hence in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 10000},
    }
}

# Accounts: e-mail and password, closed sign-up, limits kept in the shared cache.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["alliance.accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "alliance.accounts.passwords.MaximumLengthValidator"},
    {"NAME": "alliance.accounts.passwords.VariedValidator"},
    {"NAME": "alliance.accounts.passwords.HouseWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "espace:home"
LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "alliance.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# Django’s own already dies with the address and the password; the library’s keeps addresses apart, « not verified », and
# then refuses a second factor to whoever once asked for a new password.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/15m/key,20/h/ip",
    "reset_password": "20/h/ip,5/h/key",
    "sign_in_link": "20/h/ip,5/h/key",
    # Forms that anybody may send (alliance/portal/public_forms.py).
    "told_error": "10/h/ip",
    "alert": "20/h/ip,5/d/key",  # the key is the address written to: five messages a day to who asked for nothing
}
BEHIND_PROXY = env.flag("BEHIND_PROXY")
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", default=0)
if (
    BEHIND_PROXY and ALLAUTH_TRUSTED_PROXY_COUNT < 1
):  # everybody would share the proxy's address, and its limits
    raise ImproperlyConfigured(
        "BEHIND_PROXY=1\xa0: inscrivez aussi TRUSTED_PROXY_COUNT, le nombre de serveurs mandataires (1 d’ordinaire)."
    )
SESSION_IDLE_SECONDS = env.integer("SESSION_IDLE_MINUTES", default=120) * 60
SESSION_STAFF_IDLE_SECONDS = env.integer("SESSION_STAFF_IDLE_MINUTES", default=30) * 60
SESSION_ABSOLUTE_SECONDS = env.integer("SESSION_ABSOLUTE_HOURS", default=12) * 3600
PASSWORD_RESET_TIMEOUT = 3600
# The second factor: required from the roles that decide (accounts/roles.py), offered to the others.
SECOND_FACTOR = env.flag("SECOND_FACTOR", default=not LOCAL)
MFA_ADAPTER = "alliance.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Alliance BSL"
MFA_TOTP_TOLERANCE = 1  # a code read at its last second is still good; forms refuse it a second time
MFA_RECOVERY_CODES_SHOW_ONCE = True
# How long a sign-in, or « c’est bien moi », opens what touches rights and security, and what touches money.
CONFIRM_SECURITY_SECONDS = ACCOUNT_REAUTHENTICATION_TIMEOUT = (
    env.integer("CONFIRM_SECURITY_MINUTES", default=15) * 60
)
CONFIRM_MONEY_SECONDS = env.integer("CONFIRM_MONEY_MINUTES", default=120) * 60

# French of Québec only; no LocaleMiddleware, so the browser's language changes nothing.
LANGUAGE_CODE = "fr-ca"
LANGUAGES = [("fr-ca", "Français (Québec)")]
TIME_ZONE = "America/Toronto"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["alliance.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Otherwise only what collectstatic gathered is served.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG or TESTING
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Documents of the files: read by a view that checks who asks, never by an address of the disk.
        "OPTIONS": {
            "location": VAR_DIR / "prive",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security: nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = not LOCAL or env.flag("HTTPS")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_HTTPONLY = True
# The row outlives the limits above (kept by SessionLimitsMiddleware) so that a text typed before is not lost.
SESSION_COOKIE_AGE = 4 * 24 * 3600
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "alliance.portal.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
BODY_MAX_SIZE = 12 * 1024 * 1024  # of any request, files included (the limit above leaves them out)
DOCUMENT_SCANNER = env.scanner("DOCUMENT_SCANNER")  # searches viruses in what is sent

vars().update(env.email("EMAIL_URL", unless=LOCAL))  # EMAIL_BACKEND, EMAIL_HOST…
EMAIL_TIMEOUT = 10  # seconds: a mail server that does not answer never holds a page longer
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="alliance@exemple.invalid")

# Imports go through our own pipeline of checks; only CSV and XLSX, written by our hardened writers.
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
SIMPLE_HISTORY_REVERT_DISABLED = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.text("LOG_LEVEL", default="WARNING" if TESTING else "INFO"),
    },
}
