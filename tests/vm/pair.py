# SPDX-License-Identifier: GPL-2.0-or-later
"""Real guests through vmspec-boot: one run of it, its document, and the guests' verdicts inside.

    p = Pair(t, "boot-quick", guest.guest_disk("arm64"), "--matrix", "quick")
    p.is_status("BOOT-GICV2", "pass")
    p.cell_is_expected("gicv2-dt-pci")      # the whole guest verdict against expected/
"""
import fcntl
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import guest                                        # noqa: E402
from persist import Tally                           # noqa: E402,F401 - for those who use us
from verdict import against_expected              # noqa: E402

ACCEPT = "--accept" in sys.argv
EXIT = {"compliant": 0, "noncompliant": 1, "inconclusive": 3}
_built = []


def build():
    """vmspec-boot and what it brings into guests, once a program."""
    if not _built:
        guest.sh("make", "-C", guest.TOP, "--no-print-directory", "-s", "all", "guest", stdout=subprocess.DEVNULL)
        _built.append(True)


class Pair:
    def __init__(self, t, name, image, *args):
        build()
        self.t, self.name = t, name
        if "--timeout" not in args:
            args = (*args, "--timeout", "%d" % guest.patience(1800))
        keep = guest.LOGS / name
        shutil.rmtree(keep, ignore_errors=True)
        guest.LOGS.mkdir(parents=True, exist_ok=True)
        with open(guest.CACHE / "qemu.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            start, self.waits = time.monotonic(), guest.Waits()
            done = subprocess.Popen([str(a) for a in (guest.TOP / ".build/host/vmspec-boot", "-i", image, "--json",
                                                      "--keep", keep, *args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                out, errors = done.communicate()
            finally:
                if done.poll() is None:
                    done.terminate()        # it takes away what it made
                    done.wait()
            self.seconds = time.monotonic() - start
        self.status, self.errors = done.returncode, errors.decode()
        try:
            self.document = json.loads(out)
        except ValueError:
            self.document = {"checks": [], "cells": [], "verdict": None}
        print("    %s: %.0f s (logs: %s)" % (name, self.seconds, keep), flush=True)
        import jsonschema
        schema = json.loads((guest.TOP / "cli/format/vmspec-verdict-1.schema.json").read_text())
        wrong = [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(self.document)]
        t.ok(not wrong and self.status == EXIT.get(self.document["verdict"]),
             "%s: a valid document, exit status %d" % (name, self.status), [wrong, self.errors])

    def row(self, check):
        return next((c for c in self.document["checks"] if c["id"] == "VMSPEC-" + check), {"status": None, "reason": "", "evidence": []})

    def is_status(self, check, status, word=""):
        c = self.row(check)
        told = c["reason"] + json.dumps(c["evidence"])
        good = c["status"] == status and word in told
        text = "%s: VMSPEC-%s %s%s" % (self.name, check, status, word and ", " + word)
        if not good and c["status"] == "unknown" and "(--timeout)" in told and self.waits.late(text):
            return
        self.t.ok(good, text, c)

    def cell(self, name):
        return next((c["verdict"] for c in self.document["cells"] if c["name"] == name), None) or {"checks": [], "verdict": None}

    def cell_is_expected(self, cell, file):
        """The guest's whole verdict; --accept writes it."""
        document = self.cell(cell)
        if not document["checks"]:
            return self.t.ok(False, "%s: %s gave no verdict" % (self.name, cell), self.document["cells"])
        guest.keep_document(file, document)
        different = against_expected(document, file, ACCEPT)
        return self.t.ok(not different, "%s: the verdict of %s is the expected one" % (self.name, cell), "\n".join(different[:30]))


class Copy:
    """A copy of a guest's disk to change; loader entry options as guest.Machine has them."""

    def __init__(self, arch="arm64"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vmspec-pair-"))
        self.disk = self.folder / "disk.img"
        guest.sh("cp", "--sparse=always", "--reflink=auto", guest.guest_disk(arch), self.disk)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def esp(self, tool, *args, **options):
        guest.sh(tool, "-i", "%s@@%d" % (self.disk, guest.ESP_OFFSET), *args, **options)

    def options(self, options):
        entry = "title Debian\nlinux /debian/linux\ninitrd /debian/initrd\noptions root=LABEL=root rw %s\n" % options
        self.esp("mcopy", "-o", "-", "::/loader/entries/debian.conf", input=entry.encode())
