"""What the emulator was made from, and what is written about it, is what it does."""

import json
import pathlib

import googleapiclient.discovery_cache

from pupitre.emulators.google import api, discovery
from pupitre.emulators.google.control_plane import ControlPlane

ROOT = pathlib.Path(__file__).parents[3]


def test_the_discovery_document_is_the_one_of_the_client_library():
    """If this fails, the library was renewed: run `scripts/discovery` and read what changed."""
    bundled = pathlib.Path(googleapiclient.discovery_cache.__file__).parent / "documents" / "calendar.v3.json"

    assert discovery.document() == json.loads(bundled.read_text())


def test_every_method_of_the_document_is_answered():
    assert sorted(api.METHODS) == sorted(method.id for method in discovery.methods())


def test_every_order_of_the_control_plane_is_described():
    text = (ROOT / "docs" / "google-emulator.md").read_text()
    orders = ControlPlane(None, None, None, None).routes

    assert [name for method, name in orders if name not in text] == []
