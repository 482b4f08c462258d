# SPDX-License-Identifier: GPL-2.0-or-later
"""System calls of a program that fail, are interrupted or end in SIGKILL, one a run (strace --inject), and what must
hold after each: the statuses of an undisturbed run or unknown in their place, or exit status 4 and one line; nothing
left in its folders; no child."""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

CALL = re.compile(r"^(\d+) +(\w+)\(")
# threads, and children as far as they are still the program; where nothing else is executed, calls that are not disturbed
# need not stop
STRACE, STRACE_ALONE = ["strace", "-f", "-b", "execve"], ["strace", "-f", "--seccomp-bpf"]
# what has no failure, or whose failure is the loader's or memory's (memory.py)
LEFT_OUT = {"rt_sigprocmask", "rt_sigaction", "futex", "exit_group", "exit", "munmap", "rt_sigreturn", "restart_syscall", "mprotect", "brk", "mmap", "mremap"}
WAIT = {"read", "write", "readv", "writev", "openat", "openat2", "open", "poll", "ppoll", "epoll_wait", "recvmsg", "sendmsg", "sendto",
        "recvfrom", "wait4", "waitid", "flock", "fsync", "connect", "accept4", "pread64", "pwrite64", "select", "pselect6", "clock_nanosleep"}
FILL = {"write", "writev", "pwrite64", "fsync", "syncfs", "openat", "mkdir", "mkdirat", "rename", "renameat2", "symlinkat", "ftruncate"}
# a folder of its own is taken away by these
REMOVING = {"unlink", "unlinkat", "rmdir", "openat", "fcntl", "newfstatat", "getdents64"}
# so many system calls are made by few places of the code: not each of them is disturbed, but each place
MANY = 2000
STATUS_4 = re.compile(r"\A[^\n]+\n\Z")


def calls(trace, begin):
    """Each system call in a trace of threads and children, of the first from the line with `begin` on: its name and which
    of that name it is to one of them."""
    n, begun, out = collections.Counter(), False, {}
    for line in pathlib.Path(trace).read_text(errors="replace").splitlines():
        m = CALL.match(line)
        if not m:
            continue
        n[m[1], m[2]] += 1
        begun = begun or begin in line
        if begun and m[2] not in LEFT_OUT:
            out[m[2], n[m[1], m[2]]] = None
    return list(out)


def places(trace, begin):
    """As calls(), of a trace with the stack of each call (strace -k): of those that the same place of the code makes, on the
    same way to it, the first and the last."""
    n, begun, call, stack, seen = collections.Counter(), False, None, [], {}

    def close():
        if call:
            first, _ = seen.setdefault((call[0], *stack), (call, call))
            seen[(call[0], *stack)] = first, call
    for line in pathlib.Path(trace).read_text(errors="replace").splitlines():
        m = CALL.match(line)
        if m:
            close()
            n[m[1], m[2]] += 1
            begun = begun or begin in line
            call, stack = (m[2], n[m[1], m[2]]) if begun and m[2] not in LEFT_OUT else None, []
        elif line.startswith(" > "):
            stack.append(line)
    close()
    return list(dict.fromkeys(c for both in seen.values() for c in both))


def points(listed, most):
    """Every way each call is disturbed; of these `most` (0: all), every kind of call first, the rest evenly taken. (A
    close that strace lets fail leaves the descriptor open, as no kernel does.)"""
    kinds, rest = {}, []
    for call, n in listed:
        for what in ("signal=KILL", *(("error=EIO",) if call != "close" else ()), *(("error=EINTR",) if call in WAIT else ()),
                     *(("error=ENOSPC",) if call in FILL else ())):
            (rest if (call, what) in kinds else kinds.setdefault((call, what), [])).append((call, n, what))
    every = [k[0] for k in kinds.values()] + rest
    if not most or most >= len(every):
        return every
    some = min(len(kinds), most // 2)
    evenly = lambda of, n: [of[i * len(of) // n] for i in range(n)] if of else []   # noqa: E731
    return evenly(every[:len(kinds)], some) + evenly(rest, min(len(rest), most - some))


def statuses(text):
    """By check, of one document; and its verdict."""
    doc = json.loads(text)
    return {c["id"]: c["status"] for c in doc["checks"]}, doc["verdict"]


def same_or_unknown(base, got):
    """"" where nothing is said that an undisturbed run does not say."""
    (was, _), (now, verdict) = statuses(base), statuses(got)
    wrong = {i: (was.get(i), s) for i, s in now.items() if s not in (was.get(i), "unknown")}
    if wrong or (set(was) != set(now) and not json.loads(got).get("partial")):
        return "another verdict: %s" % (wrong or set(was) ^ set(now))
    return "" if verdict in ("inconclusive", statuses(base)[1]) else "verdict %s" % verdict


def processes(mark):
    """Those with `mark` in their environment that still live."""
    found = []
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (p / "environ").read_bytes() and (p / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found.append((int(p.name), (p / "comm").read_text().strip()))
        except OSError:
            pass
    return found


class Sweep:
    """command(folder) in a new folder each; judge(folder, run, killed, base) says what is wrong with it."""

    def __init__(self, top, command, judge, begin="fcntl(0, F_GETFD", prepare=lambda folder: None, env=lambda folder: {}, seconds=60,
                 strace=STRACE):
        self.top, self.command, self.judge, self.begin = top, command, judge, begin
        self.prepare, self.env, self.seconds, self.strace = prepare, env, seconds, strace

    def folder(self, name):
        there = self.top / name
        (there / "tmp").mkdir(parents=True)
        self.prepare(there)
        return there

    def environ(self, there):
        return {**os.environ, "TMPDIR": str(there / "tmp"), "VMSPEC_SWEEP": str(there), **self.env(there)}

    def execute(self, there, strace):
        """Run it beneath `strace`."""
        return subprocess.run([*strace, *map(str, self.command(there))], env=self.environ(there), cwd=there, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=self.seconds, check=False)

    def one(self, i, call, n, what):
        there = self.folder("sweep%d" % i)
        mark = ("VMSPEC_SWEEP=%s\0" % there).encode()
        try:
            p = self.execute(there, [*self.strace, "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=%s:%s:when=%d" % (call, what, n)])
        except subprocess.TimeoutExpired:
            for pid, _ in processes(mark):
                os.kill(pid, signal.SIGKILL)
            return "did not end in %d s" % self.seconds
        killed = what == "signal=KILL"
        wrong = self.judge(there, p, killed, self.base)
        for _ in range(40):
            left = processes(mark)
            if not left:
                break
            time.sleep(0.05)
        if left:
            wrong = wrong or "processes left: %s" % left
        if not killed and call not in REMOVING and os.listdir(there / "tmp"):
            wrong = wrong or "left in TMPDIR: %s" % os.listdir(there / "tmp")
        shutil.rmtree(there, ignore_errors=True)
        return wrong and "%s [%d %s]" % (wrong, p.returncode, p.stderr[-300:].decode(errors="replace"))

    def run(self, most):
        """(calls, points, what is wrong)"""
        there = self.folder("base")
        self.base = self.execute(there, [*STRACE, "-o", self.top / "trace"])
        listed = calls(self.top / "trace", self.begin)
        n = len(listed)
        undisturbed = self.judge(there, self.base, False, self.base)
        shutil.rmtree(there)
        if undisturbed:
            return n, 0, ["undisturbed: " + undisturbed]
        if not most and n > MANY:
            there = self.folder("stacks")
            self.seconds *= 15      # stacks take their time
            self.execute(there, [*STRACE, "-k", "-o", self.top / "trace"])
            self.seconds //= 15
            listed = places(self.top / "trace", self.begin) or listed
            shutil.rmtree(there)
        todo = points(listed, most)
        with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
            said = list(pool.map(lambda i: self.one(i, *todo[i]), range(len(todo))))
        return n, len(todo), ["%s %d %s: %s" % (*point, why) for point, why in zip(todo, said) if why]


def document(there, p, killed, base):
    """Of a program that writes one document to its standard output."""
    if killed and p.returncode in (-9, 137):
        return ""
    if p.returncode == 4:
        # a document that was begun on a pipe cannot be taken back; an image that could not be judged says so
        whole = p.stdout.strip()
        if whole and not base.stdout.startswith(p.stdout):
            try:
                if not {"pass", "fail"}.isdisjoint(statuses(whole)[0].values()):
                    return same_or_unknown(base.stdout, whole)
            except ValueError:
                return "status 4, and half a document"
        return "" if STATUS_4.match(p.stderr.decode()) else "status 4, and not one line"
    if p.returncode == 127 and b"error while loading shared libraries" in p.stderr:
        return ""       # the loader's own word
    if p.returncode not in (0, 1, 3):
        return "status %d" % p.returncode
    try:
        return same_or_unknown(base.stdout, p.stdout)
    except ValueError:
        return "no document"
