"""Operators look at arenas and their games in the admin; they are made and steered on their own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from marketplace.backoffice.kinds import ReadOnlyAdmin
from negotiation.arena_models import Arena, ArenaGame


@admin.register(Arena)
class ArenaAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "repeats", "seed", "made_by", "created_at", "started_at", "ended_at")
    list_filter = ("state", "created_at")
    search_fields = ("name", "code", "made_by")
    date_hierarchy = "created_at"
    fields = (
        ("name", "code", "state"),
        ("buyers", "sellers"),
        ("repeats", "seed"),
        ("made_by", "created_at", "started_at", "ended_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Arena]:
        return super().get_queryset(request).defer("scenarios")


@admin.register(ArenaGame)
class ArenaGameAdmin(ReadOnlyAdmin):
    list_display = ("arena", "buyer", "sellers", "scenario", "repeat", "state", "session")
    list_filter = ("state",)
    search_fields = ("arena__name", "arena__code", "buyer", "sellers")
    fields = (("arena", "state"), ("buyer", "sellers"), ("scenario", "repeat", "seed"), "session", "result")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArenaGame]:
        return super().get_queryset(request).select_related("arena", "session").defer("arena__scenarios")
