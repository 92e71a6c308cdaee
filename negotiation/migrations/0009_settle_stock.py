from django.db import migrations
from django.db.models import F, Q, Sum


def settle_what_deleted_sessions_sold(apps, schema_editor):
    """What is reserved and sold by no session that is there was sold by those that were deleted."""
    stock = apps.get_model("marketplace", "SellerInventory").objects
    deals = apps.get_model("negotiation", "Outcome").objects.filter(participant__inventory__isnull=False)
    sold = Sum("quantity", filter=Q(result="deal") & ~Q(trade__state="cancelled"))
    promised = dict(deals.values_list("participant__inventory").annotate(units=sold).order_by())
    for pk, reserved in stock.filter(quantity_reserved__gt=0).values_list("pk", "quantity_reserved"):
        known = promised.get(pk) or 0
        if known < reserved:
            stock.filter(pk=pk).update(quantity_settled=F("quantity_reserved") - known)


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0009_settled_stock'),
        ('negotiation', '0008_lean_indexes'),
    ]

    operations = [
        migrations.RunPython(settle_what_deleted_sessions_sold, migrations.RunPython.noop),
    ]
