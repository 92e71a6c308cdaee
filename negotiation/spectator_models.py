"""Links by which anybody may look on at one room."""

from django.db import models


class SpectatorLink(models.Model):
    """A link to look on at one room without an account, which shows no private number. Only a hash is kept."""

    run = models.ForeignKey("negotiation.NegotiationRun", on_delete=models.CASCADE, related_name="spectator_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    shows_talk = models.BooleanField(
        default=False,
        help_text="Also what was said and offered, once the room is over. Until then nobody outside is told.",
    )
    made_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"spectators' link to {self.run}"
