#!/bin/sh
# Installs the packages of the CDK app, deploys both regions, and creates the tables. Acts on the target that todo-dr takes by
# itself; another one: TODO_DR_TARGET=lab ./deploy.sh
set -eu
cd "$(dirname "$0")"
if [ $# -gt 0 ]; then
  echo 'deploy.sh takes no arguments: set TODO_DR_TARGET, or use todo-dr deploy' >&2
  exit 2
fi
[ -d infra/node_modules ] || npm ci --prefix infra
todo-dr deploy
todo-dr seed
todo-dr status
