"""The marketplace app: catalogue, sessions, identity, pages, the HTTP shell, and what this process counts."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from marketplace.presence import Doorman, Seats
    from marketplace.readiness import Readiness
    from marketplace.throttling import Throttle


class MarketplaceConfig(AppConfig):
    name = "marketplace"
    default_auto_field = "django.db.models.BigAutoField"
    throttle: "Throttle"
    seats: "Seats"
    doorman: "Doorman"
    readiness: "Readiness"

    def ready(self) -> None:
        from marketplace import checks  # noqa: F401  # importing it registers the checks
        from marketplace.groups import grant_groups
        from marketplace.presence import Doorman, Seats
        from marketplace.readiness import Readiness
        from marketplace.throttling import Throttle

        self.throttle, self.seats, self.doorman = Throttle(), Seats(), Doorman()
        self.readiness = Readiness()
        post_migrate.connect(grant_groups, dispatch_uid="marketplace.groups")


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin with a front page and a navigation of ours."""

    default_site = "marketplace.backoffice.site.ParleySite"
