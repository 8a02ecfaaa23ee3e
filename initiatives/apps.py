from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Initiatives"

    def ready(self):
        """The search words of initiatives hold the names of their organizations: they follow a new name."""
        from initiatives.actions import reindex_linked  # noqa: PLC0415 - models are read from here on
        from territories.actions import after_new_names  # noqa: PLC0415

        after_new_names.append(lambda organization: reindex_linked(organizations=[organization]))
