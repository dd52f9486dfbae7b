#!/bin/sh
# Writes a dump and the keys each night, and deletes what is older than KEEP_DAYS.
set -eu
umask 077
PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGPASSWORD
trap 'exit 0' TERM
while :; do
    name=classpulse-$(date -u +%Y%m%dT%H%M%SZ)
    if pg_dump --format=custom --file="/backups/.$name" && mv "/backups/.$name" "/backups/$name.dump"; then
        if [ -e /keys/secret.key ]; then cp /keys/secret.key "/backups/$name.key"; fi
        find /backups -name 'classpulse-*' -mtime "+$KEEP_DAYS" -delete
        echo "wrote $name.dump"
    else
        echo "the backup $name failed" >&2
    fi
    sleep 86400 &
    wait $!
done
