# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Xen host: Xen 4.17 for arm64 in QEMU, its control domain (dom0), and the guests that it runs.

    with Host("name", tools=folder, disks=[guest.guest_disk("arm64")]) as host:
        host.start()                            # to the shell: about 20 s; one QEMU at a time on this machine
        host.sh("xl info | grep xen_version")   # a command in dom0: (status, output); a status other than 0 raises
        host.sh("xl create /run/t/x.cfg; exit 3", check=False, timeout=120)
        host.fetch("/var/log/xen/console/guest-a.log")  # a file of dom0, as bytes

In dom0: the folder `tools` lies at /run/t (read-only; an ext4 disk labelled VMSPEC made of it; write below /run,
/tmp and /var, which are lost with the host). Each of `disks` is a raw image of this host and stands in dom0 as
host.device(0), host.device(1), ...: what is written there is lost with the host (snapshot), unless it is given as
("rw", path). XEN_EFI.fd, EDK II as a guest's kernel, is /run/t/XEN_EFI.fd; for a guest booted directly copy the image's
own kernel and ramdisk: mcopy -i DEVICE1 ::/debian/linux ::/debian/initrd /tmp/. dom0 has xl, xenstore-*, losetup,
dmsetup (dm-snapshot), mtools, mkfs.vfat, busybox, and the libraries that vmspec-boot needs. Guests' consoles:
/var/log/xen/console/guest-NAME.log; their ends: /var/log/xen/xl-NAME.log. Xen's own block script runs too
(disk=["phy:/dev/vdX,xvda,w"]), but takes seconds a disk (fewer as xvda,w!), and on a busy machine longer than libxl
waits: create() names a shorter one, /run/t/block-quick. The console of the host is kept in the cache's logs folder
when something failed.

    host.loader(0, "console=hvc0 init=/vmspec-init vmspec.out=/dev/xvdc")   # kernel options of disk 0
    host.create("a", [0, (1, "r"), 2], memory=768, vcpus=2, acpi=1)         # UEFI; xvda, xvdb (read-only), xvdc
    host.wait_off("a", 300)

From a shell, to try something:   tests/vm/xenhost.py COMMAND   (the image of Debian 12 as its disk)
"""
import base64
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import guest                                        # noqa: E402

XEN = guest.TOP / "tests/vm/xen"
PORT = "org.vmspec.dom0"
LOST_TIMER = "Possible timer handling issue on cpu"     # the kernel's word of it
KERNEL_AT, RAMDISK_AT = 0x4a000000, 0x4e000000


def firmware():
    """EDK II for Xen guests, built from Debian's source package with our mends; takes a minute once."""
    made_of = (XEN / "edk2.patch").read_bytes() + guest.sh(
        "apt-cache", "policy", "qemu-efi-aarch64", "gcc-aarch64-linux-gnu", stdout=subprocess.PIPE).stdout
    return guest.cached("xen-efi", "tests/vm/xen/mkfirmware", made_of=made_of)


def dom0():
    """The folder with xen, linux, initrd and disk.img."""
    parts = [guest.versions("arm64")] + [(guest.TOP / "tests" / f).read_bytes()
                                         for f in ("vm/xen/dom0-init", "vm/guest-ramdisk", "cross/unpack")]
    return guest.cached("xen-dom0", "tests/vm/xen/mkdom0", made_of=b"".join(parts))


class Host(guest.Machine):
    """One Xen host. memory: of the host in MiB; dom0_memory of it is dom0's (1400 do not start, seen)."""

    def __init__(self, name, tools=None, disks=(), memory=3072, smp=2, dom0_memory=1024, xen="", tools_mib=64):
        self.name, self.disks, self.memory, self.smp = name, list(disks), memory, smp
        self.dom0_memory, self.xen = dom0_memory, xen
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmspec-xen-"))
        self.console = self.work / "console"
        self.port = self.work / "port"
        self.process = self.lock = self.socket = None
        self.waits = guest.Waits()
        self.devices = {}
        self.seconds = 0.0
        self.host = dom0()
        folder = self.work / "tools"
        folder.mkdir()
        if tools:
            shutil.copytree(tools, folder, dirs_exist_ok=True)
        shutil.copy(firmware(), folder / "XEN_EFI.fd")
        shutil.copy(XEN / "block-quick", folder)
        self.tools_disk = self.work / "tools.img"
        guest.sh("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", "VMSPEC", "-d", folder, self.tools_disk,
                 "%dM" % tools_mib, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)

    def device(self, number):
        """What dom0 calls the disk of that number: after its own and the tools' (a bus without order is asked)."""
        if number not in self.devices:
            self.devices[number] = self.sh("readlink -f /dev/disk/by-id/virtio-vmspec%d" % number)[1].strip()
        return self.devices[number]

    def command(self):
        words = ["setpriv", "--pdeathsig", "KILL", "qemu-system-aarch64", "-nodefaults", "-accel", "tcg",
                 "-M", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a57", "-smp", self.smp, "-m", self.memory,
                 "-display", "none", "-serial", "file:%s" % self.console,
                 "-qmp", "unix:%s,server=on,wait=off" % (self.work / "qmp"),
                 "-kernel", self.host / "xen",
                 "-append", "dom0_mem=%dM console=dtuart sync_console %s" % (self.dom0_memory, self.xen),
                 "-device", "guest-loader,addr=%#x,kernel=%s,bootargs=console=hvc0 init=/vmspec-init" %
                 (KERNEL_AT, self.host / "linux"),
                 "-device", "guest-loader,addr=%#x,initrd=%s" % (RAMDISK_AT, self.host / "initrd")]
        drives = [("disk", self.host / "disk.img", "snapshot=on"), ("tools", self.tools_disk, "readonly=on")]
        for i, disk in enumerate(self.disks):
            how, path = disk if isinstance(disk, tuple) else ("ro", disk)
            drives.append(("vmspec%d" % i, path, "snapshot=" + ("off" if how == "rw" else "on")))
        for name, path, how in drives:
            words += ["-drive", "if=none,id=%s,format=raw,file=%s,%s" % (name, path, how),
                      "-device", "virtio-blk-device,drive=%s,serial=%s" % (name, name)]
        words += ["-device", "virtio-serial-device", "-chardev", "socket,id=c,path=%s,server=on,wait=off" % self.port,
                  "-device", "virtserialport,chardev=c,name=" + PORT]
        return [str(w) for w in words]

    def start(self, timeout=240):
        super().start()
        self.expect(r"dom0: ready", timeout)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(self.port))
        self.answer = self.socket.makefile("rb")

    def late(self, text):
        """Also where the emulated host is broken: seen, on a crowded machine, that dom0 waits for its timer for ever."""
        if LOST_TIMER not in self.console.read_text(errors="replace"):
            return super().late(text)
        print("late %s (a CPU of dom0 has no timer any more)" % text, flush=True)
        return True

    def sh(self, command, check=True, timeout=300):
        """Runs a command in dom0 (bash, as root): its status and its output with its errors."""
        self.socket.settimeout(guest.patience(timeout))
        try:
            self.socket.sendall(base64.b64encode(command.encode()) + b"\n")
            words = self.answer.readline().split()
        except TimeoutError:
            raise self.too_late("dom0 does not answer within %d s to %r" % (guest.patience(timeout), command)) from None
        except OSError as e:
            raise self.failure("dom0 does not answer to %r: %s" % (command, e)) from None
        if not words:
            raise self.failure("dom0 is gone after %r" % command)
        status, output = int(words[0]), base64.b64decode(b"".join(words[1:])).decode(errors="replace")
        if check and status:
            raise guest.Failure("%s: dom0: %s: status %d: %s" % (self.name, command, status, output))
        return status, output

    def loader(self, disk, options):
        """Sets the kernel options on the ESP of a disk (a number) of guest.guest_disk, as guest.Machine.options does."""
        entry = guest.ENTRY % options.strip()
        esp = self.device(disk) + "1"
        self.sh("echo %s | base64 -d | mcopy -o -i %s - ::/loader/entries/debian.conf && sync && blockdev --flushbufs %s" %
                (base64.b64encode(entry.encode()).decode(), esp, esp))

    def disk(self, disk, name):
        """A number, or (number, "r"), as xl takes it."""
        number, access = disk if isinstance(disk, tuple) else (disk, "w")
        return "format=raw,vdev=%s,access=%s,script=/run/t/block-quick,target=%s" % (name, access, self.device(number))

    def create(self, name, disks, timeout=240, **settings):
        """Starts a guest on these disks (numbers, or (number, "r")), as xvda, xvdb and so on; what the settings
        say goes into its configuration: kernel="/run/t/XEN_EFI.fd", acpi=1, vuart="sbsa_uart", extra="..."."""
        settings = {"name": name, "type": "pvh", "memory": 512, "vcpus": 1, "on_reboot": "restart",
                    "kernel": "/run/t/XEN_EFI.fd", **settings}
        settings["disk"] = [self.disk(d, "xvd" + letter) for d, letter in zip(disks, "abcdefgh")]
        text = "".join("%s=%s\n" % (k, json.dumps(v)) for k, v in settings.items())
        self.sh("echo %s | base64 -d > /run/%s.cfg; xl create /run/%s.cfg" %
                (base64.b64encode(text.encode()).decode(), name, name), timeout=timeout)

    def wait_off(self, name, timeout):
        """Until the guest is no more."""
        self.wait_for("! xl domid %s 2> /dev/null" % name, timeout)

    def fetch(self, path):
        return base64.b64decode(self.sh("base64 -w0 '%s'" % path)[1])

    def wait_for(self, command, timeout):
        """Until the command succeeds in dom0; its output."""
        timeout = guest.patience(timeout)
        deadline = time.monotonic() + timeout
        while True:
            status, output = self.sh(command, check=False)
            if not status:
                return output
            if time.monotonic() > deadline:
                raise self.too_late("not within %d s: %s (%s)" % (timeout, command, output))
            time.sleep(1)


if __name__ == "__main__":
    with Host("xenhost", disks=[guest.guest_disk("arm64")]) as host:
        host.start()
        code, text = host.sh(" ".join(sys.argv[1:]) or "xl info", check=False, timeout=600)
        print(text, end="")
    sys.exit(code)
