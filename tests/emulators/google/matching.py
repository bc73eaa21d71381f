"""What a case expects of an answer, compared with what came.

Objects are matched as subsets, arrays item by item; an object with one key that begins with `$` is a matcher.
"""

import datetime as dt
import re

MISSING = object()
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def differences(expected, got, path="$", around=None):
    """Sentences about every difference; empty when the answer is as expected."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        ((name, value),) = expected.items()
        return _matched(name, value, got, path, around)
    if isinstance(expected, dict) and isinstance(got, dict):
        return [d for k, v in expected.items() for d in differences(v, got.get(k, MISSING), f"{path}.{k}", got)]
    if isinstance(expected, list) and isinstance(got, list) and len(got) == len(expected):
        return [d for i, v in enumerate(expected) for d in differences(v, got[i], f"{path}[{i}]", got)]
    return [] if _same(expected, got) else [f"{path} is {_shown(got)}, not {expected!r}"]


def _shown(got):
    return "missing" if got is MISSING else repr(got)


def _same(expected, got):
    return expected == got and isinstance(expected, bool) == isinstance(got, bool)


def _matched(name, value, got, path, around):
    if name == "$absent":
        return [] if got is MISSING else [f"{path} should not be there, but is {got!r}"]
    if got is MISSING:
        return [f"{path} is missing"]
    holds = {
        "$any": lambda: True,
        "$re": lambda: isinstance(got, str) and re.fullmatch(value, got, re.DOTALL),
        "$len": lambda: len(got) == value,
        "$ne": lambda: got != value,
        "$gt": lambda: _comparable(got) > _comparable(value),
        "$oneof": lambda: any(not differences(v, got, path, around) for v in value),
        "$contains": lambda: all(any(not differences(v, item, path) for item in got) for v in value),
        "$etag_of_updated": lambda: got == _etag_of(around["updated"]),
    }[name]()
    return [] if holds else [f"{path}: {got!r} does not fit {name} {value!r}"]


def _comparable(value):
    try:
        return float(value)
    except ValueError:
        return dt.datetime.fromisoformat(value).timestamp()


def _etag_of(updated):
    microseconds = (dt.datetime.fromisoformat(updated) - EPOCH) // dt.timedelta(microseconds=1)
    return f'"{2 * microseconds}"'
