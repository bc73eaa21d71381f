"""What the documentation promises: everything is told, every example works, every link leads somewhere."""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

import msgspec
import pytest
from tests.tutorial import as_shown, play

from pupitre.cli import Commands
from pupitre.dialogue.call import State
from pupitre.dialogue.effects import TaskKind
from pupitre.metrics import REGISTRY
from pupitre.settings import DeskFile, TenantFile

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language):
    found = []
    for page in PAGES:
        texts = [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]
        found += [
            pytest.param(text, id=f"{page.relative_to(ROOT)}-{number}") for number, text in enumerate(texts, start=1)
        ]
    return found


def told(page):
    return (DOCS / page).read_text("utf-8")


def test_the_reference_pages_are_what_the_code_says():
    written = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference", "--check"], capture_output=True, text=True, check=False
    )

    assert (0, "") == (written.returncode, written.stderr)


@pytest.mark.parametrize("name", Commands.modules)
def test_every_command_is_told(name):
    assert f"\n## `pupitre {name}`\n" in told("reference/commands.md")


@pytest.mark.parametrize("state", State)
def test_every_state_is_told(state):
    assert state in told("conversation.md")
    assert f"`{state}`" in told("reference/http.md")


@pytest.mark.parametrize("kind", TaskKind)
def test_every_kind_of_task_is_told(kind):
    assert f"| `{kind}` |" in told("reference/http.md")


def tables(kind):
    """A settings table and all tables inside it."""
    yield kind
    for field in msgspec.structs.fields(kind):
        for inner in (field.type, *getattr(field.type, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                yield from tables(inner)


@pytest.mark.parametrize("kind", [DeskFile, TenantFile])
def test_every_setting_is_told(kind):
    page = told("reference/settings.md")
    names = {field.encode_name for table in tables(kind) for field in msgspec.structs.fields(table)}

    assert set() == {name for name in names if f"`{name}`" not in page}


METRICS = [family.name for family in REGISTRY.collect() if not family.name.endswith("_created")]


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_told(metric):
    assert re.search(rf"`{metric}(_total)?`", told("reference/http.md"))


def anchors(page):
    """As pages are usually rendered: headings in lower case, words joined by hyphens."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose)):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert [] == broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_place_on_somebodys_machine(page):
    assert [] == re.findall(r"(?:/home|/root|/work|/Users|/tmp)/\S*", page.read_text("utf-8"))


@pytest.mark.parametrize("text", blocks("json"))
def test_json_in_the_docs_is_json(text):
    json.loads(text)


def test_python_in_the_docs_is_python():
    for block in blocks("python"):
        compile(block.values[0], block.id, "exec")


AROUND = {
    "google": {"access": {"bearer": {"file": "google.bearer"}}},
    "odoo": {"url": "https://odoo.example", "database": "desk"},
}
"""What an example of these tables may leave out."""


@pytest.mark.parametrize("text", blocks("toml"))
def test_toml_in_the_docs_is_accepted_by_the_settings(text):
    """An example is part of a tenant's file, or of a desk's."""
    part = tomllib.loads(text)
    if part.keys() <= {field.name for field in msgspec.structs.fields(TenantFile)}:
        whole = {name: AROUND[name] | value if name in AROUND else value for name, value in part.items()}
        msgspec.convert({"id": "demo", "name": "Pupitre"} | whole, TenantFile)
    else:
        msgspec.convert({"tenants": ["demo.toml"]} | part, DeskFile)


@pytest.mark.timeout(300)
def test_the_tutorial_works_as_it_is_written(tmp_path):
    """Every command of it, in order, against a desk on a free port; it prints what the page shows."""
    different = [
        f"shown:\n{shown}\nprinted:\n{printed}"
        for shown, printed in play(told("tutorial.md"), tmp_path)
        if not as_shown(shown, printed)
    ]

    assert not different, "\n".join(different)
