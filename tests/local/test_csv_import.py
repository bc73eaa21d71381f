"""Patients from spreadsheets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pupitre.backends.local.csv_import import RefusedLine, read_patients
from pupitre.ports import ConfigError

TODAY = date(2026, 1, 5)


def read(text, encoding="utf-8"):
    return read_patients(text.encode(encoding), "FR", TODAY)


def told(entry):
    return entry.name, entry.phones, entry.birth_date


DUPONT = ("Jean Dupont", ("+33612345678",), date(1942, 3, 12))


@pytest.mark.parametrize(
    "text",
    [
        "Nom;Prénom;Téléphone;Date de naissance\nDupont;Jean;06 12 34 56 78;12/03/1942\n",
        "nom,prenom,tel,naissance\r\nDupont,Jean,0612345678,1942-03-12\r\n",
        "\ufeffNOM DE FAMILLE;PRÉNOMS;Portable;Né(e) le\nDupont;Jean;+33 6 12 34 56 78;12.03.1942",
        "last name,first name,phone,date of birth\nDupont,Jean,+33612345678,1942-03-12",
        'name\tphone\tdob\n"Jean  Dupont"\t06.12.34.56.78\t12-03-1942',
        "phone;x;name;birth_date\n0033612345678;whatever;Jean Dupont;12/03/1942",
    ],
)
def test_headers_are_understood_in_french_and_english_in_any_order(text):
    read_back = read(text)

    assert [DUPONT] == [told(entry) for entry in read_back.entries]
    assert () == read_back.refused


def test_what_a_french_spreadsheet_writes_is_read():
    [entry] = read("Nom;Prénom\nLefèvre;Hélène\n", "cp1252").entries

    assert "Hélène Lefèvre" == entry.name


def test_several_columns_of_phones_are_kept_in_their_order_once_each():
    [entry] = read("nom;tél 1;tél. 2;mobile\nJean Dupont;0388123456;06 12 34 56 78;0388123456").entries

    assert ("+33388123456", "+33612345678") == entry.phones


def test_a_bad_line_is_refused_with_its_number_and_reason_and_the_others_are_kept():
    found = read(
        "nom;téléphone;date de naissance\n"
        "Jean Dupont;0612345678;\n"
        ";0612345678;\n"
        "\n"
        "Marie Martin;12;\n"
        "Paul Petit;;31/02/1950\n"
        "Anne Roux;;01/01/1850\n"
        "Luc Noir;;01/01/2030\n"
        "Zoé Blanc\n"
    )

    assert ["Jean Dupont", "Zoé Blanc"] == [entry.name for entry in found.entries]
    assert (
        RefusedLine(3, "no name"),
        RefusedLine(5, "12 is no telephone number"),
        RefusedLine(6, "31/02/1950 is no date: write 1942-03-12 or 12/03/1942"),
        RefusedLine(7, "01/01/1850 is no birth date of somebody alive"),
        RefusedLine(8, "01/01/2030 is no birth date of somebody alive"),
    ) == found.refused


def test_a_reference_tells_the_same_patient_again_whatever_else_changed():
    [before] = read("id;nom;tel\n7;Jean Dupont;0612345678").entries
    [after] = read("id;nom;tel\n7;Jean Dupond;0388123456").entries

    assert before.key == after.key


def test_without_a_reference_name_and_birth_date_tell_the_same_patient_again():
    text = "nom;tel;naissance\nJean Dupont;{};12/03/1942\nJean Dupont;{};13/04/1950"
    first, second = read(text.format("0612345678", "0612345678")).entries
    moved, _ = read(text.format("0388123456", "0612345678")).entries

    assert first.key == moved.key != second.key


@pytest.mark.parametrize("text", ["", "\n\n", "téléphone;ville\n0612345678;Metz", "prénom;tel\nJean;0612345678"])
def test_a_file_that_is_no_list_of_patients_is_refused_with_advice(text):
    with pytest.raises(ConfigError, match="nom"):
        read(text)


def test_an_unended_quote_is_no_endless_read():
    found = read('nom;tel\n"Jean Dupont;0612345678\nMarie Martin;0612345678')

    assert len(found.entries) + len(found.refused) == 1


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_it_fail_otherwise(data):
    try:
        read_patients(data, "FR", TODAY)
    except ConfigError as error:
        assert str(error)


@given(st.text(max_size=200))
def test_no_line_at_all_makes_it_fail(text):
    try:
        read_patients(f"nom;tel;naissance\n{text}".encode("utf-8", "replace"), "FR", TODAY)
    except ConfigError as error:
        assert "CSV" in str(error)
