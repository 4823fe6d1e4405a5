#!/usr/bin/env bash
# A PostgreSQL server on 127.0.0.1: user and database `runwright`, without a password.
#
#   postgres.sh FOLDER start PORT     the port is needed the first time only
#   postgres.sh FOLDER stop | kill9   kill9 ends the server and all of its connections at once
#
# PG_TEST_FSYNC=off spares the disk where nothing is killed. PG_TEST_TLS=on encrypts, with a certificate of its own for the
# name localhost: FOLDER/pg/data/server.crt.
# As root it runs as the user nobody, so the folders above FOLDER must be open to others.
# Needs (Debian): postgresql
set -euo pipefail
D=$1 CMD=${2:-} PORT=${3:-$(cat "$1/port" 2>/dev/null || true)}
B=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1); B=${B:-$(dirname "$(command -v postgres)")}
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; else "$@"; fi; }
pid() { head -n 1 "$D/pg/data/postmaster.pid" 2>/dev/null || true; }
alive() { [ -n "$(pid)" ] && kill -0 "$(pid)" 2>/dev/null; }
client() { local program=$1; shift; "$B/$program" -h 127.0.0.1 -p "$PORT" -U runwright "$@"; }

case $CMD in
  start)
    alive && client pg_isready -q && exit 0
    mkdir -p "$D/pg"; echo "$PORT" >"$D/port"; cd "$D/pg"
    [ "$(id -u)" = 0 ] && chown nobody:nogroup "$D/pg"
    [ -s data/PG_VERSION ] ||
      as "$B/initdb" -D "$D/pg/data" -U runwright -A trust -E UTF8 --locale=C.UTF-8 --no-sync >initdb.log
    if [ "${PG_TEST_TLS:-off}" = on ] && [ ! -s data/server.crt ]; then
      as openssl req -new -x509 -days 30 -nodes -newkey rsa:2048 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout data/server.key -out data/server.crt 2>openssl.log
      as chmod 600 data/server.key
    fi
    # The children of a server that was killed see it and end by themselves; before that no other one starts.
    end=$((SECONDS + 60))
    until as "$B/pg_ctl" -D "$D/pg/data" -w -t 120 -l "$D/pg/server.log" -o "-p $PORT -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories='' -c fsync=${PG_TEST_FSYNC:-on} -c ssl=${PG_TEST_TLS:-off} -c shared_buffers=64MB -c max_connections=200" start >/dev/null 2>&1; do
      [ $SECONDS -lt $end ] || { tail -n 5 server.log >&2; exit 1; }; sleep 0.2
    done
    client psql -qAtd postgres -c "select 1 from pg_database where datname = 'runwright'" | grep -q 1 ||
      client createdb runwright ;;
  stop) if alive; then cd "$D/pg"; as "$B/pg_ctl" -D "$D/pg/data" -m fast -w stop >/dev/null; fi ;;
  kill9)
    p=$(pid) end=$((SECONDS + 60)); kill -9 "$p"
    while kill -0 "$p" 2>/dev/null; do [ $SECONDS -lt $end ] || exit 1; sleep 0.05; done ;;
  *) sed -n '2,9p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
