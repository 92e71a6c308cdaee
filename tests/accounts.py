"""Accounts as people have them."""

from django.contrib.auth.models import Group, User

from marketplace.groups import AUDITORS, OPERATORS


def operator(name: str = "olivia") -> User:
    return _staff(name, OPERATORS)


def auditor(name: str = "audrey") -> User:
    return _staff(name, AUDITORS)


def _staff(name: str, group: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user
