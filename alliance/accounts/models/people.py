from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from simple_history.models import HistoricalRecords

from alliance.accounts import roles
from alliance.accounts.roles import Role
from alliance.lib.constraints import one_of


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username):
        return self.get(email__iexact=username)

    def create_user(self, email, password=None, **fields):
        """Create an active person known by e-mail; without a password they sign in by the reset link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, role=Role.ADMINISTRATION, **fields)


class User(AbstractBaseUser):
    """A person who signs in by e-mail. Rights come from the role alone (`roles.py`): no superuser box to tick."""

    email = models.EmailField("courriel", max_length=254, unique=True)
    full_name = models.CharField("nom", max_length=120)
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    is_active = models.BooleanField(
        "compte actif", default=True, help_text="Décochez au départ de la personne\xa0: son historique reste."
    )
    date_joined = models.DateTimeField("inscription", default=timezone.now, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        ordering = ["full_name", "email"]
        constraints = [
            one_of("accounts_user_role", "role", Role),
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_ci",
                violation_error_message="Un compte existe déjà pour cette adresse courriel.",
            ),
        ]

    def __str__(self):
        return self.full_name or self.email

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name

    @property
    def is_staff(self):
        return self.role in roles.STAFF_ROLES

    @property
    def is_superuser(self):
        return self.role == Role.ADMINISTRATION

    def has_perm(self, perm, obj=None):
        return self.is_active and roles.allows(self.role, perm)

    def has_perms(self, perm_list, obj=None):
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label):
        return self.is_active and roles.allows_app(self.role, app_label)
