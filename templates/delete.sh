#!/bin/sh
# Deletes the deployment in both regions, and nothing else. Asks for its name first; arguments are those of todo-dr teardown.
set -eu
cd "$(dirname "$0")"
exec todo-dr teardown "$@"
