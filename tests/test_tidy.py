"""Tripwires: what the house does not want to find in itself."""

import ast
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SOURCE = ROOT / "src" / "pupitre"
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
]
PYTHON = [path for path in TRACKED if path.suffix == ".py" and path.exists()]
PRODUCT = [path for path in PYTHON if path.is_relative_to(SOURCE)]
CLOCK = {SOURCE / "clock.py", *(SOURCE / "emulators").rglob("*.py")}


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(ROOT)))


@named(PYTHON)
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


def test_no_module_has_a_name_that_says_nothing():
    empty = re.compile(r"(utils?|helpers?|common|misc|manager)\.py$")

    assert [] == [path for path in PYTHON if empty.search(path.name)]


def test_no_class_is_named_after_a_layer():
    tower = re.compile(r"^class \w*(Manager|Helper|Service|Handler|Util)s?\b", re.MULTILINE)

    assert [] == [path for path in PRODUCT if tower.search(path.read_text())]


@named(PRODUCT)
def test_only_the_clock_reads_the_present(path):
    if path in CLOCK:
        return
    assert not re.search(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\(", path.read_text())


@named([path for path in PRODUCT if path.is_relative_to(SOURCE / "dialogue")])
def test_no_sentence_stands_in_the_dialogue(path):
    """Three words in a row in a string that is no docstring are a sentence; sentences live in languages/."""
    tree = ast.parse(path.read_text())
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    raised = {id(leaf) for node in ast.walk(tree) if isinstance(node, ast.Raise) for leaf in ast.walk(node)}
    sentences = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in prose | raised
        and re.search(r"[a-zà-ÿ]+ [a-zà-ÿ]+ [a-zà-ÿ]+", node.value)
    ]

    assert [] == sentences


def test_nothing_is_patched():
    patched = re.compile(r"mock\.patch|MagicMock|monkeypatch\.setattr|unittest\.mock")

    assert [] == [path for path in PYTHON if path != pathlib.Path(__file__) and patched.search(path.read_text())]


def test_no_package_source_is_named():
    """The machine's own configuration says where packages come from."""
    hosts = re.compile(r"pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org")
    texts = [path for path in TRACKED if path.exists() and path.suffix in {".py", ".toml", ".lock", ".md", ".sh", ""}]

    assert [] == [
        path for path in texts if path != pathlib.Path(__file__) and hosts.search(path.read_text("utf8", "ignore"))
    ]
