#!/bin/sh
# List, make, change and delete SIP accounts, and read call records, in JSON. Needs curl, sed and jq.
# SIPSORCERY_TOKEN=sips_... sh accounts.sh https://sip.example.org/api/v1
# The token needs the scopes accounts:read, accounts:write and calls:read.
set -eu

address=$1
site=$(printf %s "$address" | sed -E 's,^(https?://[^/]+).*,\1,')
answer=$(mktemp -d)
trap 'rm -r "$answer"' EXIT

# ask METHOD PATH [OPTIONS]: the status of the answer, whose content and headers are in files.
# The token goes by a file, since other users can read a command's arguments.
ask() {
  method=$1 path=$2
  shift 2
  case $path in /*) url=$site$path ;; *) url=$address/$path ;; esac
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$SIPSORCERY_TOKEN" |
    curl --silent --show-error --max-time 30 --config - --request "$method" --header 'Content-Type: application/json' \
      --output "$answer/body" --dump-header "$answer/headers" --write-out '%{http_code}' "$@" "$url")
}
header() { grep -i "^$1:" "$answer/headers" | sed 's/^[^:]*: //' | tr -d '\r'; }
random() { od -An -N7 -tx1 /dev/urandom | tr -d ' \n'; }
told() { jq --raw-output "$1" "$answer/body"; }
needs() {
  case $status in
    2*) ;;
    *) told '"\(.field // .status): \(.detail) (\(.rule // "no rule"))"' >&2; exit 1 ;;
  esac
}

path=sip-accounts
while [ "$path" ]; do
  ask GET "$path"; needs
  told '.items[] | "\(.sip_username)@\(.sip_domain)"'
  path=$(header Link | sed -nE 's/.*<([^>]+)>; rel="next".*/\1/p')
done

ask GET domains; needs
domain=$(told '.items[0].domain') password=$(random) key=$(random)
export domain password
jq --null-input '{sip_username: "sample-desk", sip_domain: env.domain, sip_password: env.password}' >"$answer/account"
make() { ask POST sip-accounts --header "Idempotency-Key: $key" --data "@$answer/account"; needs; }
make
made=$(told .id)
make # as after an answer that was lost
if [ "$made" = "$(told .id)" ]; then echo 'Made once.'; else echo 'Made twice.'; fi

path=sip-accounts/$made
ask GET "$path"; needs
tag=$(header ETag)
ask PATCH "$path" --header "If-Match: $tag" --data '{"is_incoming_only": true}'; needs
told '"Takes calls only: \(.is_incoming_only)"'
ask DELETE "$path" --header "If-Match: $tag"
while [ "$status" = 412 ]; do
  echo 'It has changed since it was read.'
  ask GET "$path"; needs
  ask DELETE "$path" --header "If-Match: $(header ETag)"
done
needs

ask GET 'cdrs?limit=3'; needs
told '.items[] | "\(.from_user) called \(.dst), \(.duration) s"'
jq '.sip_username = "a"' "$answer/account" >"$answer/refused"
ask POST sip-accounts --data "@$answer/refused"; needs
