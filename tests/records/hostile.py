# SPDX-License-Identifier: GPL-2.0-or-later
"""
What no machine should give: half of a record missing, unreadable, huge, of the
wrong kind. There must be a verdict, unknown where nothing can be seen, and no
`fail` that the record did not have (but those named, where the damage is evidence).
"""

import os
import random
import shutil

HOSTILE = []
NOBODY = 65534


def hostile(record, may_fail=(), user=None):
    def add(function):
        HOSTILE.append((function.__name__, function.__doc__, record, set(may_fail), user, function))
        return function
    return add


def files(r):
    found = []
    for folder, _, names in os.walk(r.folder):
        found += [os.path.join(folder, n) for n in names]
    return sorted(f for f in found if not f.endswith(("/.vmspec/machine", "/.unpacked")))


@hostile("gicv3-acpi")
def huge_fdt(r):
    "a device tree of 1 GiB"
    os.truncate(r.path("sys/firmware/fdt"), 1 << 30)


@hostile("gicv3-acpi")
def systab_of_nuls(r):
    "a systab of NULs"
    r.write("sys/firmware/efi/systab", b"\0" * 4096)


@hostile("gicv3-acpi")
def folders_for_files(r):
    "a folder where each file should be"
    for f in files(r):
        os.remove(f)
        os.mkdir(f)


@hostile("gicv2-dt")
def links_out_of_the_root(r):
    "each file a link out of the root, to files that would be readable there"
    for f in files(r):
        os.remove(f)
        os.symlink("/../../../../../../etc/passwd", f)


@hostile("gicv2-dt")
def links_in_a_circle(r):
    "links that lead to themselves"
    for f in files(r):
        os.remove(f)
        os.symlink(os.path.basename(f), f)


@hostile("gicv3-acpi")
def fifos(r):
    "a FIFO where each file should be: nobody may wait for it"
    for f in files(r):
        if not os.path.islink(f):
            os.remove(f)
            os.mkfifo(f)


@hostile("gicv3-acpi", may_fail=["EFI-ACPI"])  # an empty systab lists no ACPI 2.0 table
def everything_empty(r):
    "each file empty"
    for f in files(r):
        if not os.path.islink(f):
            open(f, "w").close()


@hostile("gicv2-dt", may_fail=["EFI-RTC", "EFIVARIABLE", "TIMER", "PSCI", "EL1"])
def everything_random(r):
    "each file random bytes"
    chance = random.Random(1)
    for f in files(r):
        if not os.path.islink(f):
            with open(f, "wb") as out:
                out.write(chance.randbytes(chance.choice((1, 100, 5000))))


@hostile("gicv3-acpi")
def everything_huge(r):
    "each file a sparse 8 GiB"
    for f in files(r):
        if not os.path.islink(f):
            os.truncate(f, 8 << 30)


@hostile("gicv3-acpi")
def nothing_but_the_machine(r):
    "an empty record"
    for name in os.listdir(r.folder):
        if name != ".vmspec":
            shutil.rmtree(r.path(name)) if not os.path.islink(r.path(name)) and os.path.isdir(r.path(name)) \
                else os.remove(r.path(name))
    r.remove(".vmspec/kmsg")


@hostile("gicv3-acpi")
def no_machine_known(r):
    "not even which machine it was"
    r.remove(".vmspec")
    r.remove("proc/cpuinfo")


@hostile("gicv3-acpi")
def not_arm(r):
    "an x86 machine: all unknown"
    r.write(".vmspec/machine", "x86_64\n")


@hostile("gicv3-acpi")
def container_mask(r):
    "a container: tmpfs over /sys/firmware, /proc/interrupts bound away"
    with open(r.path("proc/self/mountinfo"), "a") as f:
        f.write("90 23 0:99 / /sys/firmware ro,relatime - tmpfs tmpfs ro\n"
                "91 24 0:5 /null /proc/interrupts rw - devtmpfs udev rw\n")
    shutil.rmtree(r.path("sys/firmware"))
    os.mkdir(r.path("sys/firmware"))
    r.write("proc/interrupts", "")


@hostile("gicv3-acpi")
def processes_only(r):
    "a procfs that shows processes only"
    r.sub("proc/self/mountinfo", r"(- proc proc rw)", r"\1,subset=pid")
    for name in ("interrupts", "consoles", "cpuinfo", "modules", "cmdline", "version"):
        r.remove("proc/" + name)


@hostile("gicv3-acpi")
def log_rotated(r):
    "the beginning of the kernel log is gone"
    lines = r.read(".vmspec/kmsg").splitlines(keepends=True)
    r.write(".vmspec/kmsg", b"".join(lines[-20:]))


@hostile("gicv2-dt")
def log_of_nuls(r):
    "NULs in the kernel log"
    r.write(".vmspec/kmsg", b"\0" * 100000)


if os.geteuid() == 0:
    @hostile("gicv3-acpi", user=NOBODY)
    def unprivileged(r):
        "what is 0400 on a live machine can't be read"
        for name in ("sys/firmware/fdt", "sys/firmware/efi/systab", ".vmspec/kmsg", "proc/iomem"):
            os.chmod(r.path(name), 0o400)
        for name in os.listdir(r.path("sys/firmware/acpi/tables")):
            os.chmod(r.path("sys/firmware/acpi/tables/" + name), 0o500)
        os.chmod(r.path("proc/tty/driver"), 0o500)

    @hostile("gicv2-dt", user=NOBODY)
    def nothing_readable(r):
        "no file can be read"
        for f in files(r):
            if not os.path.islink(f):
                os.chmod(f, 0)

    @hostile("gicv2-dt", user=NOBODY)
    def no_folder_listable(r):
        "folders can be entered, not listed"
        for folder, _, _ in os.walk(r.path("sys"), topdown=False):
            os.chmod(folder, 0o311)


def halves(seed):
    def change(r):
        chance = random.Random(seed)
        for f in files(r):
            if chance.random() < 0.5:
                os.remove(f)
    change.__name__ = f"half_missing_{seed}"
    change.__doc__ = "half of the files missing, folders left"
    return change


# A missing file in a folder that is there is an absent file: that may be evidence.
ABSENCE = ["EFI", "EFIVARIABLE", "EFI-RTC", "EFI-ACPI", "ACPI-COMPLETE", "OS-SBSA-UART", "ENUMERATION", "OS-EFI",
           "OS-EFI-RTC", "FDT-COMPLETE"]
for seed in range(12):
    hostile(("gicv3-acpi", "gicv2-dt", "uboot-dt", "xen-domu-uefi-acpi")[seed % 4], may_fail=ABSENCE)(halves(seed))


def cut_files(r):
    """Each file of a record emptied, and cut in its middle; each link a plain file: (what, undo), one after the
    other. Nothing of that is a fault of the machine's."""
    found = sorted(os.path.join(folder, n) for folder, folders, names in os.walk(r.folder)
                   for n in names + [d for d in folders if os.path.islink(os.path.join(folder, d))])
    for f in found:
        name = os.path.relpath(f, r.folder)
        if name in (".vmspec/machine", ".unpacked"):
            continue
        if os.path.islink(f):
            to = os.readlink(f)
            os.remove(f)
            with open(f, "w"):
                pass
            yield name + ", a plain file"
            os.remove(f)
            os.symlink(to, f)
            continue
        with open(f, "rb") as file:
            data = file.read()
        for n in {0, len(data) // 2}:
            with open(f, "wb") as file:
                file.write(data[:n])
            yield "%s, %d bytes" % (name, n)
        with open(f, "wb") as file:
            file.write(data)
