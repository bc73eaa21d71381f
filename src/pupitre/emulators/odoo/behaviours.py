"""What models do besides keeping records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pupitre.emulators.odoo import rows
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.env import Env
from pupitre.emulators.odoo.errors import REDIRECT, VALIDATION, OdooError
from pupitre.emulators.odoo.phones import sanitized

Given = dict[str, object]

SECRET = "_secret"  # noqa: S105 -- a column's name
"""Where a password or key is kept in a row: no field has this name."""


class Behaviour:
    """A model that does nothing besides."""

    def before_create(self, env: Env, vals: Given) -> Given:  # noqa: ARG002 -- for those that need it
        """The values with which a record is made."""
        return vals

    def after_create(self, env: Env, row: Row, vals: Mapping[str, object]) -> None:
        """`vals` are those that were sent."""

    def before_any_write(self, env: Env, before: Row, vals: Given) -> None:
        """What is looked at before rights are."""

    def before_write(self, env: Env, before: Row, vals: Given) -> Given:  # noqa: ARG002 -- for those that need it
        """The values that are written over a record."""
        return vals

    def after_write(self, env: Env, before: Row, after: Row, vals: Mapping[str, object]) -> None:
        """`vals` are those that were sent."""

    def before_unlink(self, env: Env, row: Row) -> None:
        """The last moment to say no, or to take others along."""

    def visible(self, env: Env, row: Row) -> bool:  # noqa: ARG002 -- for those that need it
        """Whether this caller finds the record."""
        return True

    def masked(self, env: Env, row: Row, told: Given) -> Given:  # noqa: ARG002 -- for those that need it
        """What of an answer this caller may see."""
        return told


class Partner(Behaviour):
    """A contact: its number is sanitized, and what a person needs is not deleted."""

    def before_create(self, env: Env, vals: Given) -> Given:
        if vals.get("name") in (None, False) and vals.get("type", "contact") == "contact":
            raise OdooError(VALIDATION, "Contacts require a name")
        return self._computed(env, {}, vals)

    def before_any_write(self, env: Env, before: Row, vals: Given) -> None:
        """Whoever logs in is not archived by way of his contact."""
        users = [user for user in env.db.tables["res.users"].values() if user["partner_id"] == before["id"]]
        if vals.get("active", True) is False and any(user["active"] for user in users):
            name = REDIRECT if env.may("res.users", "write") else VALIDATION
            raise OdooError(name, "You cannot archive contacts linked to an active user.")

    def before_write(self, env: Env, before: Row, vals: Given) -> Given:
        users = [user for user in env.db.tables["res.users"].values() if user["partner_id"] == before["id"]]
        if any(user["id"] != env.uid and not user["share"] for user in users):
            env.allow("res.users", "write")
        if "name" in vals and not vals["name"] and before["type"] == "contact":
            raise OdooError(VALIDATION, "Contacts require a name")
        return self._computed(env, before, vals)

    def before_unlink(self, env: Env, row: Row) -> None:
        if any(user["partner_id"] == row["id"] for user in env.db.tables["res.users"].values()):
            name = REDIRECT if env.may("res.users", "write") else VALIDATION
            raise OdooError(name, "You cannot delete contacts linked to an active user.")
        for field in env.db.tables["ir.model.fields"].values():
            if (field["relation"], field["on_delete"]) == ("res.partner", "restrict"):
                holders = env.db.tables[str(field["model"])].values()
                if any(one.get(str(field["name"])) == row["id"] for one in holders):
                    raise OdooError(VALIDATION, "The operation cannot be completed: another model requires the record.")

    def _computed(self, env: Env, before: Row, vals: Given) -> Given:
        after = {**before, **vals}
        parent = env.db.get("res.partner", cast("int", after["parent_id"])) if after.get("parent_id") else None
        name = str(after.get("name") or "")
        whole = f"{parent['name']}, {name}" if parent and not after.get("is_company") else name
        phone = after.get("phone")
        return {**vals, "complete_name": whole, "phone_sanitized": sanitized(str(phone)) if phone else False}


class User(Behaviour):
    """A user has a partner of his own, and is an internal one unless told otherwise."""

    def before_create(self, env: Env, vals: Given) -> Given:
        if not vals.get("partner_id"):
            kept: Given = {name: vals[name] for name in ("name", "email", "phone", "tz", "lang") if name in vals}
            vals["partner_id"] = rows.insert(env, "res.partner", Partner().before_create(env, kept))["id"]
        vals.setdefault("group_ids", [[6, 0, [env.db.external_ids["base.group_user"].res_id]]])
        return vals

    def after_create(self, env: Env, row: Row, vals: Mapping[str, object]) -> None:
        self._keep_password(env, row, vals)

    def after_write(self, env: Env, before: Row, after: Row, vals: Mapping[str, object]) -> None:  # noqa: ARG002 -- what models override
        self._keep_password(env, after, vals)

    def _keep_password(self, env: Env, row: Row, vals: Mapping[str, object]) -> None:
        """Beside the fields, where nothing reads it but the login."""
        if vals.get("password"):
            env.db.put("res.users", {**row, SECRET: str(vals["password"])})


class ApiKey(Behaviour):
    """A key is shown to its user, and to administrators."""

    def visible(self, env: Env, row: Row) -> bool:
        return row["user_id"] == env.uid or env.has_group("base.group_system")


class Activity(Behaviour):
    """A to-do on a record."""

    def before_create(self, env: Env, vals: Given) -> Given:
        model = env.db.get("ir.model", cast("int", vals.get("res_model_id")))
        if model is None or not vals.get("res_id"):
            raise OdooError(VALIDATION, "Activities have to be linked to records with a not null res_id.")
        return {"user_id": env.uid, **vals, "res_model": model["model"]}


class ManualField(Behaviour):
    """Fields made at run time: there on the very next call."""

    def before_create(self, env: Env, vals: Given) -> Given:
        name = str(vals.get("name") or "")
        model = env.db.get("ir.model", cast("int", vals.get("model_id")))
        if model is None:
            raise OdooError(VALIDATION, "The operation cannot be completed: a mandatory field is not set.")
        if not name.startswith("x_"):
            raise OdooError(VALIDATION, "Custom fields must have a name that starts with 'x_'!")
        if name in env.db.fields(str(model["model"])):
            raise OdooError(VALIDATION, "Field names must be unique per model.")
        commands = cast("list[list[dict[str, str]]]", vals.pop("selection_ids", []))
        if commands:
            vals["selection"] = "\n".join(command[2]["value"] for command in commands)
        return {**vals, "model": model["model"]}
