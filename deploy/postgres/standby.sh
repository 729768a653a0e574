#!/bin/sh
# A standby: a copy of the primary, made when the volume is new, and then whatever the primary writes.
# Of the three, the one that can be written to is the primary: one that is promoted is followed by the other.
set -eu
: "${STANDBY_NAME:?}" "${PGPASSWORD:?set MEDFACTS_STANDBY_PASSWORD, for the role that copies the primary}"
primary="host=postgres,standby1,standby2 user=medfacts_standby target_session_attrs=read-write"
primary="$primary connect_timeout=2 application_name=$STANDBY_NAME"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    copy=/var/lib/postgresql/copying  # a copy that was interrupted is begun anew
    rm -rf "$copy" "$PGDATA"
    pg_basebackup --dbname="$primary dbname=replication" --pgdata="$copy" --wal-method=stream --checkpoint=fast
    touch "$copy/standby.signal"
    mkdir -p "$(dirname "$PGDATA")"
    mv "$copy" "$PGDATA"
fi

exec postgres -c hba_file=/etc/medfacts/pg_hba.conf -c wal_keep_size=1GB \
    -c "primary_conninfo=$primary tcp_user_timeout=5000 keepalives_idle=5 keepalives_interval=1" \
    -c wal_retrieve_retry_interval=1s
