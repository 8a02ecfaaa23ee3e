from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "Financement"

    def ready(self):
        """An initiative does not leave the MRC or the year of a line that still pays it, whatever the door."""
        from funding.actions import refuse_new_links  # noqa: PLC0415 - models are read from here on
        from initiatives.actions import after_new_links  # noqa: PLC0415

        after_new_links.append(refuse_new_links)
