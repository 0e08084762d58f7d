#!/bin/sh
# Commits what is new, pushes it to the CodeCommit repository of the deployment, and follows the delivery pipeline to its end. The message of
# the commit is the argument.
set -eu
cd "$(dirname "$0")"
exec todo-dr pipeline push --message "${1:-initial commit}"
