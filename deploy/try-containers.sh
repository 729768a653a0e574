#!/bin/sh
# Builds the image, brings the compose file up, asks it for baclofen, and takes it down again with all
# that it stored:
#   deploy/try-containers.sh          one machine
#   deploy/try-containers.sh many     the profile `many`, through the proxy, with a server of the API killed
# It wants docker or podman, its compose, and curl. Its containers are apart from any that are running.
set -eu
cd "$(dirname "$0")/.."

engine=${ENGINE:-$(command -v docker || command -v podman)}
if [ -z "${COMPOSE:-}" ]; then
    COMPOSE="$engine compose"
    $COMPOSE version >/dev/null 2>&1 || COMPOSE=docker-compose
fi
kind=${1:-one}
project=medfacts-try-$kind
export MEDFACTS_OWNER_PASSWORD=try-owner MEDFACTS_READER_PASSWORD=try-reader MEDFACTS_STANDBY_PASSWORD=try-standby
export MEDFACTS_PORT="${MEDFACTS_PORT:-18000}" MEDFACTS_PROXY_PORT="${MEDFACTS_PROXY_PORT:-18080}"

compose() { $COMPOSE --project-name "$project" --profile "$kind" "$@"; }
now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.1f s", $1 - $2 }'; }
fail() { echo "try-containers: $*" >&2; compose logs --tail=20 >&2; exit 1; }
answer() { curl --silent --show-error --max-time 10 "$@"; }
status() { curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' "$@" || true; }
header() { name=$1; shift; answer --dump-header - --output /dev/null "$@" | tr -d '\r' | sed -n "s/^$name: //Ip"; }
container() { compose ps -q "$1"; }

wait_for() {  # wait_for SECONDS URL
    tries=$(($1 * 10))
    until [ "$(status "$2")" = 200 ]; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "$2 does not answer 200."
        sleep 0.1
    done
}

trap 'compose down --volumes --timeout 10 >/dev/null 2>&1' EXIT
trap 'exit 1' INT TERM

begun=$(now)
compose build load >/dev/null  # the others are of the same image
echo "built in $(since "$begun"): $("$engine" image inspect --format '{{.Size}}' medfacts | awk '{ printf "%.0f MB", $1 / 1e6 }')"

begun=$(now)
if [ "$kind" = many ]; then
    compose up --detach proxy-many
    at=http://127.0.0.1:$MEDFACTS_PROXY_PORT first=api1
else
    compose up --detach
    at=http://127.0.0.1:$MEDFACTS_PORT first=api
fi
wait_for 120 "$at/health/ready"
echo "ready $(since "$begun") after compose began, with empty volumes"

baclofen=$at/v1/drugs/baclofen
answer --fail "$baclofen?include=all" | grep -q '"not_effective"' || fail "baclofen is not what it should be."
[ "$(status -X DELETE "$baclofen")" = 405 ] || fail "DELETE is not refused."
echo "baclofen, of release $(header data-release "$baclofen")"

header cache-status "$baclofen" | grep -q hit || fail "The proxy does not cache baclofen."
[ "$(status "$at/metrics")" = 404 ] || fail "The proxy shows one server's metrics."

if [ "$kind" = many ]; then
    etag=$(header etag "$baclofen")
    [ "$(status -H "If-None-Match: $etag" "$baclofen")" = 304 ] || fail "The proxy does not answer 304."
    [ "$(header etag -H 'Accept-Encoding: gzip' "$baclofen")" != "$etag" ] || fail "gzip has identity's ETag."
    [ "$(answer --compressed "$baclofen" | cksum)" = "$(answer "$baclofen" | cksum)" ] || fail "gzip differs."

    "$engine" kill "$(container api2)" >/dev/null
    for i in $(seq 100); do
        got=$(status "$at/v1/drugs?limit=$i")
        [ "$got" = 200 ] || fail "With one server of the API killed, request $i was answered $got."
    done
    echo "with one server of the API killed, 100 of 100 new requests are answered"
    "$engine" kill "$(container standby1)" >/dev/null
    for i in $(seq 100); do
        got=$(status "$at/v1/warnings?limit=$i")
        case $got in 200) ;; 503) echo "  request $i: 503" ;; *) fail "With a standby killed, a request was answered $got." ;; esac
    done
    echo "with a standby killed too, nothing but the 503s above"
else
    begun=$(now)
    compose restart --timeout 10 $first >/dev/null 2>&1
    wait_for 30 "$at/health/ready"
    echo "ready again $(since "$begun") after a restart of the API began"
fi

begun=$(now)
compose stop --timeout 10 >/dev/null 2>&1
echo "stopped in $(since "$begun")"
