# SPDX-License-Identifier: GPL-2.0-or-later
"""Real guests in QEMU: disks from the cache, machines with their own variable store, results.

    with Machine("name", firmware="aavmf", board="virt,gic-version=3") as m:
        m.tools(folder)             # a second disk, its executable `run` is run by guest-init
        m.start()
        m.wait(240)                 # until the guest powers off; kills it and raises Failure if it does not
        folder = m.results()        # what `run` left in /run/out
"""
import fcntl
import glob
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("VMSPEC_CACHE")
                     or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "vmspec")
LOGS = CACHE / "logs"
ESP_OFFSET = 1 << 20        # tests/vm/mkguest
PORT = "org.vmspec.verdict"
ENTRY = "title Debian\nlinux /debian/linux\ninitrd /debian/initrd\noptions root=LABEL=root rw %s\n"

EDK2, EDK2_32 = "/usr/share/AAVMF/AAVMF_%s.fd", "/usr/share/AAVMF/AAVMF32_%s.fd"
FIRMWARE = {
    "aavmf": EDK2,                                              # variables in pflash: kept in the store
    "aavmf32": EDK2_32,
    "aavmf-ram": "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",     # variables in memory: lost with the process
    "uboot": "/usr/lib/u-boot/qemu_arm64/u-boot.bin",
}


# ended by the one who started us: machines, guests and folders of ours go with us
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


class Failure(Exception):
    """A guest did not do what was asked of it; the text says what and where the console log is."""


class Late(Failure):
    """... within its time, on a machine that had no time for it."""


# Limits of time are written down for two cores of their own, and generous there. The variable VMSPEC_VM_PACE, which
# the programs of the cases inherit, says how many times longer a guest takes here; guest-init's word tells (boot()).
UP = 25
CROWDED = 0.75          # share of the time; a guest alone has its two CPUs and QEMU wait for each other in half of it


def pace():
    return max(1.0, float(os.environ.get("VMSPEC_VM_PACE") or 1))


def patience(seconds):
    return seconds * pace()


class Waits:
    """How much of the time since it was made somebody waited for a CPU, here or on the machine below this one."""

    def __init__(self):
        self.since, self.waited = time.monotonic(), self.now()

    @staticmethod
    def now():
        """Seconds; None: the kernel does not tell."""
        try:
            some = pathlib.Path("/proc/pressure/cpu").read_text().split("total=")[1].split()[0]
            stolen = pathlib.Path("/proc/stat").read_text().split()[8]
        except (OSError, IndexError):
            return None
        return int(some) / 1e6 + int(stolen) / os.sysconf("SC_CLK_TCK")

    def crowded(self):
        if self.waited is None:
            return os.getloadavg()[1] > 2 * (os.cpu_count() or 1)
        return self.now() - self.waited > CROWDED * max(time.monotonic() - self.since, 1)

    def late(self, text):
        """What came too late is no failure on a crowded machine: said so, in a line that check-vm counts as neither."""
        if self.crowded():
            print("late " + text, flush=True)
        return self.crowded()


def sh(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, **options)


def cached(name, builder, *args, made_of=b""):
    """The path of something costly, made by `builder ARGS OUT` where the cache lacks it."""
    command = [str(c) for c in (TOP / "tests/cached", name, TOP / builder, *args)]
    made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    try:
        out, _ = made.communicate(made_of)
    finally:
        if made.poll() is None:         # with all that the builder began
            os.killpg(made.pid, signal.SIGTERM)
            made.wait()
    if made.returncode:
        raise subprocess.CalledProcessError(made.returncode, command)
    return pathlib.Path(out.decode().strip())


def versions(arch):
    return sh(TOP / "tests/cross/versions", arch, stdout=subprocess.PIPE).stdout


def guest_disk(arch, suite="bookworm"):
    """The disk of a Debian guest. Other suites than this machine's own are made anew when the cache drops them."""
    parts = [versions(arch)] + [(TOP / "tests" / f).read_bytes()
                                for f in ("vm/guest-init", "vm/guest-ramdisk", "cross/unpack")]
    more = [] if suite == "bookworm" else [suite]
    return cached("-".join(["guest", arch, *more]), "tests/vm/mkguest", arch, *more, made_of=b"".join(parts))


def sysroot(arch):
    made_of = versions(arch) + (TOP / "tests/cross/unpack").read_bytes()
    return cached("sysroot-" + arch, "tests/cross/mksysroot", arch, made_of=made_of)


class Host:
    """QEMU and EDK II: this machine's own, or those of another suite of Debian, unpacked into a folder."""

    def __init__(self, suite=None):
        self.top, self.qemu, self.more = "", [], []
        if suite:
            own = sh("dpkg", "--print-architecture", stdout=subprocess.PIPE).stdout.decode().strip()
            parts = (TOP / "tests/cross/unpack").read_bytes()
            self.top = str(cached("qemu-" + suite, "tests/vm/mkqemu", own, suite, made_of=parts))
            # run by the loader and libraries that came with it
            loader, = glob.glob(self.top + "/usr/lib/*/ld-linux*.so.*")
            self.qemu = [loader, "--library-path", os.path.dirname(loader)]
            self.more = ["-L", self.top + "/usr/share/qemu"]

    def emulator(self, program):
        return [*self.qemu, self.top + "/usr/bin/" + program, *self.more] if self.top else [program]

    def firmware(self, name):
        return self.top + FIRMWARE[name]


def cross_build(arch):
    """Builds all programs for the guests and returns the folder they are in."""
    cross = {"arm64": "aarch64", "armhf": "armhf"}[arch]
    folder = TOP / ".build" / cross
    sh("make", "-C", TOP, "--no-print-directory", "-s", "-j%d" % (os.cpu_count() or 1), "all",
       "CROSS=" + cross, "SYSROOT=%s" % sysroot(arch), "O=.build/" + cross, stdout=subprocess.DEVNULL)
    return folder


def keep_document(name, document):
    """A verdict that was compared with an expected one, kept whole in the logs folder."""
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / (name + ".json")).write_text(json.dumps(document, indent=1))


class Machine:
    """One virtual machine: a disk, a variable store, and at most one running QEMU process.

    firmware: a key of FIRMWARE.  kernel: further kernel options.  keep: the disk keeps what the guest
    writes over several starts (else every start sees it fresh).  init: /vmspec-init for a test's
    short way up, /sbin/init for systemd and cloud-init.  seed: folder with meta-data and user-data.
    suite: of the Debian in it.  host: the suite QEMU and EDK II are of, if not this machine's own.
    """

    def __init__(self, name, arch="arm64", firmware="aavmf", board="virt,gic-version=3", kernel="",
                 init="/vmspec-init", keep=False, seed=None, smp=2, memory=1024, extra=(), suite="bookworm", host=None):
        self.name, self.arch, self.firmware, self.board = name, arch, firmware, board
        self.keep, self.seed, self.smp, self.memory, self.extra = keep, seed, smp, memory, list(extra)
        self.host = Host(host)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmspec-vm-"))
        self.console = self.work / "console"
        self.port = self.work / "port"
        self.disk = self.work / "disk.img"
        self.vars = self.work / "vars.fd"
        self.process = self.lock = self.tools_disk = None
        self.seconds = 0.0
        self.waits = Waits()
        sh("cp", "--sparse=always", "--reflink=auto", guest_disk(arch, suite), self.disk)
        self.options("console=ttyAMA0 panic=-1 init=%s %s" % (init, kernel))
        if firmware in ("aavmf", "aavmf32"):
            shutil.copyfile(self.host.firmware(firmware) % "VARS", self.vars)

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _trace):
        self.kill()
        if kind:
            self.save_logs()
        shutil.rmtree(self.work, ignore_errors=True)

    def save_logs(self):
        LOGS.mkdir(parents=True, exist_ok=True)
        if self.console.exists():
            shutil.copyfile(self.console, LOGS / (self.name + ".console"))

    def options(self, options):
        """Sets the kernel options of the next boot: the loader entry on this machine's own ESP."""
        entry = ENTRY % options.strip()
        sh("mcopy", "-o", "-i", "%s@@%d" % (self.disk, ESP_OFFSET), "-", "::/loader/entries/debian.conf",
           input=entry.encode())

    def tools(self, folder):
        """Makes the second disk (ext4, label VMSPEC) from a folder; guest-init runs its `run`."""
        self.tools_disk = self.work / "tools.img"
        self.tools_disk.unlink(missing_ok=True)
        sh("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", "VMSPEC", "-d", folder, self.tools_disk, "64M",
           stdout=subprocess.DEVNULL)

    def command(self):
        wide = self.arch == "arm64"
        # should this program be killed, QEMU goes with it
        words = ["setpriv", "--pdeathsig", "KILL",
                 *self.host.emulator("qemu-system-aarch64" if wide else "qemu-system-arm"), "-nodefaults", "-accel", "tcg",
                 "-M", self.board, "-cpu", "cortex-a57" if wide else "cortex-a15",
                 "-smp", self.smp, "-m", self.memory, "-display", "none", "-serial", "file:%s" % self.console,
                 "-qmp", "unix:%s,server=on,wait=off" % (self.work / "qmp")]
        if self.firmware in ("aavmf", "aavmf32"):
            code = self.host.firmware(self.firmware) % "CODE"
            words += ["-drive", "if=pflash,format=raw,readonly=on,file=" + code,
                      "-drive", "if=pflash,format=raw,file=%s" % self.vars]
        else:
            words += ["-bios", self.host.firmware(self.firmware)]
        words += ["-drive", "if=virtio,format=raw,file=%s,snapshot=%s" % (self.disk, "off" if self.keep else "on")]
        if self.tools_disk:
            words += ["-drive", "if=virtio,format=raw,readonly=on,file=%s" % self.tools_disk]
        if self.seed:
            words += ["-blockdev", "driver=vvfat,node-name=seed,dir=%s,label=CIDATA,read-only=on" % self.seed,
                      "-device", "virtio-blk-pci,drive=seed"]
        words += ["-device", "virtio-serial-pci", "-chardev", "file,id=v,path=%s" % self.port,
                  "-device", "virtserialport,chardev=v,name=" + PORT]
        return [str(w) for w in words + self.extra]

    def start(self):
        """Starts QEMU. One at a time on this machine: emulation takes all of a small one."""
        CACHE.mkdir(parents=True, exist_ok=True)
        self.lock = open(CACHE / "qemu.lock", "a")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.console.unlink(missing_ok=True)
        self.port.unlink(missing_ok=True)
        self.started, self.waits = time.monotonic(), Waits()
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def wait(self, timeout):
        """Waits for the guest to power off."""
        try:
            _, errors = self.process.communicate(timeout=patience(timeout))
        except subprocess.TimeoutExpired:
            raise self.too_late("still running after %d s" % patience(timeout)) from None
        if self.process.returncode:
            raise self.failure("QEMU ended with %d: %s" % (self.process.returncode, errors.decode().strip()))
        self.ended()

    def expect(self, pattern, timeout):
        """Waits until the console has shown a line that matches; returns the match."""
        timeout = patience(timeout)
        deadline = time.monotonic() + timeout
        while True:
            text = self.console.read_text(errors="replace") if self.console.exists() else ""
            found = re.search(pattern, text)
            if found:
                return found
            if self.process.poll() is not None:
                raise self.failure("ended before the console showed %r" % pattern)
            if time.monotonic() > deadline:
                raise self.too_late("console did not show %r within %d s" % (pattern, timeout))
            time.sleep(0.1)

    def kill(self):
        """Cuts the power: ends the QEMU process that start() started, and no other."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.ended()

    def ended(self):
        if self.lock:
            self.seconds = time.monotonic() - self.started
            self.lock.close()
            self.lock = None

    def qmp(self, command, **arguments):
        """One QMP command (system_reset, device_add, ...); returns its answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(patience(60))
            s.connect(str(self.work / "qmp"))
            with s.makefile("rw") as f:
                f.readline()
                for name, args in (("qmp_capabilities", {}), (command, arguments)):
                    f.write(json.dumps({"execute": name, "arguments": args}) + "\n")
                    f.flush()
                    answer = json.loads(f.readline())
                    while "event" in answer:
                        answer = json.loads(f.readline())
        if "error" in answer:
            raise self.failure("%s: %s" % (command, answer["error"]["desc"]))
        return answer["return"]

    def late(self, text):
        """Is what came too late no failure? Then it is said (Waits.late)."""
        return self.waits.late(text)

    def too_late(self, what):
        late = self.late("%s: %s" % (self.name, what))
        failure = self.failure(what)
        return Late(str(failure)) if late else failure

    def failure(self, what):
        self.kill()
        self.save_logs()
        return Failure("%s: %s (console: %s)" % (self.name, what, LOGS / (self.name + ".console")))

    def results(self):
        """Unpacks what guest-init sent through the port and returns the folder."""
        folder = self.work / "out"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            with tarfile.open(self.port) as tar:
                tar.extractall(folder)
        except (OSError, tarfile.TarError) as e:
            raise self.failure("no result came out of the guest: %s" % e) from None
        return folder


def run_script(commands):
    """The `run` of the tools disk: each command's output, errors and status in files of its name."""
    lines = ["#!/bin/sh"]
    for name, command in commands.items():
        quoted = shlex.quote(name)
        lines.append("%s > %s.out 2> %s.err" % (command, quoted, quoted))
        lines.append("echo $? > %s.rc" % quoted)
    return "\n".join(lines + ["exit 0", ""])


def payload():
    """What vmspec-boot brings into guests: vmspec-verify as one static program."""
    folder = TOP / ".build/host/guest/aarch64"
    sh("make", "-C", TOP, "--no-print-directory", "-s", "guest", stdout=subprocess.DEVNULL)
    return folder


def boot(name, machine, commands, timeout=1500):
    """Boots one machine, runs the commands in it; the folder with their outputs, and the seconds.

    Where the guest is of another suite than the programs are built for, it gets vmspec-boot's payload.
    """
    other = machine.get("suite", "bookworm") != "bookworm"
    programs = payload() if other else cross_build(machine.get("arch", "arm64"))
    with Machine(name, **machine) as m:
        tools = m.work / "tools"
        tools.mkdir()
        if other:
            shutil.copytree(programs, tools / "payload")
        else:
            shutil.copy(programs / "vmspec-verify", tools)
        shutil.copy(TOP / "tests/vm/guest-times", tools)
        (tools / "run").write_text(run_script(commands))
        (tools / "run").chmod(0o755)
        m.tools(tools)
        m.start()
        m.wait(timeout)
        up = re.search(r"vmspec-init: up ([\d.]+)", m.console.read_text(errors="replace"))
        if up:
            os.environ["VMSPEC_VM_PACE"] = "%.1f" % max(pace(), float(up[1]) / UP)
        out = pathlib.Path(tempfile.mkdtemp(prefix="vmspec-seen-"))
        shutil.copytree(m.results(), out, dirs_exist_ok=True)
        return out, m.seconds
