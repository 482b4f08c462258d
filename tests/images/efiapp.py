# SPDX-License-Identifier: GPL-2.0-or-later
"""A small EFI application for AArch64, made here byte by byte: it prints a line and returns, or powers off.

It returns EFI_ABORTED, so that firmware goes on to its next boot option: one run of a firmware judges
many disks. Layout of the file (UEFI 2.10, 2.1.1; the PE format's field names):

    0      DOS header, e_lfanew 64          64    "PE\\0\\0", COFF header
    88     optional header, PE32+, 240      328   section table: .text, .data, .reloc
    512    .text (the code)                 1024  .data (the line, UCS-2)      1536  .reloc (one empty block)
"""
import pathlib
import struct

import make

LFANEW, OPTIONAL, SECTIONS = 64, 88, 328
TEXT, DATA, RELOC, SIZE = 512, 1024, 1536, 2048
MARK = "FIRMWARE-JUDGE "
LINE = 80           # UTF-16 units of the line

# x0: the image's handle, x1: EFI_SYSTEM_TABLE; ConOut at 64, RuntimeServices at 88, ResetSystem at 104 of these.
CODE = """
    stp x29, x30, [sp, #-32]!
    str x19, [sp, #16]
    mov x19, x1
    ldr x0, [x19, #64]
    ldr x8, [x0, #8]
    adr x1, .
    add x1, x1, #%d
    blr x8
    %s
    movz x0, #0x15
    movk x0, #0x8000, lsl #48
    ldr x19, [sp, #16]
    ldp x29, x30, [sp], #32
    ret
"""
ADR = 5 * 4         # where `adr` stands in it
OFF = """
    ldr x9, [x19, #88]
    ldr x8, [x9, #104]
    mov w0, #2
    mov x1, #0
    mov x2, #0
    mov x3, #0
    blr x8
"""


def code(work, off):
    source, out = work / "app.s", work / "app.o"
    source.write_text(CODE % (0x2000 - 0x1000 - ADR, OFF if off else ""))
    make.run("aarch64-linux-gnu-as", "-o", out, source)
    make.run("aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", out, work / "app.bin")
    return (work / "app.bin").read_bytes()


def line(text):
    assert len(MARK + text) < LINE - 3
    return (MARK + text + "\r\n").ljust(LINE - 1, "\0").encode("utf-16-le") + b"\0\0"


def application(work, text, off=False):
    """The bytes of an application that prints MARK and `text`; `off`: and powers off."""
    image = bytearray(SIZE)
    image[0:2] = b"MZ"
    struct.pack_into("<I", image, 0x3C, LFANEW)
    struct.pack_into("<4sHHIIIHH", image, LFANEW, b"PE\0\0", 0xAA64, 3, 0, 0, 0, 240, 0x0206)
    struct.pack_into("<HBBIIIII", image, OPTIONAL, 0x20B, 0, 0, 512, 1024, 0, 0x1000, 0x1000)
    struct.pack_into("<QIIHHHHHHIIIIHH", image, OPTIONAL + 24, 0, 0x1000, 512, 0, 0, 0, 0, 0, 0, 0, 0x4000, 512, 0, 10, 0)
    struct.pack_into("<QQQQII", image, OPTIONAL + 72, 0, 0, 0, 0, 0, 16)
    struct.pack_into("<II", image, OPTIONAL + 112 + 8 * 5, 0x3000, 8)       # base relocations
    for i, (name, address, at, flags) in enumerate(((b".text", 0x1000, TEXT, 0x60000020), (b".data", 0x2000, DATA, 0xC0000040),
                                                    (b".reloc", 0x3000, RELOC, 0x42000040))):
        struct.pack_into("<8sIIIIIIHHI", image, SECTIONS + 40 * i, name, 512, address, 512, at, 0, 0, 0, 0, flags)
    text_bytes = code(pathlib.Path(work), off)
    image[TEXT:TEXT + len(text_bytes)] = text_bytes
    image[DATA:DATA + 2 * LINE] = line(text)
    struct.pack_into("<II", image, RELOC, 0x3000, 8)
    return bytes(image)
