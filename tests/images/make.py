# SPDX-License-Identifier: GPL-2.0-or-later
"""How to make disk images, good ones, with the tools that people make them with.

Used by check and by the bench. Boot loaders come from Debian packages, downloaded once
into the cache folder ($VMSPEC_CACHE, else vmspec in $XDG_CACHE_HOME or ~/.cache).
"""
import os
import pathlib
import shutil
import struct
import subprocess

MIB = 1 << 20
ESP_GUID = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
CACHE = pathlib.Path(os.environ.get("VMSPEC_CACHE")
                     or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "vmspec")


class Missing(Exception):
    """A tool or a package that is not to be had here."""


def run(*command, **options):
    """A command that must work; its output."""
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    env = dict(os.environ, LC_ALL="C", MTOOLS_SKIP_CHECK="1",
               PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    try:
        done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env,
                              check=False, **options)
    except FileNotFoundError as e:
        raise Missing(str(e)) from e
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(map(str, command)), done.stdout.decode(errors="replace")))
    return done.stdout


def luks(path, tries=40):
    """An empty LUKS volume. QEMU measures how fast its key can be derived, and gives up where the kernel's account of
    the CPU time is too coarse: by chance, so it is asked again."""
    for left in reversed(range(tries)):
        try:
            return run("qemu-img", "create", "-q", "-f", "luks", "--object", "secret,id=s,data=x",
                       "-o", "key-secret=s,iter-time=10", path, "1M")
        except RuntimeError as e:
            if not left or "Unable to get accurate CPU usage" not in str(e):
                raise


def package(name, arch, member):
    """A file of a Debian package."""
    folder = CACHE / "packages"
    kept = folder / ("%s_%s" % (name, arch)) / member.lstrip("/")
    if kept.exists():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    debs = sorted(folder.glob("%s_*_%s.deb" % (name, arch)))
    if not debs:
        try:
            run("apt-get", "-qq", "download", name if arch == "all" else "%s:%s" % (name, arch), cwd=folder)
        except RuntimeError as e:
            raise Missing("package %s:%s cannot be downloaded" % (name, arch)) from e
        debs = sorted(folder.glob("%s_*_%s.deb" % (name, arch)))
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(debs[-1])], stdout=subprocess.PIPE) as tar:
        data = subprocess.run(["tar", "-xO", "." + "/" + member.lstrip("/")], stdin=tar.stdout, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    if not data:
        raise Missing("package %s has no %s" % (name, member))
    kept.parent.mkdir(parents=True, exist_ok=True)
    temporary = kept.with_name(kept.name + ".new")
    temporary.write_bytes(data)
    temporary.rename(kept)
    return kept


def loader(kind):
    """A boot loader as it is shipped."""
    return package(*{
        "grub": ("grub-efi-arm64-bin", "arm64", "/usr/lib/grub/arm64-efi/monolithic/grubaa64.efi"),
        "systemd-boot": ("systemd-boot-efi", "arm64", "/usr/lib/systemd/boot/efi/systemd-bootaa64.efi"),
        "stub": ("systemd-boot-efi", "arm64", "/usr/lib/systemd/boot/efi/linuxaa64.efi.stub"),
        "systemd-boot-arm": ("systemd-boot-efi", "armhf", "/usr/lib/systemd/boot/efi/systemd-bootarm.efi"),
        "shim": ("shim-signed", "arm64", "/usr/lib/shim/shimaa64.efi.signed"),
        "grub-x64": ("grub-efi-amd64-bin", "amd64", "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"),
        "di-kernel": ("debian-installer-12-netboot-arm64", "all", DI + "/linux"),
        "di-grub": ("debian-installer-12-netboot-arm64", "all", DI + "/grubaa64.efi"),
        "di-initrd": ("debian-installer-12-netboot-arm64", "all", DI + "/initrd.gz"),
    }[kind])


DI = "/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64"


def uki(out, kernel):
    """A unified kernel image: systemd's stub with the kernel and a command line in sections."""
    for name, text in (("osrel", b"ID=test\n"), ("cmdline", b"console=ttyAMA0\n")):
        pathlib.Path("%s.%s" % (out, name)).write_bytes(text)
    run("aarch64-linux-gnu-objcopy", "--add-section", ".osrel=%s.osrel" % out, "--change-section-vma", ".osrel=0x20000",
        "--add-section", ".cmdline=%s.cmdline" % out, "--change-section-vma", ".cmdline=0x30000",
        "--add-section", ".linux=%s" % kernel, "--change-section-vma", ".linux=0x2000000", loader("stub"), out)
    return out


def fat(out, mib, files, maker="mkfs.vfat", options=()):
    """A FAT32 with `files` ({path: file or bytes}), by mkfs.vfat or mformat."""
    out = pathlib.Path(out)
    out.unlink(missing_ok=True)
    with open(out, "wb") as f:
        f.truncate(mib * MIB)
    if maker == "mkfs.vfat":
        run("mkfs.vfat", "-F", "32", *options, out)
    else:
        run("mformat", "-i", out, "-F", "-T", str(mib * MIB // 512), "-h", "64", "-s", "32", *options, "::")
    made = set()
    for path, what in files.items():
        parts = path.split("/")
        for i in range(1, len(parts)):
            folder = "/".join(parts[:i])
            if folder not in made:
                run("mmd", "-i", out, "::/" + folder)
                made.add(folder)
        if isinstance(what, bytes):
            what_file = out.with_suffix(".part")
            what_file.write_bytes(what)
            run("mcopy", "-i", out, what_file, "::/" + path)
            what_file.unlink()
        else:
            run("mcopy", "-i", out, what, "::/" + path)
    return out


def small_fat(out, mib, loader_file, options=()):
    """A FAT32 of mkfs.vfat with too few clusters, which mtools would take for a FAT16: written by hand."""
    out = fat(out, mib, {}, options=options)
    data = pathlib.Path(loader_file).read_bytes()
    with open(out, "r+b") as f:
        bpb = f.read(64)
        sector, = struct.unpack_from("<H", bpb, 11)
        reserved, = struct.unpack_from("<H", bpb, 14)
        fat_sectors, = struct.unpack_from("<I", bpb, 36)
        cluster = bpb[13] * sector
        count = -(-len(data) // cluster)

        def put(n, what):
            f.seek((reserved + bpb[16] * fat_sectors) * sector + (n - 2) * cluster)
            f.write(what)

        def entry(name, attribute, first, size=0):
            return struct.pack("<11sB8xH4xHI", name, attribute, first >> 16, first & 0xFFFF, size)
        put(2, entry(b"EFI        ", 0x10, 3))
        put(3, entry(b".          ", 0x10, 3) + entry(b"..         ", 0x10, 0) + entry(b"BOOT       ", 0x10, 4))
        put(4, entry(b".          ", 0x10, 4) + entry(b"..         ", 0x10, 3)
            + entry(b"BOOTAA64EFI", 0x20, 5, len(data)))
        put(5, data)
        end = 0x0FFFFFFF
        chain = [end, end, end] + [5 + i + 1 for i in range(count - 1)] + [end]
        for i in range(bpb[16]):
            f.seek((reserved + i * fat_sectors) * sector + 8)
            f.write(struct.pack("<%dI" % len(chain), *chain))
    return out


def place(image, at, part):
    """Copy `part` into `image` at byte `at`, holes left out."""
    run("dd", "if=%s" % part, "of=%s" % image, "bs=64K", "oflag=seek_bytes", "seek=%d" % at, "conv=notrunc,sparse",
        "status=none")


def disk(out, mib, part, maker="sgdisk", sector=512, more=()):
    """A GPT with `part` as the ESP at 1 MiB; `more`: options for sgdisk."""
    out = pathlib.Path(out)
    out.unlink(missing_ok=True)
    with open(out, "wb") as f:
        f.truncate(mib * MIB)
    size = part.stat().st_size
    first, sectors = MIB // sector, size // sector
    if sector != 512:
        script = "g\nn\n1\n%d\n%d\nt\n1\nw\n" % (first, first + sectors - 1)
        run("fdisk", "-b", str(sector), out, input=script.encode())
    elif maker == "sgdisk":
        run("sgdisk", "-n", "1:%d:+%dK" % (first, size // 1024), "-t", "1:ef00", *more, out)
    elif maker == "sfdisk":
        run("sfdisk", "-q", out, input=b"label: gpt\nstart=%d, size=%d, type=%s\n" % (first, sectors, ESP_GUID.encode()))
    else:
        run("parted", "-s", out, "mklabel", "gpt", "mkpart", "ESP", "fat32", "%ds" % first,
            "%ds" % (first + sectors - 1), "set", "1", "esp", "on")
    place(out, MIB, part)
    return out


def copy(source, out):
    shutil.copyfile(source, out) if not shutil.which("cp") else run("cp", "--sparse=always", source, out)
    return pathlib.Path(out)
