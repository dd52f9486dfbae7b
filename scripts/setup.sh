#!/usr/bin/env bash
# Builds the project's own environment, and the system parts that it needs where it may.
#   scripts/setup.sh run     .venv with the agent and the server      (make run)
#   scripts/setup.sh test    the same with the test tools and Chromium (make test)
#   scripts/setup.sh docs    .venv-docs with what builds the site      (make docs)
#   scripts/setup.sh train   .venv-train with TensorFlow beside it     (make test, model work)
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "setup: $*"; }
fail() { printf '%s\n' "setup: $*" >&2; exit 1; }

# What a bare Debian or Ubuntu lacks is installed if we may, else named in one sentence.
install_system() { # install_system "what for" package…
    local purpose=$1
    shift
    if command -v apt-get >/dev/null 2>&1; then
        local as_root=()
        if [ "$(id -u)" -ne 0 ]; then
            sudo -n true 2>/dev/null || fail "$purpose needs system packages; please run: sudo apt-get install $*"
            as_root=(sudo -n)
        fi
        say "installing $* ($purpose)"
        "${as_root[@]}" apt-get update -qq || true
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" \
            >/dev/null || fail "$purpose needs system packages that could not be installed: $*"
    else
        fail "$purpose needs what Debian calls $*; please install its like with this system's package manager."
    fi
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "ClassPulse needs Python 3.11 to 3.14, but none of python3, python3.13, python3.12, python3.11 is one."
}

make_environment() { # make_environment FOLDER uv-sync-arguments…
    local folder=$1
    shift
    if [ ! -x "$folder/bin/pip" ]; then
        local python
        python=$(find_python)
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            install_system "making a virtual environment" "$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')"
        "$python" -m venv "$folder" || fail "the environment $folder could not be made."
    fi
    "$folder/bin/pip" install --quiet --disable-pip-version-check "uv>=0.9,<1" ||
        fail "uv could not be installed from the package index; is the network there?"
    # --inexact keeps uv itself, which the lock does not list.
    UV_PROJECT_ENVIRONMENT="$folder" "$folder/bin/uv" sync --quiet --frozen --inexact "$@" ||
        fail "the locked packages could not be installed into $folder."
}

opencv_loads() { "$1/bin/python" -c 'import cv2' >/dev/null 2>&1; }

find_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

find_firefox() {
    command -v firefox-esr || command -v firefox
}

find_nginx() {
    command -v nginx || PATH=$PATH:/usr/sbin command -v nginx
}

case "${1:-run}" in
run)
    make_environment .venv --no-dev --extra agent --extra server
    opencv_loads .venv || install_system "OpenCV" libgl1 libglib2.0-0 libxcb1
    ;;
test)
    make_environment .venv --extra agent --extra server
    opencv_loads .venv || install_system "OpenCV" libgl1 libglib2.0-0 libxcb1
    find_chromium >/dev/null || install_system "the browser tests" chromium fonts-liberation
    find_firefox >/dev/null || install_system "the browser agent's test in Firefox" firefox-esr
    command -v Xvfb >/dev/null || install_system "the tests of windows and of the screen" xvfb
    find_nginx >/dev/null || install_system "the test behind a proxy" nginx-light
    ;;
docs)
    make_environment .venv-docs --no-install-project --only-group docs
    ;;
train)
    make_environment .venv-train --extra agent --extra train
    opencv_loads .venv-train || install_system "OpenCV" libgl1 libglib2.0-0 libxcb1
    ;;
*)
    fail "expected run, test, docs or train, but received '$1'."
    ;;
esac
