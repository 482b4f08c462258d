# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that boot several times: stages of a shell script, one a boot, on a disk that is kept.

    with Stages("name", firmware="aavmf", stages=[one, two]) as g:
        g.run(200)              # one QEMU process; stages end with `reset` (a guest reboot) or `off`
        g.run(100, uuid=B)      # a new process: a power cycle
        g.document("armed")     # what `t armed vmspec-verify ... --json` printed
"""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import guest                                        # noqa: E402

UUID_A, UUID_B = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-aaaaaaaaaaaa"
EFIVARS = "/sys/firmware/efi/efivars"
OURS = "VmspecPersist-c806f04c-465d-4791-b25f-e7eb07dd6b14"

# t NAME COMMAND...: output, errors and status into files; say TEXT: on the console; reset and off
# end a stage; vars NAME: what is in the store, but for what the firmware itself rewrites each time.
LIB = r"""#!/bin/sh
export PATH=/run/t:$PATH
keep=/var/lib/vmspec-test; O=$keep/out; V=%(efivars)s; ours=$V/%(ours)s
mkdir -p $O
n=$(($(cat $keep/stage 2>/dev/null || echo 0) + 1)); echo $n > $keep/stage; sync
t() { name=$1; shift; "$@" > $O/$name.out 2> $O/$name.err; echo $? > $O/$name.rc; }
say() { echo "vmspec-test: $*" > /dev/console; }
reset() { sync; busybox reboot -f; sleep 60; }
off() { mkdir -p /run/out; cp -a $O/. /run/out/; sync; exit 0; }
vars() { (cd $V && ls | grep -v '^Loader\|^MTC-\|^BootCurrent' | while read f; do echo "$f $(md5sum < "$f")"; done) > $O/$1; }
persist() { name=$1; shift; t $name vmspec-verify --persistence "$@" --json; }
say "stage $n"
. /run/t/stage-$n
off
"""


class Tally:
    failed = passed = 0

    def ok(self, good, text, detail=""):
        print(("ok " if good else "not ok ") + text, flush=True)
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print("    " + str(detail)[:1500], flush=True)
        return good

    def done(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        return 1 if self.failed or not self.passed else 0


class Stages(guest.Machine):
    def __init__(self, name, stages, uuid=UUID_A, files=(), **machine):
        programs = guest.cross_build("arm64")
        super().__init__(name, keep=True, **machine)
        self.base = list(self.extra)
        self.uuid = uuid
        tools = self.work / "tools"
        tools.mkdir()
        for p in "vmspec-verify", "vmspecd":
            shutil.copy(programs / p, tools)
        for f in files:
            shutil.copy(f, tools)
        (tools / "run").write_text(LIB % {"efivars": EFIVARS, "ours": OURS})
        (tools / "run").chmod(0o755)
        for i, text in enumerate(stages, 1):
            (tools / ("stage-%d" % i)).write_text(text)
        self.tools_folder = tools
        self.tools(tools)
        self.out = None

    def boot(self, uuid=None):
        self.extra = self.base + ["-uuid", uuid or self.uuid]
        self.start()

    def run(self, timeout, uuid=None):
        self.boot(uuid)
        self.wait(timeout)
        self.out = self.results()
        print("    %s: %.0f s" % (self.name, self.seconds), flush=True)

    def text(self, name):
        f = self.out / name
        return f.read_text(errors="replace") if f.exists() else ""

    def status(self, name):
        return int(self.text(name + ".rc") or -1)

    def document(self, name):
        try:
            return json.loads(self.text(name + ".out"))
        except ValueError:
            return {"status": "no document", "state": None, "done": None, "reason": self.text(name + ".err"),
                    "evidence": [], "checks": []}

    def row(self, name, check):
        rows = [c for c in self.document(name)["checks"] if c["id"] == check]
        return rows[0] if rows else {"status": "no row", "reason": self.text(name + ".err"), "evidence": []}

    def saw(self, tally, name, status, state, rc, text):
        """The document of `persist NAME ...` says so, and the exit status agrees."""
        d = self.document(name)
        got = d["status"], d["state"], self.status(name)
        return tally.ok(got == (status, state, rc), "%s: %s (%s)" % (self.name, text, d["reason"]),
                        "%s, not %s: %s" % (got, (status, state, rc), d))
