"""Run in `odoo shell` by odoo-up: a French company with a technical user and three agents; no demo data.

National phone numbers need the company's country; attachments go into the database so that a dump holds all of it.
"""

env = env  # noqa: F821, PLW0127 -- given by the shell
groups = "group_ids" if "group_ids" in env["res.users"]._fields else "groups_id"
env["res.company"].browse(1).country_id = env.ref("base.fr")
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env["ir.default"].set("res.partner", "tz", "Europe/Paris")
env.ref("base.user_admin").write({"tz": "Europe/Paris", "email": "admin@demo.test", "lang": "fr_FR"})
internal, contacts = env.ref("base.group_user").id, env.ref("base.group_partner_manager").id
users = env["res.users"].with_context(no_reset_password=True, mail_create_nolog=True)
people = [("ivr", "Pupitre", [internal, contacts])]
people += [
    (f"agent{n}@demo.test", name, [internal]) for n, name in enumerate(("Claire Martin", "Hugo Petit", "Inès Roy"), 1)
]
for login, name, rights in people:
    users.create(
        {
            "login": login,
            "password": f"{login}-secret",
            "name": name,
            "tz": "Europe/Paris",
            "lang": "fr_FR",
            "email": login if "@" in login else "ivr@demo.test",
            groups: [(6, 0, rights)],
        }
    )
env.cr.commit()
print("template is ready")
