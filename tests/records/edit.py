# SPDX-License-Identifier: GPL-2.0-or-later
"""Editing a recorded machine: text files, device trees (through dtc), ACPI tables."""

import os
import re
import shutil
import subprocess


class Record:
    """A writable copy of an unpacked record."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name.lstrip("/"))

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def write(self, name, data):
        if isinstance(data, str):
            data = data.encode()
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as f:
            f.write(data)

    def append(self, name, text):
        self.write(name, self.read(name) + text.encode())

    def remove(self, name):
        path = self.path(name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)

    def sub(self, name, pattern, text, count=0):
        """Replace by regular expression; that it matches is part of the test."""
        old = self.read(name)
        new, n = re.subn(pattern.encode(), text.encode(), old, count=count, flags=re.M)
        assert n, f"{name}: {pattern} matches nothing"
        self.write(name, new)

    def drop_lines(self, name, pattern):
        self.sub(name, r"^.*(?:%s).*\n" % pattern, "")

    def log(self, pattern, text):
        self.sub(".vmspec/kmsg", pattern, text)

    # device tree ---------------------------------------------------------
    def fdt(self, *edits):
        """Each edit is (regular expression, text) over the source of the tree."""
        source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", self.path("sys/firmware/fdt")],
                                check=True, capture_output=True, text=True).stdout
        for pattern, text in edits:
            source, n = re.subn(pattern, text, source, flags=re.S | re.M)
            assert n, f"fdt: {pattern} matches nothing"
        blob = subprocess.run(["dtc", "-q", "-f", "-I", "dts", "-O", "dtb"], input=source.encode(),
                              check=True, capture_output=True).stdout
        self.write("sys/firmware/fdt", blob)

    # ACPI ----------------------------------------------------------------
    def acpi(self, name, change, fix=True):
        """change(bytearray); `fix` puts length and checksum right again."""
        table = "sys/firmware/acpi/tables/" + name
        data = bytearray(self.read(table))
        change(data)
        if fix:
            data[4:8] = len(data).to_bytes(4, "little")
            data[9] = 0
            data[9] = -sum(data) & 0xFF
        self.write(table, bytes(data))


def node(name):
    """A pattern for a node of the source, with what is in it (one level of nesting)."""
    return r"^\t*%s \{(?:[^{}]|\{[^{}]*\})*\};\n" % name


def put(offset, data):
    """For Record.acpi: write bytes at an offset."""
    def change(table):
        table[offset:offset + len(data)] = data
    return change


def madt_without_last_gicc(table):
    at, last = 44, None
    while at < len(table):
        if table[at] == 0x0B:
            last = at
        at += table[at + 1]
    del table[last:last + table[last + 1]]
