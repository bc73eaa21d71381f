"""calendar.event as Odoo 19 behaves: times that follow one another, attendees, invitations, and private events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from pupitre.emulators.odoo import rows
from pupitre.emulators.odoo.behaviours import Behaviour, Given
from pupitre.emulators.odoo.columns import keep, moment
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.env import FORMAT, Env
from pupitre.emulators.odoo.errors import VALIDATION, OdooError, missing, no_access
from pupitre.emulators.odoo.views import busy_word, is_hidden, speaks_french

EVENT = "calendar.event"
ATTENDEE = "calendar.attendee"
_OPEN_TO_ALL = {
    *("id", "active", "allday", "start", "stop", "start_date", "stop_date", "duration"),
    *("user_id", "partner_id", "show_as", "privacy", "attendee_ids", "activity_ids"),
}
"""What is told of a private event to others, besides the fields made at run time."""


class Event(Behaviour):
    """An event in somebody's calendar."""

    def before_create(self, env: Env, vals: Given) -> Given:
        vals.setdefault("user_id", env.uid)
        if vals["user_id"] and env.db.get("res.users", cast("int", vals["user_id"])) is None:
            raise missing("res.users")  # who attends is looked for before the record is made
        vals.setdefault("partner_ids", [[6, 0, [env.partner]]])
        vals.setdefault("start", _next_half_hour(env).strftime(FORMAT))
        if not vals.get("stop"):
            vals["stop"] = (_next_half_hour(env) + timedelta(hours=1)).strftime(FORMAT)
        if vals.get("allday"):
            vals |= _whole_days(vals)
        elif "duration" not in vals:
            vals["duration"] = _hours(vals["start"], vals["stop"])
        if not env.context.get("skip_contact_description"):
            vals["description"] = _with_contacts(env, vals)
        return vals

    def after_create(self, env: Env, row: Row, vals: Mapping[str, object]) -> None:  # noqa: ARG002 -- the row says all
        _check_times(row)
        if row["privacy"] == "private" and row["user_id"] != env.uid:
            raise no_access(EVENT, "create")  # also who attends: rights are looked at before attendees are there
        attendees = _attend(env, row, _partners(row))
        if str(row["start"]) > env.now.strftime(FORMAT):
            _mail(env, "Invitation", row, attendees)

    def before_any_write(self, env: Env, before: Row, vals: Given) -> None:  # noqa: ARG002 -- the row says all
        if is_hidden(env, before):
            raise no_access(EVENT, "write")

    def before_write(self, env: Env, before: Row, vals: Given) -> Given:  # noqa: ARG002 -- the row says all
        allday = vals.get("allday", before["allday"])
        if allday and before["allday"]:
            return _moved_days(before, vals)
        if allday:
            touched = vals.keys() & {"allday", "start", "stop", "start_date", "stop_date"}
            return {**vals, **_whole_days({**_times(before), **vals})} if touched else vals
        if before["allday"]:
            vals |= {"start_date": False, "stop_date": False}
        if "stop" not in vals and vals.keys() & {"start", "duration"}:
            length = timedelta(minutes=round(float(str(vals.get("duration", before["duration"]) or 1.0)) * 60))
            start = datetime.strptime(moment(str(vals.get("start", before["start"]))), FORMAT)  # noqa: DTZ007 -- UTC
            vals["stop"] = (start + length).strftime(FORMAT)
        elif "stop" in vals and "duration" not in vals:
            vals["duration"] = _hours(vals.get("start", before["start"]), vals["stop"])
        return vals

    def after_write(self, env: Env, before: Row, after: Row, vals: Mapping[str, object]) -> None:
        _check_times(after)
        added = [one for one in _partners(after) if one not in _partners(before)]
        for attendee in _attendees(env, after):
            if attendee["partner_id"] not in _partners(after):
                env.db.drop(ATTENDEE, cast("int", attendee["id"]))
        stayed = [cast("int", attendee["partner_id"]) for attendee in _attendees(env, after)]
        organizer = after["user_id"]
        if organizer and organizer != env.uid and any(vals.get(name) for name in _TIMES):
            partner = env.db.tables["res.users"][cast("int", organizer)]["partner_id"]
            for attendee in _attendees(env, after):
                if attendee["partner_id"] == partner:
                    if is_hidden(env, after):
                        raise no_access(EVENT, "write")  # it has just been made private, and is no longer the writer's
                    rows.update(env, ATTENDEE, attendee, {"state": "needsAction"})
        new = _attend(env, after, added)
        if env.context.get("skip_attendee_notification") or not after["active"]:
            return
        if "partner_ids" in vals:
            _mail(env, "Invitation", after, new)
        if vals.get("start") and str(after["start"]) >= env.now.strftime(FORMAT):
            _mail(env, "Date updated", after, stayed)

    def before_unlink(self, env: Env, row: Row) -> None:
        if is_hidden(env, row):
            raise no_access(EVENT, "unlink")
        for attendee in _attendees(env, row):
            env.db.drop(ATTENDEE, cast("int", attendee["id"]))

    def masked(self, env: Env, row: Row, told: Given) -> Given:
        if not is_hidden(env, row):
            return told
        hidden = {"name": busy_word(env), "display_name": busy_word(env), "partner_ids": []}
        return {
            name: found if name in _OPEN_TO_ALL or name.startswith("x_") else hidden.get(name, False)
            for name, found in told.items()
        }


class Attendee(Behaviour):
    """Who takes part is told to everybody; who does not answer yet says so."""

    def before_create(self, env: Env, vals: Given) -> Given:
        if "state" not in vals and vals.get("partner_id") == env.partner:
            vals["state"] = "accepted"
        return vals


_TIMES = ("start", "stop", "start_date", "stop_date")


def _times(row: Row) -> dict[str, object]:
    return {name: row[name] for name in _TIMES}


def _moved_days(before: Row, vals: Given) -> Given:
    """Of an event that lasts whole days: with days come office hours, with instants their days."""
    if vals.keys() & {"start_date", "stop_date"}:
        return {**vals, **_whole_days({**_times(before), **vals})}
    if not vals.keys() & {"start", "stop"}:
        return vals
    start = moment(str(vals.get("start", before["start"])))
    if "stop" in vals:
        stop = moment(str(vals["stop"]))
        vals.setdefault("duration", _hours(start, stop))
    else:
        length = timedelta(hours=float(str(before["duration"] or 1.0)), seconds=-1)
        stop = (datetime.strptime(start, FORMAT) + length).strftime(FORMAT)  # noqa: DTZ007 -- UTC
    return {**vals, "start": start, "stop": stop, "start_date": start[:10], "stop_date": stop[:10]}


def _next_half_hour(env: Env) -> datetime:
    return env.now + (datetime.min - env.now) % timedelta(minutes=30)  # noqa: DTZ901 -- naive as Odoo's are


def _hours(start: object, stop: object) -> float:
    """The duration as Odoo keeps it: 20 minutes are 0.33."""
    first, last = (datetime.strptime(moment(str(at)), FORMAT) for at in (start, stop))  # noqa: DTZ007 -- UTC
    return round((last - first).total_seconds() / 3600, 2)


def _whole_days(vals: Mapping[str, object]) -> dict[str, object]:
    """All day is no zone's: the dates decide and the times are 08:00 and 18:00; without dates, the times stay."""
    if vals.get("start_date") and vals.get("stop_date"):
        first, last = str(vals["start_date"])[:10], str(vals["stop_date"])[:10]
        times: dict[str, object] = {"start": f"{first} 08:00:00", "stop": f"{last} 18:00:00"}
    else:
        times = {"start": moment(str(vals["start"])), "stop": moment(str(vals["stop"]))}
        first, last = str(times["start"])[:10], str(times["stop"])[:10]
    duration = vals["duration"] if vals.get("duration") else _hours(times["start"], times["stop"])
    return {**times, "start_date": first, "stop_date": last, "duration": duration}


def _check_times(row: Row) -> None:
    first, last = ("start_date", "stop_date") if row["allday"] else ("start", "stop")
    if str(row[last]) < str(row[first]):
        raise OdooError(
            VALIDATION,
            "The ending date and time cannot be earlier than the starting date and time.\n"
            f"Meeting “{row['name']}” starts at {row[first]} and ends at {row[last]}",
        )


def _partners(row: Row) -> list[int]:
    found = row["partner_ids"]
    return found if isinstance(found, list) else []


def _attendees(env: Env, row: Row) -> list[Row]:
    return [one for one in env.db.tables[ATTENDEE].values() if one["event_id"] == row["id"]]


def _attend(env: Env, row: Row, partners: Sequence[int]) -> Sequence[int]:
    for partner in partners:
        state = "accepted" if partner == env.partner else "needsAction"
        rows.insert(env, ATTENDEE, {"event_id": row["id"], "partner_id": partner, "state": state})
    return partners


def _mail(env: Env, subject: str, row: Row, partners: Collection[int]) -> None:
    """A mail to every attendee with an address except who calls."""
    if env.context.get("no_mail_to_attendees"):
        return
    for partner in partners:
        email = env.db.tables["res.partner"][partner]["email"]
        if email and partner != env.partner:
            rows.insert(env, "mail.mail", {"subject": f"{subject}: {row['name']}", "email_to": email, "state": "sent"})


def _with_contacts(env: Env, vals: Mapping[str, object]) -> str:
    """The description with the names, addresses and numbers that Odoo adds to it."""
    user = env.db.get("res.users", cast("int", vals["user_id"])) if vals.get("user_id") else None
    organizer = user["partner_id"] if user else None
    field = env.db.fields(EVENT)["partner_ids"]
    invited = cast("list[int]", keep(env, EVENT, "partner_ids", field, vals["partner_ids"]))
    patient = next((one for one in sorted(invited) if one != organizer), None)
    blocks = [
        _contact(env, title, partner)
        for title, partner in zip(_TITLES[speaks_french(env)], (organizer, patient), strict=True)
        if partner is not None
    ]
    base = f"{vals['description']}<br>" if vals.get("description") else ""
    return f"<div>{base}{'<br><br>'.join(blocks)}</div>"


_TITLES = {True: ("Organisé par", "Détails du contact"), False: ("Organized by", "Contact Details")}


def _contact(env: Env, title: str, partner: object) -> str:
    row = env.db.tables["res.partner"][cast("int", partner)]
    details = [f"<strong>{title}</strong>", str(row["name"])]
    details += [f'<a href="mailto:{row["email"]}">{row["email"]}</a>'] if row["email"] else []
    details += [f'<a href="tel:{row["phone"]}">{row["phone"]}</a>'] if row["phone"] else []
    return "<br>".join(details)
