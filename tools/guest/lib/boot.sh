# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# One boot of a guest, from its first process to its status.
#
# The three ports of the guest end in files here, and two "tail" follow them.
# A pipe would do if its reader were never slow: what the guest has sent when
# it stops, and QEMU could not write yet, would be lost.

# make_run_dir: leave a folder in $run_dir that is this run's own. It is locked
# for as long as this process lives, so what a killed run left can be told from
# what is in use, and is removed here: by one at a time, so that nobody takes
# for left behind what somebody is just about to lock.
make_run_dir()
{
	local dir lock alone

	mkdir -p "$cache/runs" || die "can not make the folder $cache/runs"
	exec {alone}<"$cache/runs"
	flock "$alone"
	for dir in "$cache/runs"/*; do
		[ ! -d "$dir" ] || flock -n "$dir" rm -rf "$dir" || :
	done
	run_dir=$(mktemp -d "$cache/runs/XXXXXX")
	exec {lock}<"$run_dir"
	flock -n "$lock" || die "can not lock $run_dir"
	exec {alone}<&-
}

# guest_append: leave in $append what the kernel is told, whatever it runs on.
guest_append()
{
	append="console=$ARCH_CONSOLE rdinit=/init panic=-1 oops=panic"
	append+=" softlockup_panic=1 hung_task_panic=1"
	append+=" sysctl.kernel.panic_on_rcu_stall=1"
	append+=" sysctl.kernel.hung_task_timeout_secs=60"
	append+=" ignore_loglevel${extra_append:+ $extra_append}"
}

# guest_options: leave QEMU's command line in $qemu. The files behind its
# character devices are open already, in this shell's descriptors.
guest_options()
{
	local append

	guest_append
	if [ "$ARCH_KBUILD" = um ]; then
		uml_options
		return
	fi
	# shellcheck disable=SC2206
	qemu=($ARCH_QEMU -smp "$smp" -m "$mem" -nodefaults -display none
	      -no-reboot -kernel "$kernel_image"
	      -initrd /guest/initramfs -append "$append"
	      -chardev "file,id=log,path=/dev/fd/$log_fd" -serial chardev:log
	      -device virtio-serial-pci)
	[ -z "$icount" ] || qemu+=(-icount shift=0)
	add_port stdout "file,path=/dev/fd/$out_fd"
	add_port stderr "file,path=/dev/fd/$err_fd"
	add_port status "file,path=/dev/fd/$status_out"
	[ -z "$shell" ] || qemu+=(-chardev "stdio,id=tty,mux=on,signal=off"
				  -device "virtconsole,chardev=tty")
}

# add_port NAME CHARDEV: a named serial port of the guest.
add_port()
{
	qemu+=(-chardev "$2,id=$1"
	       -device "virtserialport,chardev=$1,name=ion.$1")
}

# boot: run the guest to its end. Leaves in $status what it said (nothing when
# it ended without a word), and "yes" in $hung if it had to be stopped.
boot()
{
	local enter status_in status_out log_fd out_fd err_fd

	exec {log_fd}>"$log" {out_fd}>"$run_dir/out" {err_fd}>"$run_dir/err"
	open_status_pipe
	guest_options
	prepare_enter
	enter+=(--ro-bind "$run_dir" /guest --)
	if [ -n "$shell" ]; then
		"${enter[@]}" "${qemu[@]}" <&0 2>"$run_dir/qemu" &
	else
		"${enter[@]}" "${qemu[@]}" </dev/null >"$run_dir/qemu" 2>&1 &
	fi
	guest_pid=$!
	exec {status_out}>&-
	follow
	await_status
	# The shell's own words on a killed guest are of no use to anybody.
	{ wait "$guest_pid" || :; } 2>/dev/null
	wait "${tails[@]}" || :
	guest_pid=
}

# open_status_pipe: both ends of it, neither open waiting for the other. Once
# the guest has the one end alone, its death is the end of the file.
open_status_pipe()
{
	local both

	mkfifo "$run_dir/status"
	exec {both}<>"$run_dir/status"
	exec {status_in}<"$run_dir/status"
	exec {status_out}>"$run_dir/status"
	exec {both}>&-
}

# follow: pass on what the guest prints, as it comes, until the guest is gone
# (or this process: a dead guest that nobody waits for still counts as there).
follow()
{
	local tail=(setpriv --pdeathsig KILL tail -c +1 -s 0.1
		    --pid="$guest_pid" -f)

	"${tail[@]}" "$run_dir/out" &
	tails=($!)
	"${tail[@]}" "$run_dir/err" >&2 &
	tails+=($!)
}

# await_status: read the status, and let the guest go; in time, or kill it.
await_status()
{
	local limit=() rest

	[ "$timeout" -eq 0 ] || limit=(-t "$timeout")
	read -r "${limit[@]}" -u "$status_in" status ||
		[ $? -le 128 ] || hung=yes
	# With the status read, only turning itself off is left to the guest.
	[ -n "$hung" ] || read -r -t 20 -u "$status_in" rest ||
		[ $? -le 128 ] || hung=yes
	[ -z "$hung" ] || kill -KILL "$guest_pid"
}
