"""What words that are no wish do to the wishes around them: "ou", "sauf", "je travaille", "plutôt", "oui"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from msgspec import structs

from pupitre.nlu.clauses import DAY_FIELDS, TIME_FIELDS, has, joined, open_ended, times_of
from pupitre.nlu.relative import part_of
from pupitre.nlu.wishes import Wishes
from pupitre.wish import Clause

ONE = timedelta(days=1)

# ---- what they do to the next wish -----------------------------------------------------------------------------------


def _or(so_far: Wishes) -> None:
    so_far.choosing = so_far.linked = True
    so_far.muted = False


def _and(so_far: Wishes) -> None:
    so_far.linked = True


def _else(so_far: Wishes) -> None:
    _or(so_far)
    so_far.fallback, so_far.refusing = True, False


def _refuse(so_far: Wishes, *, denying: bool = False) -> None:
    so_far.refusing = so_far.apart = True
    so_far.denying, so_far.denied_after = denying, so_far.last


def _except(so_far: Wishes) -> None:
    """A "sauf" after a refusal: "je travaille sauf le mercredi" wants what follows, "lundi non sauf le matin" of it.

    Days after refused times are those on which they are not: "pas le matin sauf le samedi".
    """
    if so_far.never:
        so_far.refusing = so_far.never = False
    elif so_far.refused and not so_far.wanted and not has(so_far.refused[-1], DAY_FIELDS):
        so_far.excepting, so_far.refusing = True, False
    elif so_far.last and so_far.refused and not so_far.wanted:
        so_far.wanted, so_far.chain = [so_far.refused.pop()], 1
        so_far.refusing = so_far.last = False
        so_far.stale = {DAY_FIELDS, TIME_FIELDS}
    else:
        _refuse(so_far)


def _but(so_far: Wishes, *, concluding: bool = False) -> None:
    so_far.refusing = so_far.last = so_far.muted = so_far.excepting = False
    so_far.concluding = concluding


def _prefer(so_far: Wishes) -> None:
    _but(so_far)
    so_far.preferring = True


def _than(so_far: Wishes) -> None:
    """What is liked less: "plutôt mercredi que jeudi"."""
    if so_far.preferring:
        _refuse(so_far)


def _because(so_far: Wishes) -> None:
    so_far.muted = bool(so_far.wanted or so_far.refused)


def _free(so_far: Wishes) -> None:
    """What was said suits, even if it seemed refused: "jeudi c'est l'heure de la sieste, ça m'arrange"."""
    if so_far.doubted and so_far.refused:
        so_far.wanted.append(so_far.refused.pop())
        so_far.last, so_far.doubted = True, False
    so_far.refusing, so_far.stated = False, True


def _fix(so_far: Wishes) -> None:
    so_far.stale = {DAY_FIELDS, TIME_FIELDS} if so_far.wanted else set()
    so_far.refusing = False


def _asap(so_far: Wishes) -> None:
    so_far.asap = True


def _impossible(so_far: Wishes) -> None:
    so_far.impossible = True


def _any(so_far: Wishes) -> None:
    """Any time; a limit before a "sinon" then only excludes: "lundi pas avant 14 heures, sinon quand vous voulez"."""
    if so_far.refusing:
        so_far.never = True
        return
    so_far.any = True
    last = so_far.wanted[-1] if so_far.wanted else Clause()
    if so_far.fallback and so_far.limited and has(last, DAY_FIELDS) and has(last, TIME_FIELDS):
        so_far.wanted.pop()
        so_far.refused.append(structs.replace(last, not_before=last.not_after, not_after=last.not_before))


# ---- what they say of the wish before --------------------------------------------------------------------------------


def _whole(so_far: Wishes) -> None:
    so_far.closed = bool(so_far.wanted) and so_far.last
    so_far.any = so_far.any or not so_far.closed


def _busy(so_far: Wishes, *, certain: bool) -> None:
    """A refusal: "le lundi je travaille" refuses what came before, "je travaille le lundi" what follows."""
    if so_far.muted:
        return
    bound = bool(so_far.wanted) and open_ended(so_far.wanted[-1])
    if so_far.last and so_far.wanted and not so_far.stated and not so_far.refusing and (certain or not bound):
        so_far.refused.append(so_far.wanted.pop())
        so_far.last, so_far.chain, so_far.apart = False, 0, True
        so_far.doubted, so_far.busy = not certain, True
    elif certain:
        so_far.refusing = so_far.apart = True


def _neither(so_far: Wishes) -> None:
    """A closing "non plus": the wish just said is refused like those before it."""
    if so_far.last and so_far.newest is not None and so_far.wanted:
        so_far.wanted = list(so_far.before[0])
        so_far.apart = True
        so_far.refuse(so_far.newest, apart=False)


def _too(so_far: Wishes) -> None:
    """A closing "aussi": refused like those before it, unless something was wanted then."""
    if so_far.refused and not so_far.before[0]:
        _neither(so_far)


def _yes(so_far: Wishes) -> None:
    """A "oui" after a wish: it suits; a "pas" between two was for the first: "lundi pas mardi oui"."""
    if not so_far.last:
        return
    if so_far.refusing and so_far.denying and so_far.newest is not None:
        so_far.wanted, so_far.refused = list(so_far.before[0]), list(so_far.before[1])
        if so_far.denied_after and so_far.wanted:
            so_far.refused.append(so_far.wanted.pop())
        so_far.want(so_far.newest)
    _free(so_far)


def _part(so_far: Wishes, *, part: str) -> None:
    if so_far.last and so_far.wanted:
        so_far.wanted[-1] = part_of(so_far.wanted[-1], part) or so_far.wanted[-1]


def _same_time(so_far: Wishes) -> None:
    """A "même heure": the time of the wish before, or the one that is said next for both."""
    if len(so_far.wanted) < 2:  # noqa: PLR2004  # a pair
        return
    before, last = so_far.wanted[-2:]
    if has(before, TIME_FIELDS):
        so_far.wanted[-1] = joined(last, times_of(before), union=False) or last
    else:
        so_far.chain = len(so_far.wanted)


def _anyway(so_far: Wishes) -> None:
    if so_far.refused and not so_far.wanted:
        so_far.wanted = [so_far.refused.pop()]


def _rather(so_far: Wishes) -> None:
    """A closing "plutôt": the wish just said replaces the one before, or is not refused with it."""
    if so_far.last and so_far.newest is not None:
        so_far.wanted, so_far.refused = list(so_far.before[0]), list(so_far.before[1])
        so_far.refusing = False
        so_far.stale = {DAY_FIELDS, TIME_FIELDS}
        so_far.want(so_far.newest)


def _bound(so_far: Wishes, *, before: bool) -> None:
    """A bare "avant" or "après" bounds by the date or hour just said: "je pars le 28 alors avant"."""
    last = so_far.wanted[-1] if so_far.wanted else Clause()
    moment = last.at or last.not_after
    if last.dates:
        first, end = min(last.dates), max(last.dates)
        so_far.wanted[-1] = Clause(window_end=first - ONE) if before else Clause(window_start=end + ONE)
    elif moment:
        so_far.wanted[-1] = Clause(not_after=moment) if before else Clause(not_before=moment)


MARKS: Mapping[str, Callable[[Wishes], None]] = MappingProxyType(
    {
        "or": _or,
        "and": _and,
        "else": _else,
        "except": _except,
        "never": _refuse,
        "prefer": _prefer,
        "than": _than,
        "not": partial(_refuse, denying=True),
        "but": _but,
        "so": partial(_but, concluding=True),
        "because": _because,
        "free": _free,
        "fix": _fix,
        "asap": _asap,
        "any": _any,
        "impossible": _impossible,
        "whole": _whole,
        "busy": partial(_busy, certain=True),
        "occupied": partial(_busy, certain=False),
        "neither": _neither,
        "too": _too,
        "yes": _yes,
        "early": partial(_part, part="early"),
        "middle": partial(_part, part="middle"),
        "late": partial(_part, part="late"),
        "same_time": _same_time,
        "anyway": _anyway,
        "rather": _rather,
        "before_it": partial(_bound, before=True),
        "after_it": partial(_bound, before=False),
    }
)
"""Kind of piece -> what it does. Kinds that stand for no wish and no mark ("noise") do nothing."""
