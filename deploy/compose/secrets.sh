#!/bin/sh
# Makes the database's password, once, for the two that need it: `sh secrets.sh`.
set -eu
cd "$(dirname "$0")"
if [ -e secrets ]; then
    echo "There are secrets already; a new password would lock the server out of its database." >&2
    exit 1
fi
password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
# The folder keeps others out; inside, the containers' own users must be able to read.
mkdir -m 700 secrets
printf '%s' "$password" >secrets/postgres_password
printf 'postgresql://classpulse:%s@database/classpulse' "$password" >secrets/classpulse_database
chmod 444 secrets/*
echo "secrets/ holds the database's password. Keep a copy where backups lie."
