# SPDX-License-Identifier: GPL-2.0-or-later
"""One bit, one field, one truncation each, planted into a good image, and what must follow.

A fault is a function that changes an Image, with the check that it breaks. One of sfdisk
--verify, fsck.vfat -n and objdump -f has a word about each; where it does not see the
fault, the reason stands beside it.
"""
import struct
import zlib

GPT, BACKUP, ESP, FAT, AA64, STORE, FIRMWARE = (
    "VMSPEC-IMAGE-" + s for s in ("GPT", "GPT-BACKUP", "ESP", "ESP-FAT32", "BOOTAA64", "NO-VARSTORE", "NO-FIRMWARE"))
MIB = 1 << 20


class Image:
    """A raw image of 512-byte sectors with a FAT32 at 1 MiB, open for changes."""

    def __init__(self, file):
        self.file = file
        self.n = file.seek(0, 2) // 512
        bpb = self.get(MIB, 512)
        self.reserved, = struct.unpack_from("<H", bpb, 14)
        self.n_fats = bpb[16]
        self.cluster_size = bpb[13] * 512
        self.fat_sectors, = struct.unpack_from("<I", bpb, 36)
        self.root, = struct.unpack_from("<I", bpb, 44)
        self.total, = struct.unpack_from("<I", bpb, 32)

    def get(self, at, n):
        self.file.seek(at)
        return bytearray(self.file.read(n))

    def put(self, at, data):
        self.file.seek(at)
        self.file.write(data)

    def flip(self, at, bit=0):
        self.put(at, bytes([self.get(at, 1)[0] ^ 1 << bit]))

    def put_le(self, at, size, value):
        self.put(at, value.to_bytes(size, "little"))

    # -- the partition table --
    def seal(self, lba):
        """Make the CRCs of the header at `lba`, and of its entries, right again."""
        head = self.get(lba * 512, 92)
        at, n, size = struct.unpack_from("<QII", head, 72)
        struct.pack_into("<I", head, 88, zlib.crc32(self.get(at * 512, n * size)))
        struct.pack_into("<I", head, 16, 0)
        struct.pack_into("<I", head, 16, zlib.crc32(head))
        self.put(lba * 512, head)

    def header(self, off, size, value, lba=1):
        self.put_le(lba * 512 + off, size, value)
        head = self.get(lba * 512, 92)
        struct.pack_into("<I", head, 16, 0)
        struct.pack_into("<I", head, 16, zlib.crc32(head))
        self.put(lba * 512, head)

    def entry(self, n, off, data):
        """Change entry `n` in both arrays."""
        for lba in (1, self.n - 1):
            at, = struct.unpack_from("<Q", self.get(lba * 512, 92), 72)
            self.put(at * 512 + 128 * n + off, data)
            self.seal(lba)

    # -- the file system --
    def bpb(self, off, size, value):
        self.put_le(MIB + off, size, value)

    def cluster(self, n):
        return MIB + (self.reserved + self.n_fats * self.fat_sectors) * 512 + (n - 2) * self.cluster_size

    def fat(self, n, value=None):
        """What follows cluster `n`; changed in all FATs."""
        for i in range(self.n_fats):
            at = MIB + (self.reserved + i * self.fat_sectors) * 512 + 4 * n
            if value is None:
                return struct.unpack("<I", self.get(at, 4))[0]
            self.put_le(at, 4, value)
        return value

    def find(self, *names):
        """The byte at which the short entry of a path stands; and its first cluster."""
        cluster = self.root
        at = None
        for name in names:
            found = None
            while found is None:
                data = self.get(self.cluster(cluster), self.cluster_size)
                for i in range(0, len(data), 32):
                    if data[i:i + 11] == name and data[i + 11] != 0x0F:
                        found = i
                        break
                else:
                    cluster = self.fat(cluster)
                    if cluster >= 0x0FFFFFF8:
                        raise KeyError(name)
            at = self.cluster(cluster) + found
            hi, lo = struct.unpack_from("<H", data, found + 20)[0], struct.unpack_from("<H", data, found + 26)[0]
            cluster = hi << 16 | lo
        return at, cluster

    def efi(self):
        return self.find(b"EFI        ")

    def boot(self):
        return self.find(b"EFI        ", b"BOOT       ")

    def loader(self):
        return self.find(b"EFI        ", b"BOOT       ", b"BOOTAA64EFI")

    def pe(self, off):
        """The byte of the image where byte `off` behind the PE signature stands."""
        at = self.cluster(self.loader()[1])
        lfanew, = struct.unpack_from("<I", self.get(at + 0x3C, 4), 0)
        return at + lfanew + off

    def section(self, n, off):
        size, = struct.unpack("<H", self.get(self.pe(20), 2))
        return self.pe(24 + size + 40 * n + off)

    def cut(self, size):
        self.file.truncate(size)


def swap_loader_name(image, name):
    """The entry's short name; its long name no longer belongs to it."""
    image.put(image.loader()[0], name)


FAULTS = []


def fault(check, speaks=None, blind=None):
    """`speaks`: which tool has a word about that; `blind`: why it does not see this one."""
    speaks = speaks or ("fsck" if check == FAT else "sfdisk")

    def keep(function):
        FAULTS.append((function.__name__.replace("_", " "), check, speaks, blind, function))
        return function
    return keep


# ---- the partition table ------------------------------------------------------

@fault(GPT)
def one_bit_of_the_signature(i): i.flip(512 + 2, 5)


@fault(GPT)
def one_bit_of_the_revision(i): i.flip(512 + 9)


@fault(GPT)
def one_bit_of_the_header_size(i): i.flip(512 + 12, 2)


@fault(GPT)
def one_bit_of_the_header_crc(i): i.flip(512 + 16)


@fault(GPT)
def one_bit_of_a_partition_name(i): i.flip(1024 + 60)


@fault(GPT)
def own_lba_is_2(i): i.header(24, 8, 2)


@fault(GPT)
def usable_range_behind_the_disk(i): i.header(48, 8, i.n + 5)


@fault(GPT, blind="looks for overlaps only")
def usable_range_ends_inside_the_partition(i): i.header(48, 8, 4096)


@fault(GPT)
def entries_of_100_bytes(i): i.header(84, 4, 100)


@fault(GPT, blind="goes by the GPT alone, firmware by the record")
def no_protective_record(i): i.put(446 + 4, b"\0")


@fault(GPT, blind="accepts a protective record that starts anywhere")
def protective_record_starts_at_2(i): i.put_le(446 + 8, 4, 2)


@fault(GPT)
def no_mbr_signature(i): i.flip(510)


@fault(GPT, blind="looks for overlaps only")
def partition_before_the_usable_range(i): i.entry(0, 32, (20).to_bytes(8, "little"))


@fault(GPT)
def partition_ends_before_it_begins(i): i.entry(0, 40, (2047).to_bytes(8, "little"))


@fault(GPT, blind="looks for overlaps only")
def partition_behind_the_usable_range(i): i.entry(0, 40, (i.n - 2).to_bytes(8, "little"))


@fault(GPT)
def overlapping_partitions(i):
    entry = i.get(1024, 128)
    entry[0:16] = bytes.fromhex("af3dc60f838472478e793d69d8477de4")
    entry[16:32] = b"\x77" * 16
    i.entry(1, 0, entry)


@fault(GPT, blind="warns of the size in the protective record only")
def cut_by_a_mebibyte(i): i.cut(i.n * 512 - 2 * MIB)


@fault(GPT, blind="warns of the size in the protective record only")
def cut_inside_the_esp(i): i.cut(8 * MIB)


@fault(GPT, blind="warns of the size in the protective record only")
def cut_inside_the_entries(i): i.cut(5000)


@fault(GPT, blind="warns of the size in the protective record only")
def only_the_mbr_is_left(i): i.cut(512)


@fault(GPT)
def nothing_is_left(i): i.cut(0)


@fault(BACKUP)
def one_bit_of_the_backups_signature(i): i.flip((i.n - 1) * 512)


@fault(BACKUP)
def one_bit_of_the_backups_crc(i): i.flip((i.n - 1) * 512 + 16)


@fault(BACKUP)
def one_bit_of_the_backups_entries(i): i.flip((i.n - 33) * 512 + 60)


@fault(BACKUP, blind="does not compare the disk GUIDs")
def backup_of_another_disk(i): i.header(56, 8, 12345, i.n - 1)


@fault(BACKUP)
def backup_says_it_is_elsewhere(i): i.header(24, 8, i.n - 2, i.n - 1)


@fault(BACKUP)
def cut_by_one_sector(i): i.cut((i.n - 1) * 512)


@fault(BACKUP)
def enlarged_by_a_mebibyte(i): i.cut(i.n * 512 + MIB)


@fault(ESP, blind="has nothing to say about types")
def another_type_guid(i): i.entry(0, 0, bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7"))


@fault(ESP, blind="has nothing to say about types")
def one_bit_of_the_type_guid(i): i.entry(0, 15, b"\x3a")


@fault(ESP, blind="has nothing to say about attributes")
def firmware_is_to_ignore_the_esp(i): i.entry(0, 48, b"\x02")


# ---- the file system ------------------------------------------------------------

@fault(FAT)
def fatsz16_is_not_0(i): i.bpb(22, 2, 9)


@fault(FAT)
def root_entry_count_is_512(i): i.bpb(17, 2, 512)


@fault(FAT)
def sectors_of_500_bytes(i): i.bpb(11, 2, 500)


@fault(FAT)
def clusters_of_3_sectors(i): i.bpb(13, 1, 3)


@fault(FAT)
def no_fats(i): i.bpb(16, 1, 0)


@fault(FAT)
def no_reserved_sectors(i): i.bpb(14, 2, 0)


@fault(FAT, blind="does not look at it, EDK II does")
def media_byte(i): i.bpb(21, 1, 0x12)


@fault(FAT)
def a_file_system_larger_than_its_partition(i): i.bpb(32, 4, i.total + 64)


@fault(FAT)
def a_fat_too_small_for_the_clusters(i): i.bpb(36, 4, i.fat_sectors // 2)


@fault(FAT)
def root_directory_outside(i): i.bpb(44, 4, 0x0FFFFFF0)


@fault(FAT)
def root_directory_loops(i): i.fat(i.root, i.root)


@fault(FAT, blind="does not look at it, U-Boot does")
def no_boot_sector_signature(i): i.put(MIB + 510, b"\0\0")


@fault(FAT, blind="does not look at it")
def a_version_nobody_knows(i): i.bpb(42, 2, 0x0100)


@fault(FAT)
def no_boot_sector(i): i.put(MIB, bytes(512))


@fault(FAT, blind="goes by the first FAT")
def fats_not_mirrored(i): i.bpb(40, 2, 0x80)


@fault(FAT, blind="goes by the first FAT")
def the_second_fat_is_the_active_one(i): i.bpb(40, 2, 0x81)


@fault(FAT)
def a_cluster_too_few(i): i.bpb(32, 4, i.reserved + i.n_fats * i.fat_sectors + 65524)


# ---- the boot loader --------------------------------------------------------------

@fault(AA64, "fsck", blind="a file system without that folder is a sound one")
def no_efi_folder(i): i.put(i.efi()[0], b"EFJ")


@fault(AA64, "fsck", blind="a file system without that file is a sound one")
def no_loader(i): swap_loader_name(i, b"BOOTAA65EFI")


@fault(AA64, "fsck", blind="a file system without that file is a sound one")
def only_a_loader_for_x86_64(i): swap_loader_name(i, b"BOOTX64 EFI")


@fault(AA64, "fsck")
def efi_is_a_file(i): i.put(i.efi()[0] + 11, b"\x20")


@fault(AA64, "fsck")
def the_loader_is_empty(i): i.put_le(i.loader()[0] + 28, 4, 0)


@fault(AA64, "fsck")
def the_loader_is_a_quarter_short(i):
    at = i.loader()[0]
    size, = struct.unpack("<I", i.get(at + 28, 4))
    i.put_le(at + 28, 4, size * 3 // 4)


@fault(AA64, "fsck")
def the_chain_ends_early(i): i.fat(i.fat(i.loader()[1]), 0x0FFFFFFF)


@fault(AA64, "fsck")
def the_chain_loops(i): i.fat(i.fat(i.loader()[1]), i.loader()[1])


@fault(AA64, "fsck")
def the_chain_loops_at_its_last_cluster_but_one(i):
    n = i.loader()[1]
    while i.fat(i.fat(n)) < 0x0FFFFFF8:
        n = i.fat(n)
    i.fat(n, n)


@fault(AA64, "fsck")
def the_chain_leaves_the_volume(i): i.fat(i.loader()[1], 0x00ABCDEF)


@fault(AA64, "fsck")
def the_chain_runs_into_a_free_cluster(i): i.fat(i.fat(i.loader()[1]), 0)


@fault(AA64, "fsck")
def the_loader_starts_nowhere(i): i.put(i.loader()[0] + 20, b"\xff\x0f")


@fault(AA64, "fsck")
def the_boot_folder_loops(i): i.fat(i.boot()[1], i.boot()[1])


@fault(AA64, "objdump")
def no_mz(i): i.flip(i.cluster(i.loader()[1]))


@fault(AA64, "objdump")
def no_pe_signature(i): i.flip(i.pe(0))


@fault(AA64, "objdump")
def a_machine_for_x86_64(i): i.put_le(i.pe(4), 2, 0x8664)


@fault(AA64, "objdump")
def one_bit_of_the_machine(i): i.flip(i.pe(4))


@fault(AA64, "objdump", blind="does not show the subsystem")
def a_driver_no_application(i): i.put_le(i.pe(24 + 68), 2, 11)


@fault(AA64, "objdump", blind="goes by the machine, not by the magic")
def pe32_magic_in_a_64_bit_header(i): i.put_le(i.pe(24), 2, 0x10B)


@fault(AA64, "objdump", blind="does not compare them")
def headers_longer_than_the_image(i): i.put_le(i.pe(24 + 60), 4, 0x7FFFFFFF)


@fault(AA64, "objdump", blind="shows headers only")
def a_section_behind_the_end(i): i.put_le(i.section(0, 20), 4, 0x7FFF0000)


@fault(AA64, "objdump", blind="shows whatever entry point there is")
def an_entry_point_outside(i): i.put_le(i.pe(24 + 16), 4, 0x7FFFFFFF)


@fault(AA64, "objdump", blind="shows what there is")
def relocations_outside(i): i.put(i.pe(24 + 112 + 40), struct.pack("<II", 0x7FFF0000, 12))


@fault(AA64, "objdump", blind="shows what there is")
def relocations_stripped_for_address_0(i): i.put_le(i.pe(22), 2, 0x0207)


@fault(AA64, "objdump", blind="shows headers only")
def sections_aligned_to_nothing(i): i.put_le(i.pe(24 + 32), 4, 0)


# ---- no faults: what both firmwares boot, and some that only look odd ---------------

HARMLESS = []


def harmless(function):
    HARMLESS.append((function.__name__.replace("_", " "), function))
    return function


@harmless
def fsinfo_without_its_signature(i): i.flip(MIB + 512)


@harmless
def fsinfo_beyond_the_reserved_sectors(i): i.bpb(48, 2, 40)


@harmless
def relocations_stripped_for_an_address(i):
    i.put_le(i.pe(22), 2, 0x0207)
    i.put_le(i.pe(24 + 24), 8, 0x60000000)


@harmless
def no_jump_in_the_boot_sector(i): i.put(MIB, b"\0\0\0")


def last_cluster(i):
    n = i.loader()[1]
    while i.fat(n) < 0x0FFFFFF8:
        n = i.fat(n)
    return n


@harmless
def the_chain_loops_behind_the_file(i): i.fat(last_cluster(i), i.loader()[1])


@harmless
def the_chain_runs_into_nothing_behind_the_file(i): i.fat(last_cluster(i), 0)


@harmless
def no_fsinfo(i): i.bpb(48, 2, 0xFFFF)


@harmless
def wrong_hidden_sectors(i): i.bpb(28, 4, 77)


@harmless
def exactly_65525_clusters(i): i.bpb(32, 4, i.reserved + i.n_fats * i.fat_sectors + 65525)


@harmless
def protective_record_of_size_0(i): i.put_le(446 + 12, 4, 0)


@harmless
def protective_record_too_small(i): i.put_le(446 + 12, 4, 100)


@harmless
def protective_record_is_the_fourth(i):
    record = i.get(446, 16)
    i.put(446, bytes(16))
    i.put(446 + 48, record)


@harmless
def protective_record_active(i): i.put(446, b"\x80")


@harmless
def attributes_0_2_60_62_63(i): i.entry(0, 48, (1 | 1 << 2 | 1 << 60 | 1 << 62 | 1 << 63).to_bytes(8, "little"))
