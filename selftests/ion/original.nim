# SPDX-License-Identifier: GPL-2.0-only
#
# A program for the original layout, which is older than this driver: it knows four
# rings of 256 slots at four offsets of /dev/ion, and the number of one call, the
# kick. It uses no header of the driver and no other call.

import std/[atomics, posix]

type
  Packet {.packed.} = object
    data, phys: uint64
    len, id: uint16
    pad: uint32

  Command {.packed.} = object
    kind, pad: uint32
    arg: uint64
    id: array[2, uint64]

  Ring[T] = object
    head, tail: Atomic[uint32]
    mask, wake: uint32
    slots: array[256, T]

static:
  assert sizeof(Packet) == 24 and sizeof(Command) == 32
  assert sizeof(Ring[Packet]) == 6160 and sizeof(Ring[Command]) == 8208

const
  kick = culong(0xEF03)
  skipped = 4

proc ioctl(fd: cint, request: culong): cint
  {.importc, header: "<sys/ioctl.h>", varargs.}

proc push[T](ring: ptr Ring[T], slot: T): bool =
  let head = ring.head.load(moRelaxed)
  if ((head + 1) and ring.mask) == ring.tail.load(moAcquire):
    return false
  ring.slots[head] = slot
  ring.head.store((head + 1) and ring.mask, moRelease)
  true

proc pop[T](ring: ptr Ring[T], slot: var T): bool =
  let tail = ring.tail.load(moRelaxed)
  if tail == ring.head.load(moAcquire):
    return false
  slot = ring.slots[tail]
  ring.tail.store((tail + 1) and ring.mask, moRelease)
  true

proc mapRing[T](fd: cint, offset: int): ptr Ring[T] =
  let address = mmap(nil, sizeof(Ring[T]), PROT_READ or PROT_WRITE, MAP_SHARED,
                     fd, Off(offset))
  if address == MAP_FAILED: nil else: cast[ptr Ring[T]](address)

# Every field from the number, so that a packet in the wrong place shows.
proc packet(n: uint64): Packet =
  let x = (n + 1) * 0x9E3779B97F4A7C15'u64
  Packet(data: x, phys: not n, len: uint16(x shr 48), id: uint16(n and 0xFFFF),
         pad: uint32(x and 0xFFFFFFFF'u64))

proc command(n: uint64): Command =
  let x = (n + 1) * 0xD1B54A32D192ED03'u64
  Command(kind: uint32(n and 0xFFFFFFFF'u64), pad: uint32(x shr 32), arg: x,
          id: [not x, n xor x])

var tests, failures = 0

proc verdict(good: bool, what: string) =
  inc tests
  if not good:
    inc failures
  echo (if good: "ok " else: "not ok "), tests, " ", what

proc fill[T](ring: ptr Ring[T], make: proc (n: uint64): T, start: uint64): int =
  while ring.push(make(start + uint64(result))):
    inc result

proc drain[T](ring: ptr Ring[T], make: proc (n: uint64): T, start: uint64): int =
  var slot: T
  while ring.pop(slot):
    if slot != make(start + uint64(result)):
      return -1
    inc result

proc fresh[T](ring: ptr Ring[T]): bool =
  ring.head.load == 0 and ring.tail.load == 0 and ring.mask == 255

proc roundTrips[T](fd: cint, there, back: ptr Ring[T],
                   make: proc (n: uint64): T): bool =
  var total = 0'u64
  for i in 0 ..< 1000:
    let n = fill(there, make, total)
    if n != 255 or ioctl(fd, kick, 0) != 0 or drain(back, make, total) != n:
      return false
    total += uint64(n)
  true

proc main() =
  echo "TAP version 13"
  let fd = open("/dev/ion", O_RDWR)
  if fd < 0:
    echo "1..0 # SKIP /dev/ion: ", strerror(errno)
    quit skipped
  echo "1..9"

  let tx = mapRing[Packet](fd, 0x00000000)
  let rx = mapRing[Packet](fd, 0x10000000)
  let cmd = mapRing[Command](fd, 0x20000000)
  let evt = mapRing[Command](fd, 0x30000000)
  verdict tx != nil and rx != nil and cmd != nil and evt != nil,
    "four rings are mapped"
  if failures > 0:
    quit 1
  verdict fresh(tx) and fresh(rx) and fresh(cmd) and fresh(evt),
    "they are empty and have 256 slots"

  verdict fill(tx, packet, 0) == 255, "255 packets go in, the 256th does not"
  verdict ioctl(fd, kick, 0) == 0, "the kernel is kicked"
  verdict drain(rx, packet, 0) == 255,
    "all of them come back, in order, every bit"
  verdict fill(cmd, command, 0) == 255, "255 commands go in"
  verdict ioctl(fd, kick, 0) == 0 and drain(evt, command, 0) == 255,
    "all of them are answered under their own ids"
  verdict roundTrips(fd, tx, rx, packet), "a quarter of a million packets"
  verdict roundTrips(fd, cmd, evt, command), "a quarter of a million commands"
  quit(if failures > 0: 1 else: 0)

main()
