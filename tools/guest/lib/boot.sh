# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Boots a guest once, from its first process to its status.
#
# The three ports of the guest write to files here, and two "tail" follow them.
# With pipes and a slow reader, QEMU would lose what the guest has sent but QEMU
# could not write yet when the guest stops.

# make_run_dir: make a folder for this run, and set $run_dir to it. This process
# holds a lock on the folder while it lives, so that the folders of killed runs
# can be recognized and removed here. Only one process at a time does that, so
# that it cannot remove a folder that another one is about to lock.
make_run_dir()
{
	local dir lock alone

	mkdir -p "$cache/runs" || die "cannot make the folder $cache/runs"
	exec {alone}<"$cache/runs"
	flock "$alone"
	for dir in "$cache/runs"/*; do
		[ ! -d "$dir" ] || flock -n "$dir" rm -rf "$dir" || :
	done
	run_dir=$(mktemp -d "$cache/runs/XXXXXX")
	exec {lock}<"$run_dir"
	flock -n "$lock" || die "cannot lock $run_dir"
	exec {alone}<&-
}

# guest_append: set $append to the part of the kernel's command line for any guest.
guest_append()
{
	append="console=$ARCH_CONSOLE rdinit=/init panic=-1 oops=panic"
	append+=" softlockup_panic=1 hung_task_panic=1"
	append+=" sysctl.kernel.panic_on_rcu_stall=1"
	append+=" sysctl.kernel.hung_task_timeout_secs=60"
	append+=" ignore_loglevel${extra_append:+ $extra_append}"
}

# guest_options: set $qemu to QEMU's command line. The files behind its character
# devices are already open in this shell.
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

# add_port NAME CHARDEV: add a named serial port to the guest.
add_port()
{
	qemu+=(-chardev "$2,id=$1"
	       -device "virtserialport,chardev=$1,name=ion.$1")
}

# boot: run the guest to its end. Set $status to the status that it sent (empty if
# it sent none), and $hung to "yes" if it had to be stopped.
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
	# Hide the shell's own message about a killed guest.
	{ wait "$guest_pid" || :; } 2>/dev/null
	wait "${tails[@]}" || :
	guest_pid=
}

# open_status_pipe: open both ends of the status pipe without waiting. Once only
# the guest has the write end, the pipe ends when the guest dies.
open_status_pipe()
{
	local both

	mkfifo "$run_dir/status"
	exec {both}<>"$run_dir/status"
	exec {status_in}<"$run_dir/status"
	exec {status_out}>"$run_dir/status"
	exec {both}>&-
}

# follow: pass on the guest's output as it comes, until the guest is gone. It also
# ends with this process, because a dead guest without a waiting parent still
# exists.
follow()
{
	local tail=(setpriv --pdeathsig KILL tail -c +1 -s 0.1
		    --pid="$guest_pid" -f)

	"${tail[@]}" "$run_dir/out" &
	tails=($!)
	"${tail[@]}" "$run_dir/err" >&2 &
	tails+=($!)
}

# await_status: read the status and wait for the guest to end; kill it when its
# time is up.
await_status()
{
	local limit=() rest

	[ "$timeout" -eq 0 ] || limit=(-t "$timeout")
	read -r "${limit[@]}" -u "$status_in" status ||
		[ $? -le 128 ] || hung=yes
	# After the status, the guest only has to turn itself off.
	[ -n "$hung" ] || read -r -t 20 -u "$status_in" rest ||
		[ $? -le 128 ] || hung=yes
	[ -z "$hung" ] || kill -KILL "$guest_pid"
}
