import pytest
from django.core.exceptions import ValidationError

from marketplace.models import Buyer, Seller, Session
from marketplace.particulars import validate_contact
from marketplace.services import clone_session
from tests import bodies


@pytest.mark.parametrize(
    "contact",
    ["a@b.io", "sales+desk@acme-parts.example", "+49 (30) 1234-56", "0301234567"],
)
def test_contact_may_be_an_address_or_a_number(contact):
    validate_contact(contact)


@pytest.mark.parametrize(
    "contact",
    ["", "call me", "a@b", "a b@c.de", "a@b.de, c@d.de", "Bob <a@b.de>", "12", "+", "a@b.de\nBcc: x@y.de", " a@b.de"],
)
def test_contact_that_is_neither_is_refused(contact):
    with pytest.raises(ValidationError):
        validate_contact(contact)


@pytest.mark.django_db
def test_session_keeps_what_it_is_told_of_its_parties_and_so_does_its_clone(open_session):
    buyer = bodies.buyer(legal_name="TechCorp GmbH", contact="buy@techcorp.example")
    seller = bodies.seller(legal_name="Acme AG", contact="+49 30 1234", region="Bavaria")
    open_session(buyer=buyer, sellers=[seller])

    clone_session(Session.objects.get())

    told = set(Buyer.objects.values_list("legal_name", "contact"))
    assert told == {("TechCorp GmbH", "buy@techcorp.example")}
    assert set(Seller.objects.values_list("legal_name", "contact", "region")) == {("Acme AG", "+49 30 1234", "Bavaria")}
    assert (Buyer.objects.count(), Seller.objects.count()) == (2, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("buyer.contact", "call me"),
        ("buyer.legal_name", "x" * 101),
        ("sellers[0].contact", "a@b"),
        ("sellers[0].region", "x" * 61),
        ("sellers[0].legal_name", "a\x00b"),
    ],
)
def test_malformed_particulars_are_refused(operator, path, value):
    body = bodies.session()
    body["buyer"] |= {"legal_name": "", "contact": ""}
    body["sellers"][0] |= {"legal_name": "", "contact": "", "region": ""}

    response = operator.post("/simulation/initialize", bodies.changed(body, path, value))

    assert [problem["field"] for problem in response.json()["error"]["details"]] == [path]
