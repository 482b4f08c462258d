# SPDX-License-Identifier: GPL-2.0-or-later
"""vmspec-boot for arm64 in the control domain of a real Xen host (xenhost.py): what the cases boot-xen* share.

    with XenBoot(t, "boot-xen", images=[("debian", guest.guest_disk("arm64"))]) as x:
        run = x.run("xen-direct", "debian", "--matrix", "hw=direct")
        run.is_status("BOOT-DEFAULT", "pass")
        x.nothing_left("xen-direct")
"""
import json
import pathlib
import shutil
import tempfile

import guest
from pair import ACCEPT, EXIT
from verdict import against_expected
from xenhost import Host

# What this program alone makes on the host, in a list that is empty when all is taken away.
LEFT = "xl list | tail -n +3; dmsetup ls | grep vmspec; losetup -a; ls /tmp | grep vmspec; ls /var/log/xen/console | grep vmspec; true"


def tools(folder):
    """vmspec-boot, what it brings into guests, and the programs of xen/."""
    guest.sh("make", "-C", guest.TOP, "--no-print-directory", "-s", "guest")
    shutil.copytree(guest.TOP / ".build/host/guest/aarch64", folder / "guest/aarch64")
    root = (guest.TOP / ".build/host/guest/aarch64.from").read_text().strip()
    guest.sh("env", "-u", "MAKEFLAGS", "-u", "CC", "make", "-C", guest.TOP, "--no-print-directory", "-s", "CROSS=aarch64", "SYSROOT=" + root,
             "O=.build/aarch64", ".build/aarch64/vmspec-boot")
    guest.sh("aarch64-linux-gnu-strip", "-o", folder / "vmspec-boot", guest.TOP / ".build/aarch64/vmspec-boot")
    for name in ("crash", "cost"):
        guest.sh("aarch64-linux-gnu-gcc", "--sysroot=" + root, "-static", "-Wall", "-Wextra", "-Werror", "-o", folder / name,
                 guest.TOP / "tests/vm/xen" / (name + ".c"))


class Run:
    """A run of vmspec-boot in dom0: its document, exit status and stderr."""

    def __init__(self, x, name, status, text, errors):
        self.x, self.name, self.status, self.errors = x, name, status, errors
        self.document = json.loads(text) if text.startswith("{") else {"checks": [], "cells": [], "verdict": None}
        x.t.ok(status == EXIT.get(self.document["verdict"]), "%s: exit status %d" % (name, status), [text[:500], errors[-500:]])
        for c in self.document["cells"]:
            print("    %s: %s: %s" % (name, c["name"], c["reason"]), flush=True)

    def is_status(self, check, status, word=""):
        c = next((c for c in self.document["checks"] if c["id"] == "VMSPEC-" + check), {"status": None, "reason": "", "evidence": []})
        told = c["reason"] + json.dumps(c["evidence"])
        good = c["status"] == status and word in told
        text = "%s: VMSPEC-%s %s%s" % (self.name, check, status, word and ", " + word)
        if not good and c["status"] == "unknown" and "(--timeout)" in told and self.x.host.late(text):
            return
        self.x.t.ok(good, text, c)

    def cell_is_expected(self, cell, *rows, expected=None):
        """The whole verdict of a cell's guest; `rows` of it, with their statuses, are named besides."""
        document = next((c["verdict"] for c in self.document["cells"] if c["name"] == cell), None)
        file = "boot-" + (expected or cell)
        if not document:
            return self.x.t.ok(False, "%s: %s gave no verdict" % (self.name, cell), self.document["cells"])
        guest.keep_document(file, document)
        for check, status in rows:
            row = next(c for c in document["checks"] if c["id"] == "VMSPEC-" + check)
            self.x.t.ok(row["status"] == status, "%s: in its guest VMSPEC-%s %s" % (cell, check, status), row)
        different = against_expected(document, file, ACCEPT)
        return self.x.t.ok(not different, "%s: the verdict of %s is the expected one (%s)" % (self.name, cell, document["summary"]),
                           "\n".join(different[:30]))


class XenBoot:
    def __init__(self, t, name, images):
        self.t, self.name = t, name
        self.disks = {image: i for i, (image, _) in enumerate(images)}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vmspec-xen-t-"))
        tools(self.folder)
        self.host = Host(name, tools=self.folder, disks=[path for _, path in images])

    def __enter__(self):
        self.host.__enter__()
        self.host.start(400)
        # Xen's own takes longer on a busy machine than libxl waits for it, where dom0 is emulated
        self.host.sh("mount --bind /run/t/block-quick /etc/xen/scripts/block")
        return self

    def __exit__(self, *what):
        self.host.__exit__(*what)
        print("    %s: %.0f s" % (self.name, self.host.seconds), flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, disk, *args):
        return "/run/t/vmspec-boot -i %s --guest-tools /run/t/guest -f /run/t/XEN_EFI.fd --json --memory 768 %s" % (
            self.host.device(self.disks[disk]), " ".join(args))

    def wait_begun(self, seen):
        """Until what begin() began has come to where the command succeeds."""
        self.host.wait_for("if test -e /run/boot.rc; then cat /run/boot.err; fi; " + seen, 240)

    def ended(self, name):
        """What begin() began, when it has ended."""
        self.host.wait_for("test -e /run/boot.rc", 240)
        return Run(self, name, *(f(self.host.sh("cat /run/boot." + what)[1]) for what, f in (("rc", int), ("out", str), ("err", str))))

    def run(self, name, disk, *args, timeout=1800):
        timeout = guest.patience(timeout)
        status, text = self.host.sh("rm -rf /run/keep; cd /run && /run/t/cost /run/cost %s 2> /run/errors" %
                                    self.command(disk, "--keep /run/keep", "--timeout %d" % timeout, *args), check=False, timeout=timeout + 300)
        run = Run(self, name, status, text, self.host.sh("cat /run/errors", check=False)[1])
        memory, own, others = (int(x) for x in self.host.sh("cat /run/cost")[1].split())
        print("    %s: vmspec-boot took %d ms of CPU, its xl and what else it started %d ms" % (name, own, others), flush=True)
        self.t.ok(0 < memory <= 8192, "%s: vmspec-boot's memory, %d KiB" % (name, memory))
        self.nothing_left(name)
        return run

    def begin(self, disk, *args):
        """In the background, its process in /run/boot.pid."""
        self.host.sh("rm -f /run/boot.*; cd /run && (sh -c 'echo $$ > /run/boot.pid; exec %s' > /run/boot.out 2> /run/boot.err; "
                     "echo $? > /run/boot.rc) > /dev/null 2>&1 &" % self.command(disk, *args))

    def left(self):
        return self.host.sh(LEFT)[1].strip()

    def nothing_left(self, name):
        left = self.left()
        self.t.ok(not left, "%s: no domain, no device, no loop, no folder, no log is left" % name, left)
