"""Public holidays, from the library that keeps them. Importing it costs half a second: call it in a thread."""

from __future__ import annotations

from datetime import date

from pupitre.ports.errors import ConfigError


def public_holidays(place: str | None, first_year: int, years: int = 3) -> frozenset[date]:
    """The public holidays of a country ("FR") or one of its subdivisions ("FR-57"); none for None.

    Raises ConfigError when there is no such place.
    """
    if place is None:
        return frozenset()
    import holidays  # noqa: PLC0415 -- see above

    country, _, subdivision = place.partition("-")
    try:
        days = holidays.country_holidays(
            country, subdiv=subdivision or None, years=range(first_year, first_year + years)
        )
    except NotImplementedError as error:
        raise ConfigError(
            f'slots.holidays: no holidays are known for {place!r}; write one like "FR" or "FR-57"'
        ) from error
    return frozenset(days)
