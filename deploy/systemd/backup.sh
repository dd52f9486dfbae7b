#!/bin/sh
# One backup into a folder: the store, the keys and the ledger of erasures. Copy the folder to another
# machine; whoever has it has everything. `backup.sh FOLDER`, with the settings in the environment.
set -eu
umask 077
folder=${1:?the folder that backups go into}
classpulse=${CLASSPULSE:-classpulse}
keys=${CLASSPULSE_FOLDER:?the folder of the server}
mkdir -p "$folder"
name=$folder/classpulse-$(date -u +%Y%m%dT%H%M%SZ)

database=${CLASSPULSE_DATABASE:-}
secret=${CLASSPULSE_SECRETS_DIR:-}/classpulse_database
if [ -z "$database" ] && [ -r "$secret" ]; then database=$(cat "$secret"); fi
case $database in
postgresql://*) pg_dump --format=custom --file="$name.dump" "$database" ;;
*) "$classpulse" db backup "$name.db" ;;
esac
if [ -e "$keys/secret.key" ]; then cp "$keys/secret.key" "$name.key"; fi
# Without it, restoring on a new machine would bring back whoever was erased since.
"$classpulse" db erasures --to "$folder/erasures.json"
find "$folder" -name 'classpulse-*' -mtime "+${KEEP_DAYS:-14}" -delete
echo "wrote $name"
