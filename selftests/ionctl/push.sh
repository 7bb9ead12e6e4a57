#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl push and pop: formats, two processes, signals and errors.
. "$(dirname "$0")/tap.sh"
need_device

# gives TEXT COMMAND...: stdout has only that text.
gives()
{
	text=$1
	shift
	is_done "$@" || return
	[ "$(cat out)" = "$text" ] && return
	cat out
	return 1
}

# same FILE COMMAND...: its output is equal to the file.
same()
{
	file=$1
	shift
	is_done "$@" && cmp out "$file"
}

# ---- formats ----------------------------------------------------------------

check "a packet comes back" \
	gives 'data=0x10ad phys=0 len=2 id=7 pad=0' \
	"$ionctl" push --return data=0x10ad,len=2,id=7
check "a command comes back" \
	gives 'kind=1 arg=0x5 id=000000000000000000000000000000ff pad=0' \
	"$ionctl" push --cmd --return kind=1,arg=5,id=0xff
check "push says how many were pushed" gives '3 packets pushed' "$ionctl" push 1 2 3
check "push says in JSON how many were pushed" json '.pushed == 2' "$ionctl" --json push 1 2
check "push with a lent thread" gives 'data=0x1 phys=0 len=0 id=0 pad=0' \
	"$ionctl" push --lend --return 1
check "many packets through a compact ring of two slots" sh -c \
	"seq 1 999 | '$ionctl' push --return --layout compact --slots 2 |
	sed 's/ .*//' | uniq | wc -l | grep -qx 999"

cat >edges <<'END'
{"data":"0x0","phys":"0x0","len":0,"id":0,"pad":0}
{"data":"0x8000000000000000","phys":"0x7fffffffffffffff","len":65535,"id":0,"pad":1}
{"data":"0xffffffffffffffff","phys":"0xffffffffffffffff","len":65535,"id":65535,"pad":4294967295}
END
check "push reads the JSON that it prints" \
	same edges sh -c "cat edges | '$ionctl' --json push --return"
check "jq reads the JSON" json '.len | type == "number"' \
	sh -c "'$ionctl' --json push --return 0 | tail -n 1"
check "push reads the text that it prints" sh -c "
	'$ionctl' push --return <edges >first &&
	'$ionctl' push --return <first | cmp - first"

# across BYTES PUSH_OPTION POP_OPTION: send random structs to another process, and
# from its JSON to a third one.
across()
{
	head -c "$1" /dev/urandom >went
	"$ionctl" pop --key across --binary ${3:+"$3"} >came &
	"$ionctl" push --key across --binary ${2:+"$2"} <went || return
	wait $! && cmp went came || return
	"$ionctl" push --binary --json --return ${2:+"$2"} <went >lines &&
	"$ionctl" pop --key across --binary ${3:+"$3"} >came &
	"$ionctl" push --binary --json --return ${2:+"$2"} <went >lines2 &&
	"$ionctl" push --key across ${2:+"$2"} <lines2 || return
	wait $! && cmp went came
}

check "a thousand packets to another process" across 24000 '' ''
check "a thousand commands come back to another process" across 32000 --cmd --evt

before_the_other()
{
	"$ionctl" push --key late 1 2 3 &
	sleep 0.5
	"$ionctl" pop --key late >came
	wait $! && [ "$(wc -l <came)" -eq 3 ]
}

# quiet INPUT PACKET ANSWER [--cmd]: the answer is printed while the input is still
# open, but has no more data.
quiet()
{
	typed=$1 packet=$2 answer=$3
	shift 3
	rm -f input
	mkfifo input
	"$ionctl" push --key quiet --return "$@" <input >came &
	asks=$!
	exec 4>input
	# shellcheck disable=SC2059
	printf "$typed" >&4
	sleep 0.3
	"$ionctl" push --key quiet "$@" "$packet" 4>&- || return
	tries=0
	until [ -s came ] || [ $((tries += 1)) -eq 100 ]; do sleep 0.05; done
	seen=$(cat came)
	exec 4>&-
	wait "$asks"
	echo "while the input was quiet: $seen"
	[ "${seen%% *}" = "$answer" ]
}

check "push waits for the program that pops" before_the_other
check "push --return shows an answer while the input is quiet" \
	quiet '1\n' 7 data=0x7
check "push --return shows an answer while no packet was sent" \
	quiet '' 7 data=0x7
check "push --return shows an answer while a line is not whole" \
	quiet '1\ndata=' 7 data=0x7
check "push --return --cmd shows an answer while the input is quiet" \
	quiet '1\n' 7 kind=7 --cmd
check "source sends rising numbers" gives "data=0 phys=0 len=0 id=0 pad=0
data=0x1 phys=0 len=0 id=0 pad=0" "$ionctl" pop --service source -n 2
check "source at a rate" json '.data == "0x4"' \
	sh -c "'$ionctl' pop --json --service source --arg 100 -n 5 | tail -n 1"
check "sink takes all packets" gives '600 packets pushed' \
	sh -c "seq 1 600 | '$ionctl' push --service sink"

# ---- payloads ---------------------------------------------------------------

payload()
{
	head -c 100000 /dev/urandom >went
	"$ionctl" pop --key payload --payload --buffers 3 >came &
	"$ionctl" push --key payload --file went --buffers 2 || return
	wait $! && cmp went came
}

hello()
{
	"$ionctl" pop --key hello --payload >came &
	"$ionctl" push --key hello --payload hello || return
	wait $! && [ "$(cat came)" = hello ]
}

check "a file in buffers to another process" payload
check "a text in a buffer" hello
check "a payload that is too long" fails 1 "--payload has 300 bytes, a buffer 256" \
	"$ionctl" push --payload "$(printf '%0300d' 0)" --buffers 2 \
	--buffer-size 256
check "a file that does not exist" fails 1 "nowhere: No such file" \
	"$ionctl" push --file nowhere

# ---- a channel that the shell keeps ----------------------------------------

exec 3<>/dev/ion
check "push to a channel of the shell" gives '3 packets pushed' "$ionctl" push --fd 3 1 2 3
check "pop one packet from a channel of the shell" gives 'data=0x1 phys=0 len=0 id=0 pad=0' \
	"$ionctl" pop --fd 3 -n 1
check "a full disk keeps packets on the ring" fails 1 'the disk is full' \
	sh -c "'$ionctl' pop --fd 3 >/dev/full"
check "the packets are still there after a full disk" gives 'data=0x2 phys=0 len=0 id=0 pad=0
data=0x3 phys=0 len=0 id=0 pad=0' "$ionctl" pop --fd 3 -n 2
check "a channel of the shell is set up only once" fails 2 'is set up already: leave --slots out' \
	"$ionctl" push --fd 3 --slots 16 1
# shellcheck disable=SC2046
check "push ends when there is no room for too long" fails 6 'no packet moved for 0.2 s' \
	"$ionctl" push --fd 3 --timeout 0.2 $(seq 1 600)
check "pop ends when nothing comes for too long" fails 6 'no packet moved for 0.2 s' \
	"$ionctl" pop --timeout 0.2
exec 3>&-

# signalled SIGNAL STATUS OPTION...: a signal ends pop while it waits for more.
signalled()
{
	signal=$1 want=$2
	shift 2
	exec 3<>/dev/ion
	"$ionctl" push --fd 3 1 2 3 || return
	"$ionctl" pop --fd 3 "$@" >came 2>err &
	exec 3>&-
	until [ "$(wc -l <came)" -eq 3 ]; do sleep 0.05; done
	kill "-$signal" $!
	wait $!
	status=$?
	cat err
	[ "$status" -eq "$want" ] && [ "$(wc -l <came)" -eq 3 ]
}

check "SIGINT ends pop" signalled INT 0
check "SIGTERM ends pop" signalled TERM 0
check "SIGINT before -n packets is a failure" signalled INT 1 -n 5
check "pop reports the signal" grep -qx 'ionctl: received 3 of 5: ended by a signal' err

# ---- refused packets --------------------------------------------------------

shows_arena()
{
	ends 0 "$ionctl" push --service sink --buffers 4 --stats 0 &&
		grep -qx '  4 buffers of 2.00 KiB, 4 with the program, 0 with the service' err
}

check "--stats says who owns the buffers" shows_arena

# refuses NAME REGEX OPTION_OR_PACKET...: push fails at once with such a message.
refuses()
{
	name=$1 regex=$2
	shift 2
	check "$name" fails 1 "the kernel refused $regex" \
		timeout 20 "$ionctl" push --buffers 4 "$@"
}

outside='1 packet: 1 with bytes outside its buffer, which has data 2048 \* id to'
nowhere='1 packet: 1 of a buffer that does not exist, id is 0 to 3'
twice='1 packet: 1 of a buffer that the program does not own$'
refuses "push says which packet leaves its buffer" \
	"$outside 2048 \* id + 2047; the first: data=0x1869f phys=0 len=0 id=0" \
	--service sink data=99999
refuses "push says that len leaves the buffer" "$outside .* len=2049" \
	--service sink len=2049
refuses "push says that data lies before the buffer" "$outside .*data=0x7ff " \
	--service sink id=1,data=2047
refuses "push says which buffer does not exist" "$nowhere; the first: .* id=4 " \
	--service sink id=4
refuses "push says that a buffer was handed over twice" "$twice" \
	--service sink 0 0
refuses "push says all reasons in one line" \
	'3 packets: 1 of a buf.*; 1 with bytes.*; 1 of a buf.* own' \
	--service sink 0 id=9 len=2049 0
refuses "push --return ends when all was refused" "$outside" \
	--return data=99999
refuses "push --return by a lent thread ends when all was refused" "$outside" \
	--lend --return data=99999
check "push --return ends when all of stdin was refused" \
	fails 1 "the kernel refused $nowhere" sh -c \
	"echo id=4 | timeout 20 '$ionctl' push --buffers 4 --return"

# Packets that are right come back.
some_refused()
{
	ends 1 timeout 20 "$ionctl" push --return --buffers 4 \
		0 data=99999 id=1,data=2048,len=5 || return
	grep -q 'the kernel refused 1 packet' err && [ "$(wc -l <out)" -eq 2 ] &&
		grep -q '^data=0x800 phys=0 len=5 id=1 pad=0$' out
}

some_refused_as_json()
{
	ends 1 timeout 20 "$ionctl" --json push --buffers 4 0 data=99999 &&
		jq -e '.pushed == 2 and .refused == 1' out
}

# On a channel of the shell, packets that were refused before do not count.
refused_before()
{
	exec 3<>/dev/ion
	fails 1 "the kernel refused $outside" "$ionctl" push --fd 3 \
		--service sink --buffers 4 data=99999 &&
		gives '1 packet pushed' "$ionctl" push --fd 3 0
	status=$?
	exec 3>&-
	return "$status"
}

check "push --return prints packets that were not refused" some_refused
check "push counts refused packets in JSON" some_refused_as_json
check "packets that were refused before are not reported again" refused_before

# ---- errors -----------------------------------------------------------------

# wrong TEXT PACKET: refused on the command line, and in a line of stdin.
wrong()
{
	check "wrong: $2" fails 2 "push: '$2': $1" "$ionctl" push "$2"
	printf '1\n\n%s\n' "$2" >lines
	check "wrong in a line: $2" fails 1 "line 3: $1.*; 1 sent before it" \
		sh -c "'$ionctl' push <lines"
}

for field in data phys len id pad; do
	wrong "$field is \"x\": give a number" "$field=x"
	wrong "$field is \"-1\": give a number" "$field=-1"
done
wrong 'data is 18446744073709551616; the maximum is 18446744073709551615' \
	data=18446744073709551616
wrong 'phys is 0x10000000000000000; the maximum is' \
	phys=0x10000000000000000
wrong 'len is 70000; the maximum is 65535' len=70000
wrong 'id is 65536; the maximum is 65535' id=65536
wrong 'pad is 4294967296; the maximum is 4294967295' pad=4294967296
wrong 'there is no field "size"' size=1
wrong 'len is 65536; the maximum is 65535' '{"len":65536}'
check "no packet is sent if one is wrong" fails 2 "len is 65536" \
	"$ionctl" push 1 len=65536
check "an incomplete struct" fails 1 'within packet 2: 6 of 24 bytes' \
	sh -c "head -c 30 /dev/zero | '$ionctl' push --binary"
check "empty binary input" gives '0 packets pushed' \
	sh -c "'$ionctl' push --binary </dev/null"

exec 3<>/dev/ion
"$ionctl" push --fd 3 --layout compact 1 >/dev/null
"$here/scribble" 3
check "push to a poisoned ring" fails 5 'a ring is poisoned' \
	"$ionctl" push --fd 3 1
check "pop from a poisoned ring" fails 5 'a ring is poisoned' \
	sh -c "'$ionctl' pop --fd 3 -n 1 >/dev/null; '$ionctl' pop --fd 3"
exec 3>&-

too_few()
{
	"$ionctl" push --key few 1 2 >/dev/null &
	"$ionctl" pop --key few -n 5
	status=$?
	wait $!
	return "$status"
}

goes_away()
{
	{ "$ionctl" pop --key away -n 1 >/dev/null; : >popped; } &
	{
		echo 1
		until [ -e popped ]; do sleep 0.05; done
		echo 2
	} | "$ionctl" push --key away
}

check "the other program ends before pop -n has enough" ends 1 too_few
check "pop reports that the other program has gone" \
	grep -qx 'ionctl: received 2 of 5: the other program has gone' err
check "the other program ends before it pops all" fails 1 'the other program has gone' goes_away
check "no service of that name" fails 1 "there is no service 'nosuch'" \
	"$ionctl" push --service nosuch 1
check "no service of that name, for a descriptor" fails 1 "there is no service 'nosuch'" \
	sh -c "exec 3<>/dev/ion; '$ionctl' push --fd 3 --service nosuch 1"
check "an argument for the service pair" fails 2 '--arg is not for the service pair' \
	"$ionctl" push --key x --arg 1 1
check "a channel of the shell gets buffers" prints '^data=0 .*len=5' \
	sh -c "exec 3<>/dev/ion; '$ionctl' push --fd 3 --payload hello --return"
check "a channel of the shell that is set up without buffers" fails 1 'was set up without buffers' \
	sh -c "exec 3<>/dev/ion; '$ionctl' push --fd 3 1 >/dev/null
		'$ionctl' push --fd 3 --payload hello"

# One program has buffers of 2048 bytes, the other one has none.
unlike()
{
	"$ionctl" pop --key unlike 2>/dev/null >&2 &
	other=$!
	until "$ionctl" list --json | jq -e '.channels[].service' >/dev/null; do
		sleep 0.05
	done
	fails 1 'has buffers of another size, or one of the two has none' \
		"$ionctl" push --key unlike --payload hello
	status=$?
	kill "$other"
	wait "$other"
	return "$status"
}

check "the other program has other buffers" unlike
check "a key for another service" fails 2 '--key is for pair and direct' \
	"$ionctl" pop --service echo --key x
check "no key for direct" fails 2 'the service direct needs a --key' \
	"$ionctl" pop --service direct
check "a wrong number of slots" fails 2 "--slots is a power of two, not '100'" \
	"$ionctl" push --slots 100 1
check "a descriptor that is not open" fails 1 'the descriptor is not open' \
	"$ionctl" pop --fd 99
check "no device" fails 3 'modprobe ion' \
	"$ionctl" --device /nonexistent push 1
cp "$ionctl" .
check "no permission" fails 4 'no permission: join the group ion' \
	as_user ./ionctl push 1
finish
