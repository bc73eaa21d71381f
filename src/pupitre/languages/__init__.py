"""Languages: what each says and hears, as data in a folder of its own."""

from pupitre.languages.language import Language, UnknownLanguage, load

__all__ = ["Language", "UnknownLanguage", "load"]
