"""Arenas: minds against minds on chosen scenarios, many rooms each."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from marketplace.models import Session
from negotiation.core.vocabulary import ArenaState, GameState

MOST_REPEATS = 100
# Games are opened of such arenas alone.
AT_WORK = (ArenaState.WAITING, ArenaState.PLAYING)


class Arena(models.Model):
    """Every buyer's mind against every sellers' mind in every scenario, so many times.

    `scenarios` are bodies that open a session, each with a name; minds are named as `arena.minds` reads them.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    scenarios = models.JSONField(default=list)
    buyers = models.JSONField(default=list)
    sellers = models.JSONField(default=list)
    repeats = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_REPEATS)])
    seed = models.BigIntegerField(default=1)
    state = models.CharField(max_length=10, choices=[(s, s) for s in ArenaState], default=ArenaState.WAITING)
    made_by = models.CharField(max_length=150, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(state__in=tuple(ArenaState)), name="arena_state_is_known")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("arena", args=[self.code])

    @property
    def is_over(self) -> bool:
        return self.state in (ArenaState.FINISHED, ArenaState.CANCELLED)


class ArenaGame(models.Model):
    """One session of an arena: a scenario played by two minds, and what came of it."""

    arena = models.ForeignKey(Arena, on_delete=models.CASCADE, related_name="games")
    buyer = models.CharField(max_length=100)
    sellers = models.CharField(max_length=100)
    scenario = models.PositiveIntegerField(help_text="Its place in the arena's list, from 0.")
    repeat = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="arena_games")
    state = models.CharField(max_length=10, choices=[(s, s) for s in GameState], default=GameState.WAITING)
    result = models.JSONField(default=dict, help_text="The measures of each room, once all of them are over.")

    class Meta:
        ordering = ["arena", "id"]
        indexes = [models.Index(fields=["arena", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["arena", "buyer", "sellers", "scenario", "repeat"], name="arena_plays_each_game_once"
            ),
            models.CheckConstraint(condition=Q(state__in=tuple(GameState)), name="arena_game_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer} against {self.sellers}"
