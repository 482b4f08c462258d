# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies where a program writes is exchanged by somebody else, while it is stopped between two of its system calls:
behind each call on a path or a descriptor there, in turn. Whatever is put in the way: what is somebody else's stays as it
is, nothing of ours is read by him, nobody is waited for, and it ends well or with one line and the right status."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import make

NOBODY = 65534
CALL = re.compile(r"^(\d+) +(\w+)\((.*)")
SECONDS = 20


def calls(command, folder, trace, env=None, seconds=SECONDS, threads=False):
    """Each system call of the first process (or of each thread) that names `folder`, or a descriptor in it: (name, which of that name)."""
    subprocess.run(["strace", "-f", "-y", "-o", trace, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=False, env=env, timeout=seconds)
    n, found, first = {}, [], None
    for line in pathlib.Path(trace).read_text(errors="replace").splitlines():
        m = CALL.match(line)
        if not m:
            continue
        first = first or m[1]
        if m[1] != first and not threads:
            continue
        n[m[1], m[2]] = n.get((m[1], m[2]), 0) + 1
        if str(folder) in m[3] and m[2] not in ("execve", "close"):
            found.append((m[2], n[m[1], m[2]]))
    return list(dict.fromkeys(found))


def sampled(listed, most):
    """The first and the last of each kind and of the rest as many as there is room for; of these `most`."""
    kept, last = [], {}
    for i, (name, _) in enumerate(listed):
        if name not in last:
            kept.append(i)
        last[name] = i
    rest = [i for i in range(len(listed)) if i not in {*kept, *last.values()}]
    room = max(0, most - len({*kept, *last.values()}))
    some = [rest[i * len(rest) // room] for i in range(room)] if rest and room else []
    every = sorted({*kept, *last.values(), *some})
    return [listed[every[i * len(every) // most]] for i in range(most)] if len(every) > most else [listed[i] for i in every]


def run(command, call, n, change, trace, env=None, seconds=SECONDS):
    """Stop it behind that call, `change`, let it go on. (process, was it stopped); returncode None: it had to be killed."""
    trace = pathlib.Path(trace)
    trace.unlink(missing_ok=True)
    p = subprocess.Popen(["strace", "-f", "-o", trace, "-e", "trace=" + call, "-e", "inject=%s:signal=STOP:when=%d" % (call, n), *map(str, command)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, start_new_session=True)
    end = time.monotonic() + seconds
    stopped = False
    while not stopped and p.poll() is None and time.monotonic() < end:
        stopped = trace.exists() and "--- stopped by SIGSTOP ---" in trace.read_text(errors="replace")
        time.sleep(0.002)
    if stopped:
        change()
    try:
        while stopped and p.poll() is None and time.monotonic() < end:
            for pid in set(re.findall(r"^(\d+) +--- stopped by SIGSTOP ---", trace.read_text(errors="replace"), re.M)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGCONT)
            time.sleep(0.01)
        out, err = p.communicate(timeout=max(1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, err = p.communicate()
        return subprocess.CompletedProcess(p.args, None, out, err), stopped
    return subprocess.CompletedProcess(p.args, p.returncode, out, err), stopped


class Place:
    """A folder that a program writes into, and somebody else's files."""

    def __init__(self, top):
        self.top, self.folder, self.moved, self.theirs = top, top / "folder", top / "moved", top / "theirs"
        shutil.rmtree(top, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.top.chmod(0o777)
        self.folder.chmod(0o777)
        self.theirs.mkdir()
        self.made = []
        self.their(self.theirs / "file")

    def their(self, path, make=None):
        if make:
            make(path)
        else:
            path.write_text("precious")
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        if not make:
            self.made.append((path, path.lstat().st_ino))

    def mirror(self, folder):
        """A folder of theirs with their own files by the names that are here."""
        for name in os.listdir(folder):
            there = self.theirs / name
            if (folder / name).is_dir():
                self.their(there, os.mkdir)
                self.their(there / "file")
            else:
                self.their(there)

    # what is put in the way: of the folder, or of a name in it
    def folder_is_a_link(self):
        self.mirror(self.folder)
        self.folder.rename(self.moved)
        self.their(self.folder, lambda p: p.symlink_to(self.theirs))

    def folder_is_theirs(self):
        self.mirror(self.folder)
        self.folder.rename(self.moved)
        self.theirs.rename(self.folder)

    def instead(self, name, make):
        """`make` in the place of each name that fits (a pattern), or of the name itself where none is there."""
        found = [f for f in self.folder.iterdir() if re.fullmatch(name, f.name)] or ([self.folder / name] if name.isidentifier() else [])
        for f in found:
            if f.exists() or f.is_symlink():
                f.rename(self.top / ("away-" + f.name))
            self.their(f, make)

    def links(self, name):
        return lambda: self.instead(name, lambda p: p.symlink_to(self.theirs / "file"))

    def dangles(self, name):
        return lambda: self.instead(name, lambda p: p.symlink_to(self.theirs / "new"))

    def hard(self, name):
        return lambda: self.instead(name, lambda p: os.link(self.theirs / "file", p))

    def fifo(self, name):
        return lambda: self.instead(name, os.mkfifo)

    def dir(self, name):
        return lambda: self.instead(name, lambda p: (p.mkdir(), self.their(p / "file")))

    def wrong(self):
        """What became of theirs."""
        # by another name, perhaps: who puts it in our way may see it renamed
        there = {f.lstat().st_ino: f for f in self.top.rglob("*")}
        lost = [str(f) for f, inode in self.made if inode not in there or there[inode].read_text() != "precious"]
        theirs = self.theirs if self.theirs.exists() else self.folder
        ours = [str(f) for f in [theirs, *theirs.rglob("*")] if f.lstat().st_uid != NOBODY and f != theirs]
        return ["lost: %s" % lost] * bool(lost) + ["in their folder: %s" % ours] * bool(ours)


def sweep(ok, top, name, command, watched, changes, judge, prepare=lambda place: None, env=None, most=6, threads=False, only=None):
    """command(place); changes: {what: function(place) -> what is to be called}; judge(place, run) says what is wrong."""
    place = Place(top / "exchanged")
    prepare(place)
    listed = [(call, n) for call, n in calls(command(place), watched(place), top / "exchanged.trace", env, threads=threads) if call in (only or [call])]
    points = [(what, change, call, n) for what, change in changes.items() for call, n in sampled(listed, most)]

    def one(i):
        what, change, call, n = points[i]
        place = Place(top / ("exchanged%d" % i))
        prepare(place)
        p, stopped = run(command(place), call, n, change(place), top / ("exchanged%d.trace" % i), env)
        why = (place.wrong() + (["did not end"] if p.returncode is None else judge(place, p))) if stopped else []
        shutil.rmtree(place.top)
        return stopped, why and "%s behind %s %d: %s [%s %s]" % (what, call, n, "; ".join(why), p.returncode, p.stderr.strip())
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        said = list(pool.map(one, range(len(points))))
    shutil.rmtree(place.top)
    tried, wrong = sum(s for s, _ in said), [why for _, why in said if why]
    ok(tried >= 2 * len(changes) and not wrong, "%s: exchanged behind %d of %d system calls, %d ways: %d points" % (
        name, len(sampled(listed, most)), len(listed), len(changes), tried), "\n    ".join(wrong[:10]))


def output(ok, top, build):
    """The document is whole where it was meant to be, or there is one line and 4."""
    record = top / "records/gicv3-acpi"
    subprocess.run(["tests/records/unpack", top / "records", "gicv3-acpi"], check=True)

    def judge(place, p):
        if p.returncode == 4:
            return [] if p.stderr.count("\n") == 1 else ["%d lines" % p.stderr.count("\n")]
        left = [f for f in (place.moved, place.folder, place.top) if f.exists()]
        found = [f for d in left for f in d.iterdir() if f.is_file() and not f.is_symlink() and f.lstat().st_uid != NOBODY and f.name.endswith("document")]
        whole = [f for f in found if f.read_text() != "old" and json.loads(f.read_text())]
        return ([] if whole else ["no document"]) + (["status"] if p.returncode not in (0, 1, 3) else [])

    def left_over(place, p):
        return judge(place, p) + ["left: %s" % f for d in (place.moved, place.folder) if d.is_dir() and not d.is_symlink() for f in d.iterdir()
                                  if f.name.startswith(".vmspec") and f.lstat().st_uid != NOBODY]
    temporary, name = r"\.vmspec-verify\..*", "document"
    changes = {"the folder, a link": lambda s: s.folder_is_a_link, "the folder, theirs": lambda s: s.folder_is_theirs,
               "the document, a link": lambda s: s.links(name), "the document, a link that dangles": lambda s: s.dangles(name),
               "the document, a hard link": lambda s: s.hard(name), "the document, a FIFO": lambda s: s.fifo(name),
               "the document, a folder": lambda s: s.dir(name), "the temporary file, a link": lambda s: s.links(temporary)}
    for old in False, True:
        sweep(ok, top, "--output%s" % (" over a document" if old else ""),
              lambda s: [build + "/vmspec-verify", "--root", record, "--json", "-o", s.folder / name], lambda s: s.folder, changes, left_over,
              prepare=lambda s, old=old: (s.folder / name).write_text("old") if old else None)

    def fifo(place):
        os.mkfifo(place.folder / name)
        place.reader = os.open(place.folder / name, os.O_RDONLY | os.O_NONBLOCK)
        fcntl_size(place.reader)
    changes = {k: v for k, v in changes.items() if k.startswith("the document")}
    sweep(ok, top, "--output into a FIFO", lambda s: [build + "/vmspec-verify", "--root", record, "--json", "-o", s.folder / name], lambda s: s.folder,
          changes, lambda place, p: (os.close(place.reader), [] if p.returncode in (0, 1, 3) or (p.returncode == 4 and p.stderr.count("\n") == 1)
                                     else ["status"])[1], prepare=fifo)


def fcntl_size(fd):
    """Room in the pipe for all that is written, so that nobody has to read."""
    import fcntl
    fcntl.fcntl(fd, 1031, 1 << 20)


def record(ok, top, build):
    """A whole record, 0700, where it was meant to be, or none, one line and 4 (2: something bears its name)."""
    def judge(place, p):
        lines = p.stderr.count("\n")
        found = [f for d in (place.moved, place.folder, place.top) if d.is_dir() and not d.is_symlink() for f in d.iterdir()
                 if f.is_dir() and not f.is_symlink() and f.name.startswith(("rec", "away-rec")) and f.lstat().st_uid != NOBODY]
        open_ = ["others may look: %s" % f for f in found if f.lstat().st_mode & 0o77]
        if p.returncode == 0:
            whole = [f for f in found if f.name in ("rec", "away-rec") and (f / ".vmspec/about").exists()]
            return open_ + ([] if whole else ["no record"])
        half = ["left: %s" % f for f in found if f.name.startswith("rec") or any(f.iterdir())]
        return open_ + half + ([] if p.returncode in (2, 4) and lines == 1 else ["%d lines" % lines])
    passing, name = r"rec\..*", "rec"
    changes = {"the folder, a link": lambda s: s.folder_is_a_link, "the folder, theirs": lambda s: s.folder_is_theirs,
               "the record as it grows, a link": lambda s: s.links(passing), "the record as it grows, a folder": lambda s: s.dir(passing),
               "the record as it grows, a FIFO": lambda s: s.fifo(passing), "the record, a link that dangles": lambda s: s.dangles(name),
               "the record, a FIFO": lambda s: s.fifo(name), "the record, a folder": lambda s: s.dir(name)}
    sweep(ok, top, "--record", lambda s: [build + "/vmspec-verify", "--record", s.folder / name], lambda s: s.folder, changes, judge, most=5)

    def packed(place, p):
        found = [f for d in (place.moved, place.folder, place.top) if d.is_dir() and not d.is_symlink() for f in d.iterdir()
                 if f.name.startswith(("host", "away-host")) and not f.is_symlink() and f.lstat().st_uid != NOBODY]
        half = ["left: %s" % f for f in found if f.name.startswith("host.tar.gz.") or (f.is_dir() and any(f.iterdir()))]
        whole = [f for f in found if f.is_file() and re.search(r"\.vmspec/about", subprocess.run(["tar", "-tzf", f], capture_output=True,
                                                                                                text=True, check=False).stdout)]
        if p.returncode == 0:
            return half + ([] if whole else ["no archive"])
        return half + ([] if p.returncode in (2, 4) and p.stderr.count("\n") == 1 else ["%d lines" % p.stderr.count("\n")])
    passing, name = r"host\.tar\.gz\..*", "host.tar.gz"
    changes = {"the folder, a link": lambda s: s.folder_is_a_link, "the folder, theirs": lambda s: s.folder_is_theirs,
               "what it is made in, a link": lambda s: s.links(passing), "what it is made in, a folder": lambda s: s.dir(passing)}
    sweep(ok, top, "--record FILE.tar.gz", lambda s: [build + "/vmspec-verify", "--record", s.folder / name], lambda s: s.folder, changes, packed, most=4)


def planted(ok, top, build):
    """In a folder where everybody may write, a link of somebody else's leads nowhere, as a file or as a folder on the way."""
    verify, root = build + "/vmspec-verify", top / "records/gicv3-acpi"
    subprocess.run(["tests/records/unpack", top / "records", "gicv3-acpi"], check=True)
    for mode in 0o1777, 0o777:
        there, theirs = top / "everybody", top / "theirs"
        for d in there, theirs:
            d.mkdir()
        os.chmod(there, mode)
        os.chown(there, 65533, 65533)
        (theirs / "document").write_text("precious")
        for name, to in (("file", theirs / "document"), ("folder", theirs), ("new.tar.gz", theirs / "new")):
            (there / name).symlink_to(to)
            os.lchown(there / name, NOBODY, NOBODY)
        os.mkfifo(there / "fifo")
        os.chown(there / "fifo", NOBODY, NOBODY)
        commands = [(path, [verify, "--root", root, "--json", "-o", path]) for path in
                    ("file", "fifo", "folder/document", "folder/new", "folder/../theirs/new", ".//folder//new")]
        commands += [("--record " + path, [verify, "--record", path]) for path in
                     ("folder/new", "folder/new.tar.gz", "folder/../theirs/new", "folder/sub/../new")]
        commands += [("--state-dir " + path, [verify, "--persistence", "status", "--json", "--state-dir", path]) for path in
                     ("folder/state", "folder/../theirs/state")]
        commands += [("--run-dir " + path, [build + "/vmspecd", "--run-dir", path, "--state-dir", top / "none"]) for path in
                     ("folder/run", "folder/../theirs/run")]
        for what, command in commands:
            p = subprocess.run(command, cwd=there, capture_output=True, text=True, timeout=60, check=False)
            one = p.stderr.count("\n") == 1 and p.returncode == 4
            if "status" in command:
                one = "ermission" in p.stdout + p.stderr and p.returncode in (0, 4)
            ok(one and "ermission" in p.stdout + p.stderr and os.listdir(theirs) == ["document"] and
               (theirs / "document").read_text() == "precious" and len(os.listdir(there)) == 4, "over somebody else's link (%o): %s" % (mode, what), p)
        p = subprocess.run([verify, "--record", there / "new.tar.gz"], capture_output=True, text=True, timeout=60, check=False)
        ok(p.returncode == 2 and p.stderr.count("\n") == 1 and os.listdir(theirs) == ["document"], "--record over a link that dangles: 2", p)
        os.lchown(there / "folder", 0, 0)
        p = subprocess.run([verify, "--root", root, "--json", "-o", there / "folder/new"], capture_output=True, text=True, timeout=60, check=False)
        ok(p.returncode in (0, 1, 3) and json.loads((theirs / "new").read_text()), "over one's own link: written", p.stderr)
        shutil.rmtree(there)
        shutil.rmtree(theirs)


def boot(ok, top, build):
    """--keep, and the folder of a cell's files, which goes at its end."""
    esp = make.fat(top / "esp.fat", 40, {"EFI/BOOT/BOOTAA64.EFI": make.loader("systemd-boot")})
    image = make.disk(top / "boot.img", 48, esp)
    for name in "code.fd", "vars.fd":
        (top / name).write_bytes(name.encode() * 64)
    with open(top / "verdict.json", "w") as f:
        subprocess.run(["tests/records/unpack", top / "records", "gicv2-dt"], check=True)
        subprocess.run([build + "/vmspec-verify", "--root", top / "records/gicv2-dt", "--format", "jsonl"], stdout=f, check=False)
    top.chmod(0o755)
    env = {**os.environ, "VMSPEC_FAKE": "", "VMSPEC_FAKE_VERDICT": str(top / "verdict.json"), "TMPDIR": str(top)}
    command = [build + "/vmspec-boot", "-i", image, "-q", os.path.abspath("tests/boot/fake-qemu"), "--accel", "tcg", "-f", top / "code.fd", "--vars",
               top / "vars.fd", "-s", "--json", "--matrix", "gic=3", "--timeout", "20"]

    def keep(where, **more):
        return subprocess.run([*map(str, command), "--keep", str(where)], capture_output=True, text=True, timeout=60, check=False, env={**env, **more})
    there, theirs = top / "everybody", top / "theirs"
    for d in there, theirs:
        d.mkdir()
    there.chmod(0o1777)
    (there / "link").symlink_to(theirs)
    (there / "dangles").symlink_to(theirs / "new")
    (there / "folder").mkdir()
    (there / "file").write_text("precious")
    for f in "link", "dangles", "folder", "file":
        os.chown(there / f, NOBODY, NOBODY, follow_symlinks=False)
    os.chown(there, 65533, 65533)
    for where, words in {"link": "ermission", "link/": "ermission", "link/keep": "ermission", "dangles": "ermission", "folder": "belongs to somebody else",
                         "file": "Not a directory"}.items():
        p = keep("%s/%s" % (there, where))
        ok(p.returncode == 4 and p.stderr.count("\n") == 1 and words in p.stderr and not os.listdir(theirs) and not os.listdir(there / "folder") and
           (there / "file").read_text() == "precious" and len(os.listdir(there)) == 4, "--keep over what is somebody else's: %s" % where, p)
    os.lchown(there / "link", 0, 0)
    for where, found in ("link", theirs), ("new", there / "new"):
        p = keep(there / where)
        ok(p.returncode == 1 and sorted(os.listdir(next(found.iterdir()))) == ["command", "console.log", "qmp.log", "vars-after.fd", "vars-before.fd",
           "verdict-1.json", "verdict-2.json"], "--keep over one's own link, and where nothing is: %s" % where, p)
    shutil.rmtree(there)
    # what may be exchanged by others is no place for a cell's files, nor for the socket of qemu-nbd
    make.run("qemu-img", "convert", "-O", "qcow2", image, top / "boot.qcow2")
    for mode in 0o1777, 0o777:
        there.mkdir()
        there.chmod(mode)
        for what, one, status in ("a cell's folder", command, 1), ("qemu-nbd's socket", [build + "/vmspec-verify", "-i", top / "boot.qcow2", "--json"], 0):
            trace = top / "trace"
            p = subprocess.run(["strace", "-f", "-y", "-e", "trace=mkdirat,bind", "--seccomp-bpf", "-o", trace, *map(str, one)], capture_output=True, timeout=60,
                               check=False, env={**env, "TMPDIR": str(there)})
            used = str(there) in trace.read_text(errors="replace")
            ok(p.returncode == status and used == (mode == 0o1777) and not os.listdir(there),
               "TMPDIR %o, %s: %s" % (mode, what, "there, and gone" if used else "elsewhere"), [p, trace.read_text(errors="replace")[-2000:]])
        there.rmdir()

    def judge(place, p):
        if p.returncode == 4:
            return [] if p.stderr.count("\n") == 1 else ["%d lines" % p.stderr.count("\n")]
        return [] if p.returncode in (1, 3) and json.loads(p.stdout) else ["status"]
    changes = {"the folder, a link": lambda s: s.folder_is_a_link, "the folder, theirs": lambda s: s.folder_is_theirs, "what is kept, a link": lambda s: s.links("keep"),
               "what is kept, a folder": lambda s: s.dir("keep")}
    sweep(ok, top, "--keep", lambda s: [*command, "--keep", s.folder / "keep"], lambda s: s.folder, changes, judge, env=env, most=3)
    kept = r"gicv3-default-pci.*"
    changes.update({"a cell's, a link": lambda s: lambda: within(s).links(kept)(), "a cell's, theirs": lambda s: lambda: within(s).dir(kept)()})

    def within(place):
        place.folder = place.folder / "keep"
        return place

    def while_it_runs(what):
        place = Place(top / ("running-" + re.sub(r"\W", "-", what)))
        p = subprocess.Popen([*map(str, command), "--timeout", "90", "--keep", place.folder / "keep"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env={**env, "VMSPEC_FAKE": "slow"})
        end = time.monotonic() + 60
        while not any(f.stat().st_size for f in place.folder.glob("keep/*/console.log")) and time.monotonic() < end:
            time.sleep(0.01)
        changes[what](place)()
        time.sleep(0.5)
        p.terminate()
        out, err = p.communicate(timeout=60)
        place.folder = place.top / "folder"
        console = [f.read_text() for f in place.top.rglob("console.log")]
        why = place.wrong() + judge(place, subprocess.CompletedProcess(p.args, p.returncode, out, err)) + \
            ([] if len(console) == 1 and "still here" in console[0] else ["the log is not whole: %s" % console])
        shutil.rmtree(place.top)
        return why and "%s: %s" % (what, why)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = [why for why in pool.map(while_it_runs, changes) if why]
    ok(not wrong, "--keep: exchanged while a guest runs, %d ways" % len(changes), "\n    ".join(wrong))

    def left(place, p):
        cell = r"vmspec-boot-cell\..*"
        found = [f for d in (place.moved, place.folder, place.top) if d.is_dir() and not d.is_symlink() for f in d.iterdir() if re.fullmatch("(away-)?" + cell, f.name)]
        return judge(place, p) + ["left in it: %s" % os.listdir(f) for f in found if f.lstat().st_uid != NOBODY and f.is_dir() and os.listdir(f)]
    cell = r"vmspec-boot-cell\..*"
    changes = {"the cell's folder, a link": lambda s: s.links(cell), "the cell's folder, theirs": lambda s: s.dir(cell)}
    sweep(ok, top, "the folder of a cell, as it goes", lambda s: ["env", "TMPDIR=%s" % s.folder, *command], lambda s: s.folder, changes, left,
          prepare=lambda s: s.folder.chmod(0o700), env=env, most=3, threads=True, only=("getdents64", "unlinkat"))


def state(ok, top, driver):
    """The state directory, in a folder where everybody may write: what is said is true or unknown."""
    boot = "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c"

    def world(place, step):
        for name, data in {"root/etc/machine-id": "0123456789abcdef0123456789abcdef\n", "root/.vmspec/machine": "aarch64\n",
                           "root/proc/sys/kernel/random/boot_id": "11111111-1111-4111-8111-111111111111\n", "vars/" + boot: "\7\0\0\0\1\0"}.items():
            (place.top / name).parent.mkdir(parents=True, exist_ok=True)
            (place.top / name).write_text(data)
        place.folder.chmod(0o700)
        place.folder.rename(place.top / "state")
        place.folder = place.top / "state"
        place.top.chmod(0o777)
        if step != "arm":
            subprocess.run([driver, place.top, "arm"], check=True, stdout=subprocess.DEVNULL)
        if step in ("check", "unit"):
            (place.top / "root/proc/sys/kernel/random/boot_id").write_text("22222222-2222-4222-8222-222222222222\n")

    def judge(step):
        good = {"arm": ("pending",), "check": ("pass",), "unit": ("pass", "pending"), "disarm": ("skip", "pass", "unknown"), "kexec": ("skip", "pass", "pending")}[step]

        def one(place, p):
            said = p.stdout.split(" ", 4)
            others = sorted(f for f in os.listdir(place.top / "vars") if not f.startswith("VmspecPersist"))
            return ([] if len(said) == 5 and said[0] in (*good, "unknown", "error") else ["said %r" % p.stdout]) + \
                ([] if others == [boot] else ["variables: %s" % others])
        return one
    file, temporary = r"persistence\.json", r"persistence\.json\.tmp"
    changes = {"the directory, a link": lambda s: s.folder_is_a_link, "the directory, theirs": lambda s: s.folder_is_theirs,
               "the state, a link": lambda s: s.links(file), "the state, a hard link": lambda s: s.hard(file), "the state, a FIFO": lambda s: s.fifo(file),
               "the state, a folder": lambda s: s.dir(file), "the temporary file, a link": lambda s: s.links(temporary),
               "the temporary file, a folder": lambda s: s.dir(temporary)}
    for step in "arm", "check", "unit", "disarm", "kexec":
        sweep(ok, top, "the state directory, %s" % step, lambda s, step=step: [driver, s.top, step], lambda s: s.top / "state", changes, judge(step),
              prepare=lambda s, step=step: world(s, step), most=6)


def owners(ok, top, build, driver):
    """A state or run directory that others may write to is not believed, and nothing is written into it."""
    for name, mode, owner in ("somebody else's", 0o700, NOBODY), ("for everybody to write", 0o777, 0), ("for a group to write", 0o770, 0):
        place = Place(top / "owners")
        (place.top / "root/etc").mkdir(parents=True)
        (place.top / "vars").mkdir()
        for d in "state", "run":
            (place.top / d).mkdir()
            (place.top / d).chmod(mode)
            os.chown(place.top / d, owner, owner)
        for step in "arm", "check", "status":
            p = subprocess.run([driver, place.top, step], capture_output=True, text=True, timeout=30, check=False)
            ok(p.stdout.startswith("unknown ") and "belongs to somebody else, or others may write there" in p.stdout and
               not os.listdir(place.top / "state") and not os.listdir(place.top / "vars"), "%s with a state directory %s: unknown, nothing written" % (step, name), p)
        p = subprocess.run([build + "/vmspecd", "--run-dir", place.top / "run", "--state-dir", place.top / "none"], capture_output=True, text=True,
                           timeout=30, check=False)
        ok(p.returncode == 4 and p.stderr.count("\n") == 1 and "cannot publish" in p.stderr and not os.listdir(place.top / "run"),
           "vmspecd with a run directory %s: 4, nothing written" % name, p)
        shutil.rmtree(place.top)


def held(ok, top, driver):
    """Somebody else holds the lock of the store, or of a state directory that he may read: unknown within seconds, nothing written."""
    for where in "vars", "state":
        place = Place(top / "held")
        (place.top / "root/etc").mkdir(parents=True)
        for d in "vars", "state":
            (place.top / d).mkdir(mode=0o755)
        holder = subprocess.Popen(["flock", place.top / where, "sh", "-c", "echo held; exec sleep 60"], stdout=subprocess.PIPE, text=True, user=NOBODY,
                                  group=NOBODY, start_new_session=True)
        holder.stdout.readline()
        began = time.monotonic()
        p = subprocess.run([driver, place.top, "arm"], capture_output=True, text=True, timeout=60, check=False)
        took = time.monotonic() - began
        os.killpg(holder.pid, signal.SIGKILL)
        holder.communicate()
        left = os.listdir(place.top / "vars") + os.listdir(place.top / "state")
        ok(p.stdout.startswith("unknown ") and "or somebody else holds its lock" in p.stdout and not left and 4 < took < 20,
           "somebody else holds the lock of %s: unknown after %.0f s, nothing written" % (where, took), [p, left])
        shutil.rmtree(place.top)


def daemon(ok, top, build):
    """The run directory, in a folder where everybody may write, behind each call of the child that publishes there."""
    def start(place, *strace):
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(str(place.top / "told"))
        told.settimeout(0.002)
        p = subprocess.Popen(["strace", "-f", "-y", "-o", place.top / "trace", *strace, build + "/vmspecd", "--run-dir", place.folder / "run",
                              "--state-dir", place.top / "none"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
                             env={**os.environ, "NOTIFY_SOCKET": str(place.top / "told")})
        deadline, pid = time.monotonic() + SECONDS, None
        while not pid and time.monotonic() < deadline:      # strace tries out what it can with children of its own
            for child in pathlib.Path("/proc/%d/task/%d/children" % (p.pid, p.pid)).read_text().split():
                with contextlib.suppress(OSError):
                    pid = int(child) if pathlib.Path("/proc/%s/comm" % child).read_text() == "vmspecd\n" else pid
            time.sleep(0.002)
        return p, told, pid

    def until_ready(place, p, told, pid, change):
        """Lets whatever is stopped go on, after `change` where it is a child; (ready in time, changed)."""
        changed, seen, end = False, 0, time.monotonic() + SECONDS
        while time.monotonic() < end and p.poll() is None:
            try:
                if told.recv(4096).startswith(b"READY=1"):
                    return True, changed
            except TimeoutError:
                pass
            text = (place.top / "trace").read_text(errors="replace") if (place.top / "trace").exists() else ""
            stops = re.findall(r"^(\d+) +--- stopped by SIGSTOP ---", text, re.M)
            for stopped in stops[seen:]:
                if int(stopped) != pid and not changed:
                    change()
                    changed = True
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(stopped), signal.SIGCONT)
            seen = len(stops)
        return False, changed

    def end(p, told, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        try:
            err = p.communicate(timeout=SECONDS)[1]
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            err = p.communicate()[1]
        told.close()
        return p.returncode, err
    place = Place(top / "exchanged")
    p, told, pid = start(place)
    until_ready(place, p, told, pid, None)
    end(p, told, pid)
    text = (place.top / "trace").read_text(errors="replace")
    child = next(m[1] for m in map(CALL.match, text.splitlines()) if m and int(m[1]) != pid)
    n, listed = {}, []
    for m in map(CALL.match, text.splitlines()):
        if m and m[1] == child:
            n[m[2]] = n.get(m[2], 0) + 1
            if str(place.folder) in m[3] and m[2] != "close":
                listed.append((m[2], n[m[2]]))
    temporary = r"\.verdict\.json\..*"
    changes = {"the folder, a link": lambda s: s.folder_is_a_link, "the run directory, a link": lambda s: s.links("run"),
               "the run directory, one that dangles": lambda s: s.dangles("run"), "the run directory, theirs": lambda s: s.dir("run"),
               "the run directory, a FIFO": lambda s: s.fifo("run")}
    wrong, tried = [], 0
    for what, change in changes.items():
        for call, k in sampled(listed, 6):
            place = Place(top / "exchanged")
            p, told, pid = start(place, "-e", "trace=" + call, "-e", "inject=%s:signal=STOP:when=%d" % (call, k))
            ready, changed = until_ready(place, p, told, pid, change(place))
            status, err = end(p, told, pid)
            left = [f for f in place.top.rglob("*") if re.fullmatch(temporary, f.name)]
            why = place.wrong() + ([] if ready else ["not ready"]) + ([] if status == 0 else ["status"]) + ["left: %s" % f for f in left]
            tried += changed
            if why:
                wrong.append("%s behind %s %d: %s [%s %s]" % (what, call, k, "; ".join(why), status, err.strip()))
    shutil.rmtree(top / "exchanged")
    ok(tried >= 3 * len(changes) and not wrong, "the run directory: exchanged behind %d system calls, %d ways: %d points" % (
        len(sampled(listed, 6)), len(changes), tried), "\n    ".join(wrong[:10]))


def all_of(ok, top, build, driver):
    if os.geteuid() != 0:
        return print("skip what somebody else puts in the way: not root")
    top.chmod(0o755)
    planted(ok, top, build)
    owners(ok, top, build, driver)
    # what is written is brought to stable storage each time: where there is such a place, in memory
    fast = pathlib.Path(tempfile.mkdtemp(prefix="vmspec-exchanged-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else top))
    fast.chmod(0o755)
    try:
        output(ok, fast, build)
        record(ok, fast, build)
        boot(ok, fast, build)
    finally:
        shutil.rmtree(fast)
    held(ok, top, driver)
    state(ok, top, driver)
    daemon(ok, top, build)
