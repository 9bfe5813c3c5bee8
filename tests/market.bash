# Sourced by the parts of `make test` that ask a server from outside: starts this build's on an empty store in a
# temporary folder, with none of the settings around it. `market` is its address; it stops with the script.
temporary=$(mktemp -d)
: >"$temporary/log"
(cd "$temporary" && exec env -i PATH="$PATH" LEPTOS_SITE_ADDR=127.0.0.1:0 AUTH=open RATE_LIMIT=off "$OLDPWD/target/debug/pizza-market") \
  2>"$temporary/log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$temporary"' EXIT
until market=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$temporary/log"); do
  kill -0 "$server" 2>/dev/null || { cat "$temporary/log" >&2; exit 1; }
  sleep 0.05
done
