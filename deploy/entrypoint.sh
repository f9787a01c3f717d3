#!/bin/sh
# Any setting may come in a file, as Docker and Kubernetes hand out secrets: PERFBOT_STORE_KEY_FILE=/run/secrets/key sets
# PERFBOT_STORE_KEY to what that file holds.
set -eu
for name in $(env | sed -n 's/^\(PERFBOT_[A-Z_]*\)_FILE=.*/\1/p'); do
    eval "file=\$${name}_FILE"
    value=$(cat "$file")
    export "${name}=${value}"
    unset "${name}_FILE"
done
exec perfbot "$@"
