#!/bin/sh
# Secrets come as files (Docker, Kubernetes): PERFBOT_STORE_KEY_FILE=/run/secrets/key sets PERFBOT_STORE_KEY to what the
# file holds, and so for the others below.
set -eu
for name in DATABASE_URL STORE_KEY APP_PASSWORD HEARTBEAT_URL; do
    eval "file=\${PERFBOT_${name}_FILE:-}"
    if [ -n "$file" ]; then
        value=$(cat "$file")
        export "PERFBOT_${name}=${value}"
        unset "PERFBOT_${name}_FILE"
    fi
done
exec perfbot "$@"
