"""The two groups of staff. After every migration they have the rights on all tables that there are by then."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

OPERATORS = "Operators"
AUDITORS = "Auditors"
OURS = ("marketplace", "negotiation")


def grant_groups(app_config: AppConfig, **signal: Any) -> None:
    """For `post_migrate`. Django's own receiver, which makes the permissions, comes later: it is called here first."""
    if app_config.name not in OURS:
        return
    create_permissions(app_config, **signal)
    permissions = Permission.objects.using(signal["using"]).filter(content_type__app_label=app_config.label)
    groups = Group.objects.using(signal["using"])
    operators, _ = groups.get_or_create(name=OPERATORS)
    auditors, _ = groups.get_or_create(name=AUDITORS)
    operators.permissions.add(*permissions)
    auditors.permissions.add(*permissions.filter(codename__startswith="view_"))
