import pytest

from negotiation.own_words import own_words


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("415 works.\n\nOn Tue, Nov 3, 2026 at 10:15 AM Bob <b@x.example> wrote:\n> 405?\n> Bob", "415 works."),
        ("415 works.\nOn Tue, Nov 3, 2026 at 10:15 AM Bob Miller\n<b@x.example> wrote:\n\n405?\nBob", "415 works."),
        ("On Mon, 2 Nov 2026 at 16:40, Mia wrote:\n> Could you go 405?\n\nNot 405, but 415.", "Not 405, but 415."),
        ("> Could you go 405?\n415.\n> And the warranty?\nTwo years.", "415.\nTwo years."),
        ("415.\n\nAm 03.11.2026 um 10:15 schrieb Bob Meier:\n\n430 ist unser Preis.", "415."),
        ("415.\n\nLe mar. 3 nov. 2026 à 10:15, Bob <b@x.example> a écrit :\n> 430", "415."),
        ("415.\n\nEl lun, 2 nov 2026 a las 16:40, Mia escribió:\n430", "415."),
        ("415.\n\n-----Original Message-----\nFrom: Bob\nSent: today\n\n430", "415."),
        ("415.\n\nVon: Bob\nGesendet: Montag\nAn: Mia\n\n430", "415."),
        ("415.\n\nKind regards,\nAnna\n12 High Street", "415."),
        ("415.\nMit freundlichen Grüßen\nAnna Berg\nTel. 089 123", "415."),
        ("415.\nBR Anna", "415."),
        ("415.\n-- \nAnna, room 412", "415."),
        ("415.\n\nSent from my iPhone 15", "415."),
        ("415.\nBest regards\nAnna\nPS: 417 with delivery on Friday", "415.\nPS: 417 with delivery on Friday"),
    ],
)
def test_what_a_mail_quotes_and_is_signed_with_is_not_said_in_it(mail, said):
    assert own_words(mail).split() == said.split()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "415",
        "On Tuesday you wrote that 415 would be fine. I take it.",
        "Best regards from Munich! 415 it is.",
        "Regards to your team and 415 for the 60.",
        "From: 430 to 415 is what I can do",
        "Price -> 415",
        "- 415 each\n- net 30",
    ],
)
def test_text_that_is_no_mail_is_all_said(text):
    assert own_words(text) == text
