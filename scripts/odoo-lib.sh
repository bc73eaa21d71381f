# What odoo-up and odoo-down share; sourced, not run. Sets the places of one real Odoo (19 or 14) and of its PostgreSQL.
version=${1:-}
case $version in 19 | 14) ;; *) echo "usage: $(basename "$0") 19|14 [--lease PID]" >&2; exit 2 ;; esac
[ "${2:-}" != --lease ] || lease=${3:?--lease needs a process id}
lease=${lease:-keep}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pupitre/odoo
home=$cache/$version
root=$(id -u)
# PostgreSQL refuses to run as root and its user cannot look into root's home: its data then live with its own.
if [ "$root" = 0 ]; then pg_home=/var/lib/postgresql/pupitre-odoo; else pg_home=$cache/postgres; fi
pg_port=${PUPITRE_ODOO_PG_PORT:-15470}
mkdir -p "$home/leases"
cd "$home"

as_postgres() { if [ "$root" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
pg() { as_postgres "$(find /usr/lib/postgresql -name initdb | sort -V | tail -1 | xargs dirname)/$1" "${@:2}"; }
sql() { pg psql -h 127.0.0.1 -p "$pg_port" -U odoo -d postgres -qAtX "$@"; }
alive() { [ -e "$1" ] && kill -0 "$(head -1 "$1")" 2>/dev/null; }
drop_dead_leases() {
  local file
  for file in leases/*; do
    [ "$file" = leases/keep ] || [ ! -e "$file" ] || kill -0 "$(basename "$file")" 2>/dev/null || rm -f "$file"
  done
}
