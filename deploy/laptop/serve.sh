#!/bin/sh
# A laptop on the school's network, with a certificate of its own: `sh serve.sh`, from any folder.
# It makes the certificate once, says how others open the server, and serves until Ctrl-C.
set -eu
umask 077
classpulse=${CLASSPULSE:-classpulse}
folder=${CLASSPULSE_TLS:-$HOME/.config/classpulse/tls}
port=${CLASSPULSE_PORT:-8443}
name=${1:-$(hostname)}
numbers=${CLASSPULSE_NUMBERS:-$(hostname -I 2>/dev/null || true)}

mkdir -p "$folder"
cd "$folder"
names="DNS:$name,DNS:$name.local,DNS:localhost,IP:127.0.0.1"
for number in $numbers; do names="$names,IP:$number"; done
if [ ! -e authority.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 \
        -subj "/CN=ClassPulse on $name" -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign" -keyout authority.key -out authority.pem 2>/dev/null
fi
# Anew at each start: the network may have given the laptop another number.
printf 'subjectAltName=%s\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n' \
    "$names" >extensions
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout server.key -out server.csr 2>/dev/null
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 \
    -extfile extensions -out server.pem 2>/dev/null

echo "Others open https://$name.local:$port"
for number in $numbers; do echo "or          https://$number:$port"; done
echo "Their browsers warn until $folder/authority.pem is trusted there; its fingerprint:"
openssl x509 -in authority.pem -noout -fingerprint -sha256
echo "For the agent: SSL_CERT_FILE=authority.pem classpulse agent --server https://$name.local:$port …"
exec "$classpulse" serve --host 0.0.0.0 --port "$port" --tls server.pem server.key
