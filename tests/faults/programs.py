# SPDX-License-Identifier: GPL-2.0-or-later
"""What is swept by sweep.py: each program, with what must hold after each of its disturbed runs."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

import make
import sweep

HERE = pathlib.Path(__file__).resolve().parent
BOOT = HERE.parent / "boot"


class Daemon(sweep.Sweep):
    """Reloaded when it is ready, ended when it is so again; after a while in any case."""

    def execute(self, there, strace):
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(str(there / "told"))
        told.settimeout(5)
        p = subprocess.Popen([*strace, *map(str, self.command(there))], cwd=there, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env={**self.environ(there), "NOTIFY_SOCKET": str(there / "told")})
        for sig in signal.SIGHUP, signal.SIGTERM:
            try:
                while not told.recv(4096).startswith(b"READY=1") and p.poll() is None:
                    pass
            except TimeoutError:
                pass
            for pid in pathlib.Path("/proc/%d/task/%d/children" % (p.pid, p.pid)).read_text().split() if p.poll() is None else ():
                os.kill(int(pid), sig)
        told.close()
        out, err = p.communicate(timeout=self.seconds)
        return subprocess.CompletedProcess(p.args, p.returncode, out, err)


class Programs:
    def __init__(self, top, build):
        self.top, self.build = top, build
        self.verify, self.vmspecd = build + "/vmspec-verify", build + "/vmspecd"
        subprocess.run(["tests/records/unpack", top / "records", "gicv3-acpi", "xen-domu-direct", "gicv2-dt"], check=True)
        self.image = top / "good.img"
        make.disk(self.image, 48, make.fat(top / "esp", 40, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")}))
        subprocess.run(["qemu-img", "convert", "-O", "qcow2", self.image, top / "good.qcow2"], check=True)
        for name, record in (("a", "gicv3-acpi"), ("b", "xen-domu-direct")):
            with open(top / (name + ".json"), "w") as f:
                subprocess.run([self.verify, "--root", top / "records" / record, "--json"], stdout=f, check=False)
        with open(top / "verdict.json", "w") as f:
            subprocess.run([self.verify, "--root", top / "records/gicv2-dt", "--format", "jsonl"], stdout=f, check=False)
        for name in "code.fd", "vars.fd":
            (top / name).write_bytes(name.encode() * 64)

    def replay(self):
        return sweep.Sweep(self.top, lambda _: [self.verify, "--root", self.top / "records/gicv3-acpi", "--json"], sweep.document, strace=sweep.STRACE_ALONE)

    def raw(self):
        return sweep.Sweep(self.top, lambda _: [self.verify, "-i", self.image, "--json"], sweep.document, strace=sweep.STRACE_ALONE)

    def qcow2(self):
        return sweep.Sweep(self.top, lambda _: [self.verify, "-i", self.top / "good.qcow2", "--json"], sweep.document)

    def join(self):
        """Both documents, or one line and no success about one of them."""
        def judge(there, p, killed, base):
            if killed and p.returncode in (-9, 137):
                return ""
            lines = p.stderr.count(b"\n")
            if p.returncode == base.returncode and lines == 0:
                return "" if len(json.loads(p.stdout)["members"]) == 2 else "a subject is missing, and nothing said"
            if lines != 1 or p.returncode == 0:
                return "%d lines" % lines
            return "" if p.returncode == 4 or json.loads(p.stdout) else "half a document"
        return sweep.Sweep(self.top, lambda _: [self.verify, "--join", self.top / "a.json", self.top / "b.json", "--json"], judge, strace=sweep.STRACE_ALONE)

    def record(self):
        """A whole record, of which what could not be read is unknown, or none."""
        def judge(there, p, killed, base):
            found = [n for n in os.listdir(there) if n != "tmp"]
            if not killed and p.returncode != 0:
                if p.returncode != 4 or p.stderr.count(b"\n") != 1:
                    return "no record, status %d" % p.returncode
                return "" if not found else "left: %s" % found
            if not (there / "rec").exists():
                return "" if killed else "no record"
            if not killed and found != ["rec"]:
                return "left: %s" % found
            if not (there / "rec/.vmspec/about").exists():
                return "half a record"
            got = subprocess.run([self.verify, "--root", there / "rec", "--json"], capture_output=True, check=False)
            if not hasattr(base, "replayed"):
                base.replayed = got.stdout
            return sweep.same_or_unknown(base.replayed, got.stdout)
        return sweep.Sweep(self.top, lambda _: [self.verify, "--record", "rec"], judge, strace=sweep.STRACE_ALONE)

    def daemon(self):
        """From its start over a reload to its end: what is published is whole and true, or nothing is."""
        def judge(there, p, killed, base):
            published = there / "run/verdict.json"
            text = published.read_bytes() if published.exists() else None
            if not hasattr(base, "published"):
                base.published = text
            left = [n for n in (os.listdir(there / "run") if (there / "run").exists() else []) if n != "verdict.json"]
            if left and not killed:
                return "left: %s" % left
            if p.returncode == 127 and b"error while loading shared libraries" in p.stderr:
                return ""       # the loader's own word
            if not killed and p.returncode not in (0, 4):
                return "status %d" % p.returncode
            return sweep.same_or_unknown(base.published, text) if text is not None else ""
        return Daemon(self.top, lambda there: [self.vmspecd, "--run-dir", there / "run", "--state-dir", there / "state"], judge, begin="mkdirat(")

    def boot(self):
        """A cell on the fake QEMU of tests/boot."""
        self.fake = BOOT / "fake-qemu"
        return sweep.Sweep(self.top, lambda there: [self.build + "/vmspec-boot", "-i", self.image, "-q", self.fake, "--accel", "tcg", "-f",
                                                    self.top / "code.fd", "--vars", self.top / "vars.fd", "-s", "--json", "--matrix", "gic=3",
                                                    "--timeout", "60"],
                           sweep.document, env=lambda there: {"VMSPEC_FAKE": "", "VMSPEC_FAKE_VERDICT": str(self.top / "verdict.json")},
                           seconds=150)

    def xen(self):
        """A cell on the fake xl of tests/boot: no domain, no device and no log is left."""
        def prepare(there):
            for d in "bin", "logs":
                (there / d).mkdir()
            for name in ("xl", "dmsetup", "losetup"):
                (there / "bin" / name).symlink_to(BOOT / "fake-xl")

        def judge(there, p, killed, base):
            left = [f.name for f in there.iterdir() if f.name.startswith(("domain-", "mapped-"))] + os.listdir(there / "logs")
            return "" if killed else sweep.document(there, p, killed, base) or (left and "left: %s" % left)
        return sweep.Sweep(self.top, lambda there: [self.build + "/vmspec-boot", "--vmm", "xen", "-i", self.image, "-s", "--json", "-f",
                                                    self.top / "code.fd", "--matrix", "hw=dt", "--timeout", "60"],
                           judge, prepare=prepare, seconds=150,
                           env=lambda there: {"PATH": "%s:%s" % (there / "bin", os.environ["PATH"]), "VMSPEC_FAKE": "",
                                              "VMSPEC_FAKE_VERDICT": str(self.top / "verdict.json"), "VMSPEC_FAKE_XEN": str(there),
                                              "VMSPEC_XEN_LOGS": str(there / "logs")})
