#!/bin/sh
# Sends clients to a region. todo-dr runs it in this folder, with TODO_DR_APP, TODO_DR_HOME and TODO_DR_AWAY set:
#   route.sh serving        prints the region that clients are sent to now, and nothing else
#   route.sh steer REGION   returns when clients are sent to REGION; it may be called again, and must then do nothing
# Exit status 0 means yes. With any other status the last line on stderr says why; 2 means that it is no use to try again.
# It ends within 30 seconds. docs/routes.md of todo-dr has the whole contract and an example.
set -eu
case "${1-}" in
  serving) echo 'route.sh cannot tell where clients are sent: nobody has written that part yet' >&2 ;;
  steer) echo "route.sh cannot send clients to ${2-}: nobody has written that part yet" >&2 ;;
  *) echo 'usage: route.sh serving, or route.sh steer REGION' >&2 ;;
esac
exit 2
