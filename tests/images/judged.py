# SPDX-License-Identifier: GPL-2.0-or-later
"""Small disks that two firmwares were asked about: what EDK II (Debian 12's AAVMF) and U-Boot (2023.01) start, and what
the verdict is. Where the verdict is not EDK II's, `because` says why.

`ours`: "pass", or the MUST checks that fail, without their prefix.
"""
import pathlib
import struct
import zlib

import efiapp
import faults
import make
from make import MIB

DISKS = []
GOOD_MIB = 40


class Row:
    def __init__(self, name, maker, edk2, uboot, ours, because, words, sector):
        self.name, self.maker, self.edk2, self.uboot, self.ours = name, maker, edk2, uboot, ours
        self.because, self.words, self.sector = because, words, sector


def disk(edk2, uboot, ours, because=None, words=None, sector=512):
    """A function that changes a good disk (it takes a faults.Image), or that makes one (it takes work and the loader)."""
    def keep(function):
        name = function.__name__.replace("_", "-")
        DISKS.append(Row(name, function, edk2, uboot, ours, because, words, sector))
        return function
    return keep


def makes(function):
    function.makes = True
    return function


def base(work, loader=None):
    """A good disk: GPT, an ESP of 40 MiB with one-sector clusters, the loader in it."""
    part = make.fat(work / "part.fat", GOOD_MIB, {"EFI/BOOT/BOOTAA64.EFI": loader or efiapp.application(work, "base")})
    return make.disk(work / "base.img", GOOD_MIB + 4, part)


def make_all(work, rows):
    """{name: path}"""
    good = base(work)
    code = efiapp.application(work, "base")
    paths = {}
    for r in rows:
        loader = bytearray(code)
        loader[efiapp.DATA:efiapp.DATA + 2 * efiapp.LINE] = efiapp.line(r.name)
        path = work / (r.name + ".img")
        if getattr(r.maker, "makes", False):
            r.maker(work, bytes(loader), path)
        else:
            make.copy(good, path)
            with open(path, "r+b") as f:
                image = faults.Image(f)
                image.put(image.cluster(image.loader()[1]), loader)
                r.maker(image)
        paths[r.name] = path
    return paths


def last(work):
    """The disk behind all others: its loader powers off."""
    part = make.fat(work / "part.fat", GOOD_MIB, {"EFI/BOOT/BOOTAA64.EFI": efiapp.application(work, "last", off=True)})
    return make.disk(work / "last.img", GOOD_MIB + 4, part)


def volume(out, loader, *, sectors, sector=512, per=1, reserved=32, fats=2, root=2, fat_sectors=None, backup=6, info=1,
           table=None):
    """A FAT32 written by hand, whatever its numbers; \\EFI\\BOOT\\BOOTAA64.EFI in it."""
    clusters = 0
    if fat_sectors is None:
        fat_sectors = 1
        while True:
            clusters = (sectors - reserved - fats * fat_sectors) // per
            need = -(-(clusters + 2) * 4 // sector)
            if need <= fat_sectors:
                break
            fat_sectors = need
    size = sector * per
    boot = bytearray(sector)
    struct.pack_into("<3s8sHBHBHHBHHHI", boot, 0, b"\xeb\x58\x90", b"mkfs.fat", sector, per, reserved, fats, 0, 0, 0xF8, 0, 32,
                     64, 2048)
    struct.pack_into("<IIHHIHH", boot, 32, sectors, fat_sectors, 0, 0, root, info, backup)
    struct.pack_into("<BBBI11s8s", boot, 64, 0x80, 0, 0x29, 0x12345678, b"NO NAME    ", b"FAT32   ")
    boot[510:512] = b"\x55\xaa"
    used = [root] + [n for n in range(2, 64) if n != root]
    efi, folder = used[1], used[2]
    data = -(-len(loader) // size)
    files = used[3:3 + data]
    chain = {root: 0x0FFFFFFF, efi: 0x0FFFFFFF, folder: 0x0FFFFFFF}
    for i, n in enumerate(files):
        chain[n] = files[i + 1] if i + 1 < data else 0x0FFFFFFF
    fat = bytearray(sector * max(1, -(-max(chain) * 4 // sector) + 1))
    struct.pack_into("<II", fat, 0, 0x0FFFFFF8, 0x0FFFFFFF)
    for n, to in chain.items():
        struct.pack_into("<I", fat, 4 * n, to)

    def entry(name, attribute, first, length=0):
        return struct.pack("<11sB8xH4xHI", name, attribute, first >> 16, first & 0xFFFF, length)
    with open(out, "wb") as f:
        f.truncate(sectors * sector)
        f.seek(0)
        f.write(boot)
        if info:
            fsinfo = bytearray(512)
            struct.pack_into("<I480sIII12sI", fsinfo, 0, 0x41615252, b"", 0x61417272, 0xFFFFFFFF, 0xFFFFFFFF, b"", 0xAA550000)
            f.seek(info * sector)
            f.write(fsinfo)
        if backup and backup < reserved:
            f.seek(backup * sector)
            f.write(boot)
        for i in range(fats):
            f.seek((reserved + i * fat_sectors) * sector)
            f.write(fat)

        def put(n, what):
            f.seek((reserved + fats * fat_sectors) * sector + (n - 2) * size)
            f.write(what)
        put(root, entry(b"EFI        ", 0x10, efi))
        put(efi, entry(b".          ", 0x10, efi) + entry(b"..         ", 0x10, 0) + entry(b"BOOT       ", 0x10, folder))
        put(folder, (table or (lambda e: e))(entry(b".          ", 0x10, folder) + entry(b"..         ", 0x10, efi)
                                             + entry(b"BOOTAA64EFI", 0x20, files[0], len(loader))))
        for i, n in enumerate(files):
            put(n, loader[i * size:(i + 1) * size])
    return pathlib.Path(out)


def of_volume(work, path, loader, **numbers):
    part = volume(work / "part.fat", loader, **numbers)
    size = part.stat().st_size
    with open(part, "r+b") as f:
        f.truncate(-(-size // MIB) * MIB)
    make.disk(path, -(-size // MIB) + 4, part)


def geometry(**numbers):
    @makes
    def maker(work, loader, path):
        of_volume(work, path, loader, **numbers)
    return maker


def row(name, edk2, uboot, ours, maker, because=None, words=None, sector=512):
    DISKS.append(Row(name, maker, edk2, uboot, ours, because, words, sector))


BOTH = ("boots", "boots", "pass")
NEITHER = ("no", "no")

# ---- nothing is odd ------------------------------------------------------------------------------------------------

row("good", *BOTH, lambda i: None)

# ---- FAT32 ---------------------------------------------------------------------------------------------------------

SMALL = "starts nothing from it"
row("clusters-65524", "no", "boots", "ESP-FAT32", geometry(sectors=32 + 2 * 512 + 65524, fat_sectors=512), words=SMALL)
row("clusters-65525", *BOTH, geometry(sectors=32 + 2 * 512 + 65525, fat_sectors=512))
row("clusters-65526", *BOTH, geometry(sectors=32 + 2 * 512 + 65526, fat_sectors=512))
row("clusters-4085", "no", "boots", "ESP-FAT32", geometry(sectors=32 + 2 * 32 + 4085, fat_sectors=32), words=SMALL)
for sector in (1024, 2048, 4096):
    row("sectors-%d" % sector, "boots", "no", "pass", geometry(sectors=70000, sector=sector),
        "a difference that the text names", "U-Boot does not")
row("clusters-of-64k", *BOTH, geometry(sectors=128 * 65600 + 2048, per=128))
row("clusters-of-32k", *BOTH, geometry(sectors=64 * 65600 + 2048, per=64))
row("reserved-1", *BOTH, geometry(sectors=70000, reserved=1, info=0, backup=0))
row("reserved-2-no-backup", *BOTH, geometry(sectors=70000, reserved=2, backup=0))
row("reserved-8192", *BOTH, geometry(sectors=80000, reserved=8192))
row("one-fat", *BOTH, geometry(sectors=70000, fats=1))
row("three-fats", *BOTH, geometry(sectors=70000, fats=3))
row("root-at-3", *BOTH, geometry(sectors=70000, root=3))
row("root-at-60", *BOTH, geometry(sectors=70000, root=60))
row("fat-longer-than-needed", *BOTH, geometry(sectors=90000, fat_sectors=4000))


@disk("no", "boots", "ESP-FAT32", words="EDK II refuses it")
def not_mirrored(i): i.bpb(40, 2, 0x80)


@disk("no", "boots", "ESP-FAT32", words="EDK II refuses it")
def second_fat_active(i): i.bpb(40, 2, 0x81)


@disk(*BOTH)
def active_fat_1_yet_mirrored(i): i.bpb(40, 2, 0x01)


@disk(*BOTH)
def fsinfo_broken(i): i.put(MIB + 512, bytes(512))


@disk(*BOTH)
def fsinfo_outside(i): i.bpb(48, 2, 40)


@disk(*BOTH)
def no_fsinfo(i): i.bpb(48, 2, 0xFFFF)


@disk(*BOTH)
def hidden_sectors(i): i.bpb(28, 4, 77)


@disk(*BOTH)
def media_f0(i): i.bpb(21, 1, 0xF0)


@disk("no", "boots", "ESP-FAT32")
def media_12(i): i.bpb(21, 1, 0x12)


@disk("boots", "no", "ESP-FAT32", "U-Boot wants it, as the FAT specification does")
def no_signature_55aa(i): i.put(MIB + 510, b"\0\0")


@disk("no", "boots", "ESP-FAT32")
def version_1(i): i.bpb(42, 2, 0x0100)


@disk(*BOTH)
def jump_e9(i): i.put(MIB, b"\xe9\0\0")


@disk("boots", "boots", "pass")
def jump_00(i): i.put(MIB, b"\0\0\0")


@disk("boots", "no", "pass", "a difference that the text names", words="U-Boot does not read it")
def label_text_fat16(i): i.put(MIB + 82, b"FAT16   ")


@disk("boots", "no", "pass", "a difference that the text names", words="U-Boot does not read it")
def label_text_none(i): i.put(MIB + 82, bytes(8))


@disk(*BOTH)
def total_both_alike(i): i.bpb(32, 4, i.total)


@disk("boots", "boots", "ESP-FAT32", "the clause wants it to fit its partition")
def larger_than_the_partition(i): i.bpb(32, 4, i.total + 64)


@disk(*BOTH)
def fat_begins_with_zeros(i):
    for n in range(i.n_fats):
        i.put(MIB + (i.reserved + n * i.fat_sectors) * 512, bytes(8))


@disk(*BOTH)
def volume_is_dirty(i): i.fat(1, 0x07FFFFFF)


@disk(*BOTH)
def second_fat_is_empty(i): i.put(MIB + (i.reserved + i.fat_sectors) * 512, bytes(512))


@disk(*NEITHER, "ESP-FAT32")
def root_is_free(i): i.bpb(44, 4, 0x0FFFFFF0)


@disk("no", "no", "ESP-FAT32")
def fat_too_short(i): i.bpb(36, 4, i.fat_sectors // 2)


# ---- directories and chains -----------------------------------------------------------------------------------------

def folder(i):
    """The byte of \\EFI\\BOOT's first entry."""
    return i.cluster(i.boot()[1])


def entries(i, *what):
    """\\EFI\\BOOT: ".", "..", then `what`."""
    at = folder(i)
    i.put(at + 64, b"".join(bytes(w) for w in what).ljust(512 - 64, b"\0"))


def loader_entry(i):
    return i.get(i.loader()[0], 32)


def checksum(short):
    total = 0
    for c in short:
        total = ((total & 1) << 7) + (total >> 1) + c & 0xFF
    return total


def long_entries(name, short, total=None):
    units = name.encode("utf-16-le") + b"\0\0"
    units = units.ljust(-(-len(units) // 26) * 26, b"\xff") if len(name) % 13 else name.encode("utf-16-le")
    total = checksum(short) if total is None else total
    pieces = [units[n:n + 26] for n in range(0, len(units), 26)]
    out = []
    for n in range(len(pieces), 0, -1):
        p = pieces[n - 1]
        out.append(bytes([n | (0x40 if n == len(pieces) else 0)]) + p[:10] + b"\x0f\0" + bytes([total]) + p[10:22] + b"\0\0"
                   + p[22:])
    return out


@disk(*BOTH)
def name_short_only(i):
    e = loader_entry(i)
    e[12] = 0
    entries(i, e)


@disk(*BOTH)
def name_long_only(i):
    e = loader_entry(i)
    e[0:11] = b"BOOTAA~1EFI"
    entries(i, *long_entries("BOOTAA64.EFI", e[0:11]), e)


@disk(*BOTH)
def name_long_in_lower_case(i):
    e = loader_entry(i)
    e[0:11] = b"BOOTAA~1EFI"
    entries(i, *long_entries("bootaa64.efi", e[0:11]), e)


@disk(*BOTH)
def name_lower_by_flags(i):
    e = loader_entry(i)
    e[12] = 0x18
    entries(i, e)


@disk("boots", "no", "pass", "U-Boot does not look at the sum that ties a long name to its short one")
def long_name_of_another_file(i):
    e = loader_entry(i)
    entries(i, *long_entries("something.else", e[0:11], checksum(e[0:11]) ^ 1), e)


@disk("boots", "boots", "pass")
def long_name_differs_from_short(i):
    e = loader_entry(i)
    entries(i, *long_entries("something.else", e[0:11]), e)


@disk(*BOTH)
def deleted_entries_before(i):
    e = loader_entry(i)
    gone = bytearray(e)
    gone[0] = 0xE5
    entries(i, gone, gone, gone, e)


@disk(*NEITHER, "BOOTAA64")
def entry_behind_the_end(i):
    e = loader_entry(i)
    entries(i, bytes(32), e)


@disk(*NEITHER, "BOOTAA64")
def loader_deleted(i): i.put(i.loader()[0], b"\xe5")


@disk(*BOTH)
def label_by_the_loaders_name(i):
    e = loader_entry(i)
    label = bytearray(e)
    label[11], label[20:22], label[26:32] = 0x08, b"\0\0", bytes(6)
    entries(i, label, e)


@disk(*BOTH)
def hidden_system_readonly(i): i.put(i.loader()[0] + 11, b"\x07")


@disk(*BOTH)
def no_attributes(i): i.put(i.loader()[0] + 11, b"\0")


@disk(*BOTH)
def attribute_device(i): i.put(i.loader()[0] + 11, b"\x40")


@disk(*BOTH)
def folder_without_dots(i): i.put(folder(i), loader_entry(i) + bytes(512 - 32))


@disk(*BOTH)
def folder_has_a_size(i): i.put_le(i.boot()[0] + 28, 4, 512)


@disk(*NEITHER, "BOOTAA64")
def loader_is_a_folder(i): i.put(i.loader()[0] + 11, b"\x10")


@disk(*NEITHER, "BOOTAA64")
def loader_is_empty(i): i.put_le(i.loader()[0] + 28, 4, 0)


@disk(*NEITHER, "BOOTAA64")
def chain_ends_early(i): i.fat(i.loader()[1], 0x0FFFFFFF)


@disk("no", "dies", "BOOTAA64")
def chain_loops(i): i.fat(i.loader()[1] + 1, i.loader()[1])


@disk(*NEITHER, "BOOTAA64")
def chain_into_a_free_cluster(i): i.fat(i.loader()[1] + 1, 0)


@disk(*BOTH)
def chain_longer_than_the_file(i):
    n = i.loader()[1]
    i.fat(n + 3, n + 4)
    i.fat(n + 4, 0x0FFFFFFF)


@disk(*BOTH)
def chain_loops_behind_the_file(i):
    n = i.loader()[1]
    i.fat(n + 3, n)


@disk(*BOTH)
def chain_goes_on_into_nothing(i): i.fat(i.loader()[1] + 3, 0)


@disk(*BOTH)
def chain_ends_with_fff8(i): i.fat(i.loader()[1] + 3, 0x0FFFFFF8)


@disk("boots", "no", "pass", "U-Boot takes all 32 bits of an entry, the FAT specification 28")
def upper_bits_of_the_fat(i):
    n = i.loader()[1]
    i.fat(n, 0xF0000000 | n + 1)


@disk(*BOTH)
def chain_is_scattered(i):
    n = i.loader()[1]
    for k in range(1, 4):
        i.put(i.cluster(n + 100 * k), i.get(i.cluster(n + k), 512))
        i.put(i.cluster(n + k), bytes(512))
        i.fat(n + 100 * (k - 1) if k > 1 else n, n + 100 * k)
    i.fat(n + 300, 0x0FFFFFFF)


@disk("dies", "boots", "BOOTAA64")
def folder_loops(i): i.fat(i.boot()[1], i.boot()[1])


# ---- the loader ------------------------------------------------------------------------------------------------------

OPT = 24            # of the optional header, behind the PE signature


def pe(i, off, size, value):
    i.put_le(i.pe(off), size, value)


@disk(*NEITHER, "BOOTAA64")
def section_alignment_0(i): pe(i, OPT + 32, 4, 0)


@disk(*BOTH)
def section_alignment_512(i): pe(i, OPT + 32, 4, 512)


@disk(*BOTH)
def file_alignment_0(i): pe(i, OPT + 36, 4, 0)


@disk(*BOTH)
def checksum_wrong(i): pe(i, OPT + 64, 4, 0x1234)


@disk("no", "boots", "BOOTAA64")
def relocations_stripped_at_0(i): pe(i, 22, 2, 0x0207)


@disk(*BOTH)
def relocations_stripped_in_ram(i):
    pe(i, 22, 2, 0x0207)
    pe(i, OPT + 24, 8, 0x60000000)


@disk(*BOTH)
def relocations_none(i): i.put(i.pe(OPT + 112 + 40), bytes(8))


@disk("no", "dies", "BOOTAA64")
def relocations_outside(i): pe(i, OPT + 112 + 40, 4, 0x7FFF0000)


def shorter(n, optional):
    def change(i):
        table = i.get(i.section(0, 0), 120)
        pe(i, OPT + 108, 4, n)
        pe(i, 20, 2, optional)
        i.put(i.pe(24 + optional), table)
    return change


row("directories-6", *BOTH, shorter(6, 112 + 48))
row("directories-0", "boots", "dies", "pass", shorter(0, 112), "a difference that is told", "U-Boot")
row("directories-6-header-240", "no", "boots", "BOOTAA64", lambda i: pe(i, OPT + 108, 4, 6))
row("directories-17", "no", "boots", "BOOTAA64", lambda i: pe(i, OPT + 108, 4, 17))


@disk("no", "boots", "BOOTAA64")
def section_behind_the_end(i): i.put_le(i.section(2, 16), 4, 4096)


@disk("no", "boots", "BOOTAA64")
def file_cut_by_a_byte(i): i.put_le(i.loader()[0] + 28, 4, efiapp.SIZE - 1)


@disk("no", "boots", "BOOTAA64")
def section_outside_the_image(i): i.put_le(i.section(2, 12), 4, 0x4000)


@disk("no", "boots", "BOOTAA64")
def size_of_image_small(i): pe(i, OPT + 56, 4, 0x2000)


@disk("no", "boots", "BOOTAA64")
def size_of_headers_0(i): pe(i, OPT + 60, 4, 0)


@disk("no", "boots", "BOOTAA64")
def size_of_headers_behind_the_end(i): pe(i, OPT + 60, 4, 0x3000)


@disk("dies", "dies", "BOOTAA64")
def entry_point_0(i): pe(i, OPT + 16, 4, 0)


@disk("dies", "dies", "BOOTAA64")
def entry_point_outside(i): pe(i, OPT + 16, 4, 0x7000)


@disk("no", "dies", "BOOTAA64")
def no_sections(i): pe(i, 6, 2, 0)


@disk("no", "no", "BOOTAA64")
def machine_x64(i): pe(i, 4, 2, 0x8664)


@disk("no", "boots", "BOOTAA64")
def pe32_magic(i): pe(i, OPT, 2, 0x10B)


@disk("no", "boots", "BOOTAA64")
def subsystem_3(i): pe(i, OPT + 68, 2, 3)


@disk("no", "boots", "BOOTAA64", "the specification wants an application there")
def subsystem_driver(i): pe(i, OPT + 68, 2, 11)


@disk("no", "no", "BOOTAA64")
def no_mz(i): i.put(i.cluster(i.loader()[1]), b"\0")


@disk(*BOTH)
def certificates_of_zeros(i):
    pe(i, OPT + 112 + 32, 4, efiapp.SIZE - 8)
    pe(i, OPT + 112 + 36, 4, 8)


@disk("no", "boots", "BOOTAA64")
def certificates_behind_the_end(i):
    pe(i, OPT + 112 + 32, 4, efiapp.SIZE)
    pe(i, OPT + 112 + 36, 4, 1024)


@disk(*BOTH)
def bytes_behind_the_program(i):
    n = i.loader()[1]
    i.fat(n + 3, n + 4)
    i.fat(n + 4, 0x0FFFFFFF)
    i.put_le(i.loader()[0] + 28, 4, efiapp.SIZE + 300)


@disk(*BOTH)
def characteristics_not_executable(i): pe(i, 22, 2, 0x0204)


@disk(*BOTH)
def virtual_size_0(i): i.put_le(i.section(0, 8), 4, 0)


# ---- the partition table ----------------------------------------------------------------------------------------------

RESTORES = "EDK II takes the backup; the clause wants a sound primary"


@disk("boots", "boots", "GPT", RESTORES)
def primary_without_signature(i): i.put(512, bytes(8))


@disk("boots", "boots", "GPT", RESTORES)
def primary_header_crc(i): i.flip(512 + 16)


@disk("boots", "boots", "GPT", RESTORES)
def primary_entries_crc(i): i.flip(1024 + 60)


@disk("boots", "boots", "GPT", RESTORES)
def primary_gone(i): i.put(512, bytes(33 * 512))


@disk("no", "no", "GPT")
def both_headers_gone(i):
    i.put(512, bytes(512))
    i.put((i.n - 1) * 512, bytes(512))


@disk(*BOTH)
def backup_gone(i): i.put((i.n - 33) * 512, bytes(33 * 512))


@disk(*BOTH)
def enlarged(i): i.cut(i.n * 512 + MIB)


@disk("boots", "no", "GPT", "Linux refuses a usable range that leaves the disk")
def cut_behind_the_esp(i): i.cut((GOOD_MIB + 2) * MIB)


@disk("no", "boots", "ESP", words="attribute bit 1")
def attribute_bit_1(i): i.entry(0, 48, b"\x02")


@disk(*BOTH)
def attribute_bits_0_2(i): i.entry(0, 48, b"\x05")


@disk("boots", "boots", "ESP", "the clause names the type")
def type_basic_data(i): i.entry(0, 0, bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7"))


@disk(*BOTH)
def unique_guid_0(i): i.entry(0, 16, bytes(16))


@disk("no", "no", "GPT")
def no_protective_record(i): i.put(446, bytes(64))


@disk("no", "no", "GPT")
def no_mbr(i): i.put(446, bytes(66))


@disk("no", "no", "GPT")
def protective_at_63(i): i.put_le(446 + 8, 4, 63)


@disk("no", "no", "GPT")
def protective_at_0(i): i.put_le(446 + 8, 4, 0)


@disk(*BOTH)
def protective_size_ffffffff(i): i.put_le(446 + 12, 4, 0xFFFFFFFF)


@disk(*BOTH)
def protective_size_0(i): i.put_le(446 + 12, 4, 0)


@disk(*BOTH)
def protective_active(i): i.put(446, b"\x80")


@disk(*BOTH)
def protective_is_the_fourth(i):
    record = i.get(446, 16)
    i.put(446, bytes(16))
    i.put(446 + 48, record)


@disk(*BOTH)
def hybrid(i):
    record = i.get(446, 16)
    i.put(446 + 16, b"\0\0\2\0\x0c\xff\xff\xff" + struct.pack("<II", 2048, GOOD_MIB * 2048))
    i.put(446, record)


@disk(*BOTH)
def hybrid_protective_second(i):
    record = i.get(446, 16)
    i.put(446, b"\x80\0\2\0\x0c\xff\xff\xff" + struct.pack("<II", 2048, GOOD_MIB * 2048))
    i.put(446 + 16, record)


@disk("no", "boots", "GPT")
def overlapping(i):
    entry = i.get(1024, 128)
    entry[0:16] = bytes.fromhex("af3dc60f838472478e793d69d8477de4")
    entry[16:32] = b"\x77" * 16
    i.entry(1, 0, entry)


@disk(*BOTH)
def second_partition(i):
    entry = i.get(1024, 128)
    other = bytearray(entry)
    other[0:16] = bytes.fromhex("af3dc60f838472478e793d69d8477de4")
    other[16:32] = b"\x77" * 16
    struct.pack_into("<QQ", other, 32, 34, 2047)
    i.entry(0, 0, other)
    i.entry(1, 0, entry)


def resized(count, size):
    """Both entry arrays anew, `count` entries of `size` bytes."""
    def change(i):
        first = i.get(1024, 128)
        sectors = -(-count * size // 512)
        array = bytearray(count * size)
        array[:128] = first
        i.put(1024, bytes(32 * 512))
        for lba, at in ((1, 2), (i.n - 1, i.n - 1 - sectors)):
            head = i.get(lba * 512, 92)
            i.put(at * 512, array)
            struct.pack_into("<QQ", head, 40, max(34, 2 + sectors), i.n - 2 - sectors)
            struct.pack_into("<QIII", head, 72, at, count, size, zlib.crc32(array))
            struct.pack_into("<I", head, 16, 0)
            struct.pack_into("<I", head, 16, zlib.crc32(head))
            i.put(lba * 512, head)
    return change


row("entries-of-256", *BOTH, resized(64, 256))
row("entries-of-512", *BOTH, resized(32, 512))
for number in (1, 4, 8, 56, 127, 256, 1024):
    row("entries-%d" % number, *BOTH, resized(number, 128))


@disk(*BOTH)
def header_of_512_bytes(i):
    for lba in (1, i.n - 1):
        head = i.get(lba * 512, 512)
        struct.pack_into("<I", head, 12, 512)
        struct.pack_into("<I", head, 16, 0)
        struct.pack_into("<I", head, 16, zlib.crc32(head))
        i.put(lba * 512, head)


@disk(*BOTH)
def entries_at_10(i):
    i.put(10 * 512, i.get(1024, 32 * 512))
    i.put(1024, bytes(512))
    head = i.get(512, 92)
    struct.pack_into("<Q", head, 40, 42)
    struct.pack_into("<Q", head, 72, 10)
    struct.pack_into("<I", head, 16, 0)
    struct.pack_into("<I", head, 16, zlib.crc32(head))
    i.put(512, head)
    i.header(40, 8, 42, i.n - 1)


@makes
def two_esps(work, loader, path):
    """An empty one first."""
    first = make.fat(work / "first.fat", 34, {})
    second = make.fat(work / "second.fat", 34, {"EFI/BOOT/BOOTAA64.EFI": loader})
    make.disk(path, 80, first, more=("-n", "2:%d:+34M" % (40 * 2048), "-t", "2:ef00"))
    make.place(path, 40 * MIB, second)


@makes
def two_esps_first_ignored(work, loader, path):
    two_esps(work, loader, path)
    make.run("sgdisk", "-A", "1:set:1", path)


@makes
def two_esps_first_is_no_fat(work, loader, path):
    two_esps(work, loader, path)
    with open(path, "r+b") as f:
        f.seek(MIB)
        f.write(bytes(512))


@makes
def unaligned(work, loader, path):
    part = make.fat(work / "part.fat", 34, {"EFI/BOOT/BOOTAA64.EFI": loader})
    with open(path, "wb") as f:
        f.truncate(40 * MIB)
    make.run("sgdisk", "-a", "1", "-n", "1:2051:+34M", "-t", "1:ef00", path)
    make.place(path, 2051 * 512, part)


for maker_ in (two_esps, two_esps_first_ignored, two_esps_first_is_no_fat, unaligned):
    row(maker_.__name__.replace("_", "-"), *BOTH, maker_)


def on_4096(fat_options):
    @makes
    def maker(work, loader, path):
        part = make.fat(work / "part.fat", 272, {"EFI/BOOT/BOOTAA64.EFI": loader}, options=fat_options)
        make.disk(path, 280, part, sector=4096)
    return maker


row("gpt-4096-fat-4096", "boots", "no", "pass", on_4096(("-S", "4096", "-s", "1")),
    "this U-Boot takes every virtio disk to have 512-byte sectors", sector=4096)
row("gpt-4096-fat-512", "boots", "no", "pass", on_4096(("-S", "512", "-s", "1")),
    "this U-Boot takes every virtio disk to have 512-byte sectors", sector=4096)
row("gpt-4096-on-512", "no", "no", "pass", on_4096(("-S", "4096", "-s", "1")), "a plain file does not say its sectors: told")
