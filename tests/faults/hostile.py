# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody else made or set: folders of a million entries, streams that are mostly zeros, the environment, the clock,
a state directory. Each with what it may cost at most, and what must be said of it."""
import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import time

import make

ENTRIES = 1_000_000
CLUSTER = 4096
STORE = "VMSPEC-IMAGE-NO-VARSTORE"


def cost(command, **options):
    """(process, seconds of CPU with its children, KiB at the peak of the largest)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    p = subprocess.run(["time", "-q", "-f", "%M", *map(str, command)], capture_output=True, text=True, check=False, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = p.stderr.splitlines()
    return p, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(lines[-1])


def large_folder(top, deleted):
    r"""An image whose \MANY has a million entries, deleted ones or files of no bytes."""
    part = top / "many.fat"
    entry = (b"\xe5" if deleted else b"F") + b"%07d" + b"TXT\x20" + bytes(20)
    table = b"".join(entry % i for i in range(ENTRIES))
    clusters = -(-len(table) // CLUSTER)
    make.fat(part, 320, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")},
             options=("-s", str(CLUSTER // 512)))
    with open(part, "r+b") as f:
        boot = f.read(512)
        reserved, fats, size, root = struct.unpack_from("<H", boot, 14)[0], boot[16], *struct.unpack_from("<I4xI", boot, 36)
        data = (reserved + fats * size) * 512
        first = 1000        # behind the loader's
        chain = struct.pack("<%dI" % clusters, *range(first + 1, first + clusters), 0x0fffffff)
        for i in range(fats):
            f.seek((reserved + i * size) * 512 + 4 * first)
            f.write(chain)
        f.seek(data + (first - 2) * CLUSTER)
        f.write(table)
        f.seek(data + (root - 2) * CLUSTER)
        entries = bytearray(f.read(CLUSTER))
        free = next(i for i in range(0, CLUSTER, 32) if entries[i] == 0)
        entries[free:free + 32] = b"MANY       \x10" + bytes(8) + struct.pack("<H4xHI", first >> 16, first & 0xffff, 0)
        f.seek(data + (root - 2) * CLUSTER)
        f.write(entries)
    return make.disk(top / "many.img", 330, part)


def folders(ok, top, build):
    for deleted, want, says in (False, "unknown", "more than 20000 files"), (True, "unknown", "\\MANY: its cluster chain is longer than a directory can be"):
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", large_folder(top, deleted), "--json"])
        row = next(c for c in json.loads(p.stdout)["checks"] if c["id"] == STORE)
        ok(row["status"] == want and says in row["reason"] and seconds < 10 and peak < 32 << 10,
           "a folder of a million %s: %.1f s of CPU (at most 10), %.1f MiB (at most 32), %s: %s" % (
               "deleted entries" if deleted else "files", seconds, peak / 1024, row["status"], row["reason"]), row)


def far_away(ok, top, build):
    """Some MiB, 30 GiB of zeros before the ESP: an end within a minute of CPU and some, and a verdict that is true."""
    image = top / "far.img"
    esp = make.fat(top / "esp.fat", 40, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")})
    os.truncate(image, 0) if image.exists() else image.touch()
    os.truncate(image, (30 << 30) + (64 << 20))
    make.run("sgdisk", "-n", "1:%d:+40M" % (30 << 21), "-t", "1:ef00", image)
    make.run("dd", "if=%s" % esp, "of=%s" % image, "bs=1M", "seek=%d" % (30 << 10), "conv=notrunc,sparse")
    for kind, tool in ("xz", "xz -1 -T1"), ("gz", "gzip -1"), ("zst", "zstd -q -1"), ("bz2", "bzip2 -1"):
        packed = top / ("far.img." + kind)
        zeros = subprocess.run("head -c 1G /dev/zero | " + tool, shell=True, capture_output=True, check=True).stdout
        with open(packed, "wb") as f:
            for i in range(31):
                if 0 < i < 30:
                    f.write(zeros)
                    continue
                piece = "dd if=%s bs=1M skip=%d count=1024 status=none | %s" % (image, i << 10, tool)
                f.write(subprocess.run(piece, shell=True, capture_output=True, check=True).stdout)
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", packed, "--json"])
        checks = {c["id"]: c for c in json.loads(p.stdout)["checks"]}
        right = {c["status"] for c in checks.values()} <= {"pass", "skip", "unknown"} and checks["VMSPEC-IMAGE-GPT"]["status"] == "pass"
        ok(right and p.returncode in (0, 3) and seconds < 90 and peak < 32 << 10,
           "%.1f MiB of %s, 30 GiB before its ESP: %.0f s of CPU (at most 90), %.1f MiB (at most 32), the loader %s" % (
               packed.stat().st_size / 2**20, kind, seconds, peak / 1024, checks["VMSPEC-IMAGE-BOOTAA64"]["status"]), checks)
        packed.unlink()
    image.unlink()


def bombs(ok, top, build, kinds=("zst", "gz")):
    """Files on the ESP that unpack to more than the 1 GiB that is looked through: said, in bounded time and memory."""
    tools = {"gz": "gzip -1", "bz2": "bzip2 -1", "xz": "xz -1 -T1", "zst": "zstd -q -1", "lz4": "lz4 -q"}
    for kind in kinds or tools:
        packed = subprocess.run("head -c 1280M /dev/zero | " + tools[kind], shell=True, capture_output=True, check=True).stdout
        part = make.fat(top / "bomb.fat", 80, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot"), "blob." + kind: packed})
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", make.disk(top / "bomb.img", 90, part), "--json"])
        checks = {c["id"]: c for c in json.loads(p.stdout)["checks"]}
        row = checks["VMSPEC-IMAGE-NO-FIRMWARE"]
        ok(row["status"] == "unknown" and "too large" in row["reason"] and checks["VMSPEC-IMAGE-BOOTAA64"]["status"] == "pass" and seconds < 30 and
           peak < 32 << 10, "%.0f KiB of %s on the ESP, 1.25 GiB of zeros: %.1f s of CPU (at most 30), %.1f MiB (at most 32): %s: %s" % (
               len(packed) / 1024, kind, seconds, peak / 1024, row["status"], row["reason"]), row)


def all_bombs(ok, top, build):
    bombs(ok, top, build, None)


def empty_disks(ok, top, build):
    """Packed disks of zeros: without a GPT, for which no more than their beginning is unpacked."""
    tools = {"gz": "gzip -1", "bz2": "bzip2 -1", "xz": "xz -1 -T1", "zst": "zstd -q -1"}
    for kind, tool in tools.items():
        image = top / ("zeros.img." + kind)
        with open(image, "wb") as f:
            subprocess.run("head -c %s /dev/zero | %s" % ("2G" if kind == "zst" else "64M", tool), shell=True, stdout=f, check=True)
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", image, "--json"])
        row = next(c for c in json.loads(p.stdout)["checks"] if c["id"] == "VMSPEC-IMAGE-GPT")
        ok(row["status"] == "fail" and seconds < 5 and peak < 32 << 10, "a disk of zeros as .%s: %.2f s of CPU (at most 5), %.1f MiB (at most 32): %s" % (
            kind, seconds, peak / 1024, row["status"]), row)


def programs(ok, top, build):
    """A kernel on the ESP, in a unified image or packed as zboot has it, of which parts unpack to more than a GiB: they are let be."""
    bomb = top / "part.zst"
    with open(bomb, "wb") as f:
        subprocess.run("head -c 1280M /dev/zero | zstd -q -1", shell=True, stdout=f, check=True)
    unified = top / "unified.efi"
    make.run("aarch64-linux-gnu-objcopy", *(word for name, at in ((".linux", 0x2000000), (".initrd", 0x4000000)) for word in
                                            ("--add-section", "%s=%s" % (name, bomb), "--change-section-vma", "%s=%#x" % (name, at))),
             make.loader("stub"), unified)
    packed = bytearray(unified.read_bytes())
    packed[4:8] = b"zimg"
    struct.pack_into("<II8x4s", packed, 8, packed.index(bomb.read_bytes()), bomb.stat().st_size, b"zstd")
    for name, program in ("unified image", unified), ("zboot", bytes(packed)):
        part = make.fat(top / "program.fat", 80, {"EFI/BOOT/BOOTAA64.EFI": program})
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", make.disk(top / "program.img", 90, part), "--json"])
        checks = {c["id"]: c["status"] for c in json.loads(p.stdout)["checks"]}
        ok(p.returncode == 0 and set(checks.values()) == {"pass", "skip"} and seconds < 5 and peak < 32 << 10,
           "a loader with parts that unpack to 1.25 GiB, %s: %.2f s of CPU (at most 5), %.1f MiB (at most 32)" % (name, seconds, peak / 1024), p.stdout)
    bomb.unlink()


def named_in_circles(ok, top, build):
    """Images that name themselves, one another, one another in long rows or hundreds at once; and a parent that nothing here follows."""
    there = top / "named"
    there.mkdir()
    make.disk(there / "base.img", 48, make.fat(there / "base.fat", 40, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")}))
    for kind in "vdi", "vpc", "vhdx":
        make.run("qemu-img", "convert", "-O", kind, *(("-o", "force_size=on") if kind == "vpc" else ()), there / "base.img", there / ("whole." + kind))
    make.run("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-o", "cluster_size=512", "-b", "n" * 30, "-F", "qcow2", there / "row", "48M")
    row = (there / "row").read_bytes()
    at, length = struct.unpack_from(">QI", row, 8)

    def qcow2(name, backing, kind="qcow2"):
        """One over `backing`, which is said to be of that kind."""
        data = bytearray(row[:at] + backing.encode().ljust(length, b"\0") + row[at + length:])
        struct.pack_into(">I", data, 16, len(backing))
        old = struct.pack(">II", 0xe2792aca, 5) + b"qcow2\0\0\0"
        (there / name).write_bytes(data.replace(old, struct.pack(">II", 0xe2792aca, len(kind)) + kind.encode().ljust(8, b"\0")))
        return name

    def vmdk(name, *lines, parent="ffffffff"):
        (there / name).write_text('# Disk DescriptorFile\n#%s\nversion=1\nCID=12345678\nparentCID=%s\ncreateType="monolithicFlat"\n%s\n' % (
            1024 * " ", parent, "\n".join(lines)))
        return name

    def patched(kind, where, what):
        data = bytearray((there / ("whole." + kind)).read_bytes())
        where = data.index(where[0]) + where[1] if isinstance(where, tuple) else where
        data[where:where + len(what)] = what
        (there / ("parent." + kind)).write_bytes(data)
        return "parent." + kind
    qcow2("row0", "whole.vdi", "vdi")
    for i in range(1, 1001):
        qcow2("row%d" % i, "row%d" % (i - 1))
    vmdk("two.vmdk", 'RW 98304 SPARSE "one.vmdk"')
    for i in range(12):
        vmdk("tree%d.vmdk" % i, *['RW 98304 SPARSE "tree%d.vmdk"' % (i + 1)] * 4)
    vmdk("tree12.vmdk", 'RW 98304 FLAT "base.img" 0')
    has_parent = bytes.fromhex("3767a1ca36fa434db3b633f0aa44e76b")
    in_a_row, no_parent = "more than 16 files name one another", "differences to a parent, which nothing here can follow"
    metadata = (there / "whole.vhdx").read_bytes()
    entry = metadata.index(has_parent)
    flags = metadata.rindex(b"metadata", 0, entry) + struct.unpack_from("<I", metadata, entry + 16)[0] + 4
    files = {"a qcow2 that names itself": (qcow2("self", "self"), in_a_row), "a row of 50": ("row49", in_a_row), "a row of 1,000": ("row999", in_a_row),
             "a vmdk that names itself": (vmdk("self.vmdk", 'RW 98304 SPARSE "self.vmdk"'), in_a_row),
             "its own parent": (vmdk("child.vmdk", 'RW 98304 FLAT "base.img" 0', 'parentFileNameHint="child.vmdk"', parent="12345678"), in_a_row),
             "a circle of two": (vmdk("one.vmdk", 'RW 98304 SPARSE "two.vmdk"'), in_a_row), "4^12 of them": ("tree0.vmdk", "more than 1024 files are named")}
    for kind, name in (("vdi", patched("vdi", 76, b"\4\0\0\0")), ("vpc", patched("vpc", 60, b"\0\0\0\4")), ("vhdx", patched("vhdx", flags, b"\2"))):
        files["a %s with a parent" % kind] = name, no_parent
        files["a %s with a parent, named" % kind] = qcow2("over-" + kind, name, kind), no_parent
    for what, (name, words) in files.items():
        for options in (), ("--backing",):
            p, seconds, peak = cost([build + "/vmspec-verify", "-i", there / name, "--json", *options])
            document = json.loads(p.stdout)
            ok(p.returncode == 3 and {c["status"] for c in document["checks"]} == {"unknown"} and p.stderr.count("\n") == 2 and
               (not options or words in p.stderr) and seconds < 5 and peak < 32 << 10,
               "%s%s: %.2f s of CPU (at most 5), %.1f MiB (at most 32): unknown" % (what, " --backing" * bool(options), seconds, peak / 1024), p)
    for name in qcow2("short", "row9"), vmdk("wide.vmdk", *['RW 98304 FLAT "base.img" 0'] * 40):
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", there / name, "--json", "--backing"])
        checks = {c["id"]: c["status"] for c in json.loads(p.stdout)["checks"]}
        ok(checks["VMSPEC-IMAGE-GPT"] == checks["VMSPEC-IMAGE-BOOTAA64"] == "pass", "%s, which leads somewhere, is followed" % name, p)


def tables_in_circles(ok, top, build):
    """A qcow2 whose tables name themselves or one another: what is said of it holds of the disk that qemu makes of it, or nothing is."""
    base = make.disk(top / "tables.img", 48, make.fat(top / "tables.fat", 40, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")}))
    make.run("qemu-img", "convert", "-O", "qcow2", base, top / "tables.qcow2")
    good = (top / "tables.qcow2").read_bytes()
    l1_entries, l1, refcounts = struct.unpack_from(">IQQ", good, 36)
    l2 = struct.unpack_from(">Q", good, l1)[0] & 0x00fffffffffffe00
    used = 1 << 63

    def fill(at, n, value):
        return lambda data: struct.pack_into(">%dQ" % n, data, at, *[value] * n)
    ways = {"L1 on itself": fill(l1, l1_entries, used | l1), "L2 on itself": fill(l2, 8192, used | l2), "L2 on L1": fill(l2, 8192, used | l1),
            "all of L2 on one cluster": fill(l2, 8192, struct.unpack_from(">Q", good, l2)[0]), "L2, compressed, on itself": fill(l2, 8192, 1 << 62 | l2),
            "the refcounts on themselves": fill(refcounts, 1, refcounts), "L1 at the header": fill(40, 1, 0),
            "an L1 of 2^31": lambda data: struct.pack_into(">I", data, 36, 0x7fffffff), "a disk of 2^62": fill(24, 1, 1 << 62)}
    for what, change in ways.items():
        data = bytearray(good)
        change(data)
        image, raw = top / "circle.qcow2", top / "circle.raw"
        image.write_bytes(data)
        p, seconds, peak = cost([build + "/vmspec-verify", "-i", image, "--json"])
        said = {c["id"]: c["status"] for c in json.loads(p.stdout)["checks"]}
        made = subprocess.run(["qemu-img", "convert", "-O", "raw", image, raw], capture_output=True, check=False).returncode == 0
        plain = made and {c["id"]: c["status"] for c in
                          json.loads(subprocess.run([build + "/vmspec-verify", "-i", raw, "--json"], capture_output=True, check=False).stdout)["checks"]}
        ok((said == plain or set(said.values()) == {"unknown"}) and (p.returncode == 3) == ("unknown" in said.values()) and p.stderr.count("\n") <= 2 and
           seconds < 5 and peak < 32 << 10, "%s: %.2f s of CPU (at most 5), %.1f MiB (at most 32): %s" % (
               what, seconds, peak / 1024, "as qemu reads it" if said == plain else "unknown"), [p, plain])


HOSTILE = {"TMPDIR": ("/nowhere", "/proc", "\n", ""), "COLUMNS": ("-1", "0", "99999999999999999999", "x"), "LC_ALL": ("xx_XX", "/etc", "C.UTF-8", "tr_TR.UTF-8", "ar_EG.UTF-8"), "LANG": ("tr_TR",), "LOCPATH": ("/proc",), "MALLOC_CHECK_": ("3",), "POSIXLY_CORRECT": ("1",), "XZ_OPT": ("-9e",), "QEMU_LOG": ("all",),
           "LANGUAGE": ("../../../etc",), "LIBEFIVAR_OPS": ("help", "\n"), "EFIVARFS_PATH": ("/etc/",), "LD_LIBRARY_PATH": ("/nowhere", "::"),
           "TZ": (":/etc/shadow", "x" * 4096), "TERM": ("x" * 4096,), "NO_COLOR": ("1",), "PATH": (None,), "HOME": (None,), "LD_PRELOAD": ("/nowhere.so",)}


def environment(ok, top, build):
    """Whatever is set, the same document; a loader that says what it cannot preload says only that."""
    verify, boot = build + "/vmspec-verify", build + "/vmspec-boot"
    subprocess.run(["tests/records/unpack", top / "records", "gicv3-acpi"], check=True)
    image = make.disk(top / "env.img", 48, make.fat(top / "env.fat", 40, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")}))
    # qemu-nbd, a child of ours, has the same environment
    packed = top / "env.qcow2"
    subprocess.run(["qemu-img", "convert", "-q", "-O", "qcow2", image, packed], check=True)
    os.environ.pop("COLUMNS", None)
    commands = {"replay": [verify, "--root", top / "records/gicv3-acpi", "--format", "lines"],
                "text": [verify, "--root", top / "records/gicv3-acpi"], "image": [verify, "-i", image, "--format", "lines"],
                "qcow2": [verify, "-i", packed, "--format", "lines"],
                "plan": [boot, "-i", image, "--plan"], "vmspecd --help": [build + "/vmspecd", "--help"]}

    def run(command, env):
        p = subprocess.run([str(c) for c in command], env=env, capture_output=True, text=True, timeout=60, check=False)
        errors = [line for line in p.stderr.splitlines() if not line.startswith("ERROR: ld.so: object ")]
        return p.returncode, re.sub(r"[0-9-]{10} [0-9:]+ UTC", "", p.stdout), errors
    clean = {"PATH": os.environ["PATH"], "HOME": "/root"}
    for name, command in commands.items():
        base, wrong = run(command, clean), []
        for variable, values in HOSTILE.items():
            for value in values:
                env = {k: v for k, v in {**clean, variable: value}.items() if v is not None}
                if run(command, env) != base:
                    wrong.append("%s=%.40r" % (variable, value))
        ok(base[1] and not wrong, "%s: the environment changes nothing" % name, wrong)


CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static long offset(void)
{
	FILE *f = fopen(getenv("CLOCK_OFFSET"), "r");
	long n = 0;
	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = 0;
		fclose(f);
	}
	return n;
}
int clock_gettime(clockid_t id, struct timespec *t)
{
	long r = syscall(SYS_clock_gettime, id, t);
	if (r == 0 && id == CLOCK_REALTIME)
		t->tv_sec += offset();
	return (int)r;
}
time_t time(time_t *t)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}
"""


def clock_set_back(ok, top, build):
    """Ten years back while the daemon runs: the next verdict comes at once, whole, and says the time that it then is."""
    (top / "clock.c").write_text(CLOCK)
    make.run("cc", "-shared", "-fPIC", "-o", top / "clock.so", top / "clock.c")
    run, offset = top / "clock-run", top / "offset"
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(top / "told"))
    told.settimeout(60)

    def ready():
        while not told.recv(4096).startswith(b"READY=1"):
            pass
        return json.loads((run / "verdict.json").read_text())
    offset.write_text("0")
    p = subprocess.Popen([build + "/vmspecd", "--run-dir", str(run), "--state-dir", str(top / "clock-state")],
                         stdout=subprocess.DEVNULL,
                         env={**os.environ, "LD_PRELOAD": str(top / "clock.so"), "CLOCK_OFFSET": str(offset), "NOTIFY_SOCKET": str(top / "told")})
    try:
        before = ready()
        offset.write_text("-315360000")
        p.send_signal(signal.SIGHUP)
        began = time.monotonic()
        after = ready()
        took = time.monotonic() - began
    finally:
        p.terminate()
        status = p.wait(timeout=30)
        told.close()
    same = [[c["id"], c["status"]] for c in before["checks"]] == [[c["id"], c["status"]] for c in after["checks"]]
    ok(status == 0 and same and took < 30 and int(before["time"][:4]) - int(after["time"][:4]) in (9, 10, 11),
       "the clock set back ten years: judged anew in %.1f s, at %s" % (took, after["time"]), [before["time"], after["time"], status])
