#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests a device that has too many channels, or no memory left for one.
. "$(dirname "$0")/tap.sh"
need_device
parameters=/sys/module/ion/parameters

have idle compact
# All channels are taken: commands that only read still work.
echo 2 >$parameters/max_channels
for command in info list stats; do
	check "$command: with no channel left" "$ionctl" $command
done
check "ping: too many channels" \
	fails 1 "too many channels are set up in the system: .*max_channels" \
	"$ionctl" ping -c 1
check "both channels of the system are in use" json \
	'.channels == 2 and .max_channels == 2 and .bytes == 81920' \
	"$ionctl" --json info
echo 1024 >$parameters/max_channels
check "a user has two channels" json '.user_channels == 2 and .max_user_channels == 256' \
	"$ionctl" --json info
let_go

# A number of more than 32 bits.
echo 1099511627777 >$parameters/max_bytes
check "a limit of more than 32 bits" json '.max_bytes == 1099511627777' \
	"$ionctl" --json info
echo 18446744073709551615 >$parameters/max_bytes
check "info prints a number of 64 bits as unsigned JSON" \
	prints '^ *"max_bytes": 18446744073709551615,*$' "$ionctl" --json info
echo 268435456 >$parameters/max_bytes

no_descriptors()
{
	sh -c "ulimit -n 3; '$ionctl' info"
}

check "no free descriptors" fails 1 "too many descriptors open: see ulimit -n" \
	no_descriptors
finish
