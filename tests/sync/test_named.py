"""Every complaint and every wish that the documentation lists has a test that names it."""

import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted(TESTS.rglob("test_*.py")))


def numbers(page):
    return [int(number) for number in re.findall(r"^\| (\d{1,2}) \|", (DOCS / page).read_text("utf-8"), re.MULTILINE)]


def rows_named():
    found = set()
    for named in re.findall(r"\b[Rr]ows? (\d+(?:(?:, | and )\d+)*)", SOURCES):
        found |= {int(number) for number in re.findall(r"\d+", named)}
    return found


def test_all_28_complaints_are_listed():
    assert list(range(1, 29)) == numbers("google.md")


@pytest.mark.parametrize("number", numbers("google.md"))
def test_every_complaint_is_named_by_a_test(number):
    assert re.search(rf"def test_complaint_{number}_", SOURCES)


@pytest.mark.parametrize("number", numbers("sync.md"))
def test_every_wish_about_synchronisation_is_named_by_a_test(number):
    assert number in rows_named()
