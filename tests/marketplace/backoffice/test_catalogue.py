import csv
import io

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.backoffice.catalogue import MOST_SHOWN
from marketplace.identity import local_operator
from marketplace.models import Seller, SellerInventory
from tests import accounts
from tests.marketplace.catalogue import act, make_seller, make_session, said

pytestmark = pytest.mark.django_db

LIST = reverse("admin:marketplace_seller_changelist")
IMPORT = reverse("admin:marketplace_seller_import")
EXPORT = reverse("admin:marketplace_seller_export")
HEADINGS = "seller,item_id,item_name,quantity_available,cost_price,least_price,selling_price"
GOOD = f"{HEADINGS}\nAcme,desk,Oak desk,5,40,60,100\n"
BAD = f"{HEADINGS}\nAcme,desk,Oak desk,5,40,160,100\n"


@pytest.fixture
def browser(client):
    client.force_login(local_operator())
    return client


def upload(browser, content: str, encoding: str = "utf-8"):
    return browser.post(IMPORT, {"file": SimpleUploadedFile("stock.csv", content.encode(encoding))})


def confirm(browser, preview, **changed: str):
    """What the preview's button sends."""
    shown = {"carried": preview.context["carried"], "fingerprint": preview.context["plan"].fingerprint}
    return browser.post(IMPORT, {"confirmed": "yes", "file_name": "stock.csv", **shown, **changed}, follow=True)


def rows_in(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_preview_tells_what_would_change_and_changes_nothing(browser):
    make_seller(selling_price=120)

    page = upload(browser, GOOD).content.decode()

    assert "<del>120.00</del>" in page
    assert "<ins>100.00</ins>" in page
    assert SellerInventory.objects.get().selling_price == 120


def test_confirmed_import_is_carried_out_and_told(browser, caplog):
    make_seller(selling_price=120)

    with caplog.at_level("INFO", "audit"):
        done = confirm(browser, upload(browser, GOOD))

    assert said(done) == ["Imported: 0 new sellers, 0 new lines of stock, 1 change."]
    assert SellerInventory.objects.get().selling_price == 100
    assert "imported sellers sellers=0 items=0 changes=1" in caplog.text


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_file_is_taken_as_a_spreadsheet_saved_it(browser, encoding):
    confirm(browser, upload(browser, "seller;region\r\nMüller Bürobedarf;Köln\r\n", encoding))

    assert Seller.objects.values_list("name", "region").get() == ("Müller Bürobedarf", "Köln")


def test_line_with_a_mistake_is_shown_with_its_reason_and_cannot_be_confirmed(browser):
    preview = upload(browser, BAD)

    page = preview.content.decode()
    assert "The floor must be below the asking price." in page
    assert 'name="confirmed"' not in page
    assert 'name="carried"' not in page


def test_bad_lines_that_are_confirmed_all_the_same_change_nothing(browser):
    confirm(browser, upload(browser, BAD))

    assert not Seller.objects.exists()


def test_file_that_is_none_of_ours_is_refused_beside_the_field(browser):
    page = upload(browser, "name,colour\nAcme,red\n")

    assert "must name the columns" in page.context["form"].errors["file"][0]


def test_what_changed_since_the_preview_is_shown_again(browser):
    make_seller(selling_price=120)
    preview = upload(browser, GOOD)
    SellerInventory.objects.update(selling_price=130)

    again = confirm(browser, preview)

    assert "Somebody changed these sellers since you looked." in again.content.decode()
    assert "<del>130.00</del>" in again.content.decode()
    assert SellerInventory.objects.get().selling_price == 130


def test_preview_of_one_operator_is_not_confirmed_by_another(browser, client):
    preview = upload(browser, GOOD)
    client.force_login(accounts.operator())

    refused = confirm(client, preview)

    assert said(refused) == ["That preview is too old. Choose the file again."]
    assert not Seller.objects.exists()


def test_preview_that_was_tampered_with_is_refused(browser):
    preview = upload(browser, GOOD)

    confirm(browser, preview, carried=preview.context["carried"][:-2] + "xx")

    assert not Seller.objects.exists()


def test_long_preview_shows_its_beginning_and_counts_the_rest(browser):
    lines = "".join(f"Acme,item {n},Lamp,5,1,2,3\n" for n in range(MOST_SHOWN + 5))

    preview = upload(browser, f"{HEADINGS}\n{lines}")

    assert len(preview.context["additions"]) == MOST_SHOWN
    assert f"The first {MOST_SHOWN} of {MOST_SHOWN + 6}." in preview.content.decode()


def test_words_of_a_file_are_text_on_the_page(browser):
    page = upload(browser, f"{HEADINGS}\n<script>alert(1)</script>,desk,Oak desk,5,40,60,100\n").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_export_holds_the_sellers_of_the_list_as_it_is_filtered(browser):
    make_seller("Acme")
    make_seller("Bolt", item_id="lamp")

    found = rows_in(browser.get(f"{EXPORT}?q=lamp"))

    assert [(row["seller"], row["item_id"], row["selling_price"]) for row in found] == [("Bolt", "lamp", "100.00")]


@pytest.mark.parametrize("query", ["", "?kept=all"])
def test_export_leaves_out_sellers_of_sessions(browser, query):
    make_seller("Acme")
    make_session()

    assert [row["seller"] for row in rows_in(browser.get(EXPORT + query))] == ["Acme"]


def test_selected_sellers_are_exported(browser):
    make_seller("Acme")
    chosen = make_seller("Bolt")

    assert [row["seller"] for row in rows_in(act(browser, LIST, "export_chosen", chosen))] == ["Bolt"]


def test_auditor_exports_and_does_not_import(client):
    make_seller()
    client.force_login(accounts.auditor())

    assert len(rows_in(client.get(EXPORT))) == 1
    assert client.get(IMPORT).status_code == 403
    assert upload(client, GOOD).status_code == 403
    assert IMPORT not in client.get(LIST).content.decode()


def test_staff_who_may_not_see_stock_export_nothing(client):
    keeper = User.objects.create(username="keeper", is_staff=True)
    keeper.user_permissions.set(local_operator().groups.get().permissions.filter(codename="view_seller"))
    client.force_login(keeper)

    assert client.get(EXPORT).status_code == 403


@pytest.mark.parametrize("page", [IMPORT, EXPORT])
def test_visitors_are_sent_to_sign_in(client, page):
    assert client.get(page).status_code == 302


def test_export_of_many_sellers_asks_as_little_as_of_few(browser):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(EXPORT)
        return len(queries)

    make_seller("Acme")
    few = asked()
    for number in range(20):
        make_seller(f"Seller {number}")

    assert asked() == few
