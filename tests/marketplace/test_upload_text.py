"""Uploaded text is read as its writer meant it, or refused."""

import pytest

from marketplace.upload_text import text_of_upload

WESTERN = (
    "Artikel;Menge;Höchstpreis\r\nBürostühle „Größe L“;12;89,90 €\r\nCrème brûlée – n° 5;3;1½\r\nÑandú, 2 m³;4;5\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_of_western_europe_comes_back_whatever_the_spreadsheet_saved(encoding):
    assert text_of_upload(WESTERN.encode(encoding)) == WESTERN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Стол;5;100", "cp1251"),
        ("Biurko;Krzesło dębowe;różne", "cp1250"),
        ("Čaj žlutý;háček;příliš žluťoučký", "cp1250"),
        ("Τραπέζι;5", "cp1253"),
        ("Masa ışığı;5", "cp1254"),
        ("机子;五;一百元整", "gb18030"),
        ("テーブル;5", "shift_jis"),
        ("Käse;Bücher;Größe", "cp437"),
        ("Käse;Bücher;Größe", "mac_roman"),
    ],
)
def test_other_code_pages_are_refused_rather_than_shown_as_other_letters(text, encoding):
    with pytest.raises(UnicodeDecodeError):
        text_of_upload(text.encode(encoding))


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x14\x00\x06\x00\xff\xe9", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"caf\xe9\x00"]
)
def test_what_is_no_text_is_refused(content):
    with pytest.raises(UnicodeDecodeError):
        text_of_upload(content)
