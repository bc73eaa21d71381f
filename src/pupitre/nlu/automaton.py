"""Find where the templates of a grammar occur in a line of words, all of them at once.

The templates become one finite automaton over words, made deterministic state by state as callers need it. Templates
have no loops, so a match is never longer than the longest template, and time grows linearly with the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from pupitre.nlu import template as t

ANCHORS = (t.START, t.END)
OTHER = ""
"""The key of a word that no template names."""


class Match(Struct, frozen=True):
    """Rule number `rule` fits the words [first, end)."""

    rule: int
    first: int
    end: int


class UnknownPart(LookupError):
    """A template names a part that no line defines."""


class _State:
    """A set of places in the templates, reached by the same words."""

    __slots__ = ("alive", "gaps", "moves", "next", "ranges", "rule")

    def __init__(self, rule: int, *, alive: bool) -> None:
        self.rule = rule
        self.alive = alive
        self.next: dict[str, _State] = {}
        self.moves: dict[str, list[int]] = {}
        """Word -> places it leads to."""
        self.ranges: list[tuple[int, int, int]] = []
        self.gaps: list[int] = []


class Automaton:
    """Templates compiled together; of two that fit the same words the first given wins.

    Keys are plain words, numbers written in digits, and `<kind>` for a piece that an earlier stage found.
    """

    def __init__(self, templates: Sequence[t.Template], parts: Mapping[str, t.Template], kinds: frozenset[str]) -> None:
        self._edges: list[dict[str, int]] = []
        self._ranges: dict[int, list[tuple[int, int, int]]] = {}
        self._gaps: dict[int, list[int]] = {}
        self._free: dict[int, list[int]] = {}
        self._accepts: dict[int, int] = {}
        self._parts, self._kinds = parts, kinds
        self._built: dict[tuple[str, int], int] = {}
        """(named part, place) -> place after it: templates that begin alike share their beginning."""
        self._open: list[str] = []
        self.vocabulary: set[str] = set()
        self._sets: dict[frozenset[str], str] = {}
        """Words that stand for one another -> the key of the edge they share."""
        self._shared: dict[str, list[str]] = {}
        """Word -> keys of the edges it shares."""
        begin = self._place()
        for rule, one in enumerate(templates):
            self._accepts.setdefault(self._build(one, begin), rule)
        self._states: dict[frozenset[int], _State] = {}
        self._start = self._state({begin})

    # ---- building ----------------------------------------------------------------------------------------------------

    def _place(self) -> int:
        self._edges.append({})
        return len(self._edges) - 1

    def _build(self, one: t.Template, here: int) -> int:
        """Add what `one` matches after `here`; the place reached."""
        match one:
            case t.Sequence(items):
                for item in items:
                    here = self._build(item, here)
                return here
            case t.OneOf(items):
                return self._build_choice(items, here)
            case t.Gap(least, most):
                ends = [here]
                for _ in range(most):
                    ends.append(self._place())
                    self._gaps.setdefault(ends[-2], []).append(ends[-1])
                return self._meeting(ends[least:])
            case t.Part(name):
                return self._build_part(name, here)
            case _:
                return self._build_leaf(one, here)

    def _build_choice(self, items: Sequence[t.Template], here: int) -> int:
        """Single words share one edge: a choice of a hundred is no larger than one of two."""
        words = frozenset(item.text for item in items if isinstance(item, t.Word))
        ends = [self._build(item, here) for item in items if not isinstance(item, t.Word)]
        if len(words) == 1:
            ends.append(self._after(here, *words))
        elif words:
            ends.append(self._after_any(here, words))
        return ends[0] if len(ends) == 1 and ends[0] != here else self._meeting(ends)

    def _after_any(self, here: int, words: frozenset[str]) -> int:
        key = self._sets.get(words)
        if key is None:
            key = self._sets[words] = f"|{len(self._sets)}"
            for word in words:
                self._shared.setdefault(word, []).append(key)
            self.vocabulary |= words
        there = self._edges[here].get(key)
        return self._edge(here, key) if there is None else there

    def _edge(self, here: int, key: str) -> int:
        there = self._edges[here][key] = self._place()
        return there

    def _build_leaf(self, one: t.Word | t.Number, here: int) -> int:
        if isinstance(one, t.Word):
            return self._after(here, one.text)
        there = self._place()
        self._ranges.setdefault(here, []).append((one.low, one.high, there))
        return there

    def _meeting(self, ends: Sequence[int]) -> int:
        """A place reached from all of these."""
        meet = self._place()
        for end in ends:
            self._free.setdefault(end, []).append(meet)
        return meet

    def _build_part(self, name: str, here: int) -> int:
        if name in self._kinds:
            return self._after(here, f"<{name}>")
        if name not in self._parts or name in self._open:
            raise UnknownPart(f"<{name}> is not defined (or names itself)")
        there = self._built.get((name, here))
        if there is None:
            self._open.append(name)
            there = self._built[name, here] = self._build(self._parts[name], here)
            self._open.pop()
        return there

    def _after(self, here: int, key: str) -> int:
        there = self._edges[here].get(key)
        if there is None:
            there = self._edge(here, key)
            self.vocabulary.add(key)
        return there

    # ---- running -----------------------------------------------------------------------------------------------------

    def _state(self, places: set[int]) -> _State:
        todo = list(places)
        while todo:
            for there in self._free.get(todo.pop(), ()):
                if there not in places:
                    places.add(there)
                    todo.append(there)
        closed = frozenset(places)
        state = self._states.get(closed)
        if state is None:
            state = self._states[closed] = self._made(closed)
        return state

    def _made(self, places: frozenset[int]) -> _State:
        rule = min((self._accepts[place] for place in places if place in self._accepts), default=-1)
        state = _State(rule, alive=bool(places))
        for place in places:
            for key, there in self._edges[place].items():
                state.moves.setdefault(key, []).append(there)
            state.ranges.extend(self._ranges.get(place, ()))
            state.gaps.extend(self._gaps.get(place, ()))
        return state

    def _step(self, state: _State, key: str) -> _State:
        reached = set(state.moves.get(key, ()))
        for shared in self._shared.get(key, ()):
            reached.update(state.moves.get(shared, ()))
        if key not in ANCHORS:
            reached.update(state.gaps)
        if state.ranges and key.isdigit():
            number = int(key)
            reached.update(there for low, high, there in state.ranges if low <= number <= high)
        after = state.next[key] = self._state(reached)
        return after

    def keys(self, words: Sequence[str]) -> list[str]:
        """The words as this automaton tells them apart. Numbers over four digits are no number to a grammar."""
        vocabulary = self.vocabulary
        return [
            word if word in vocabulary or word in ANCHORS or (word.isdigit() and len(word) <= 4) else OTHER  # noqa: PLR2004  # a year
            for word in words
        ]

    def longest(self, keys: Sequence[str], first: int) -> Match | None:
        """The longest match that starts at `first`; `keys` as made by `keys`."""
        state, rule, end = self._start, -1, first
        for at in range(first, len(keys)):
            key = keys[at]
            state = state.next.get(key) or self._step(state, key)
            if not state.alive:
                break
            if state.rule >= 0:
                rule, end = state.rule, at + 1
        return Match(rule, first, end) if end > first else None

    def spot(self, words: Sequence[str], hints: frozenset[int] = frozenset()) -> list[Match]:
        """Every match from left to right, the longest first at each place, none overlapping.

        A match by one of the `hints` gives way to one by another line that begins inside it and ends after it.
        """
        keys, found, at = self.keys(words), [], 0
        begin = self._start.next
        while at < len(keys):
            first = begin.get(keys[at])
            if first is not None and not first.alive:  # most words begin nothing
                at += 1
                continue
            match = self.longest(keys, at)
            if match is not None and match.rule in hints:
                match = self._firmer(keys, match, hints)
            if match is None:
                at += 1
            else:
                found.append(match)
                at = match.end
        return found

    def _firmer(self, keys: Sequence[str], hint: Match, hints: frozenset[int]) -> Match:
        """The first match by a line that is no hint, begun inside this one and ending after it; or this one."""
        for first in range(hint.first + 1, hint.end):
            match = self.longest(keys, first)
            if match is not None and match.end > hint.end and match.rule not in hints:
                return match
        return hint
