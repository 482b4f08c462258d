# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that come and go, as udevd tells of them, without any device: udev's messages (libudev's own format on
NETLINK_KOBJECT_UEVENT, group 2), sent within a network namespace of our own, by root."""
import errno
import socket
import struct
import time

GROUP_UDEV = 2


def murmur2(text):
    """What libudev's filter of subsystems compares: MurmurHash2, 32 bits, seed 0."""
    m, h, i = 0x5bd1e995, len(text), 0
    while len(text) - i >= 4:
        k = struct.unpack_from("<I", text, i)[0] * m & 0xffffffff
        k = (k ^ k >> 24) * m & 0xffffffff
        h = (h * m & 0xffffffff) ^ k
        i += 4
    rest = text[i:]
    for n, byte in enumerate(rest):
        h ^= byte << 8 * n
    if rest:
        h = h * m & 0xffffffff
    h = (h ^ h >> 13) * m & 0xffffffff
    return h ^ h >> 15


def message(action, subsystem, path, number):
    properties = b"ACTION=%s\0DEVPATH=%s\0SUBSYSTEM=%s\0SEQNUM=%d\0" % (action, path, subsystem, number)
    return (struct.pack("=8s", b"libudev") + struct.pack(">I", 0xfeedcafe) + struct.pack("=III", 40, 40, len(properties)) +
            struct.pack(">IIII", murmur2(subsystem), 0, 0, 0) + properties)


def changes(n):
    """n events of devices that neither come nor go."""
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
    s.bind((0, 0))
    for i in range(n):
        s.sendto(message(b"change", b"net", b"/devices/virtual/net/eth0", i + 1), (0, GROUP_UDEV))


def storm(n):
    """16 network cards, with their places on the bus, plugged and unplugged: n events."""
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
    s.bind((0, 0))
    for i in range(1, n + 1):
        add, slot = i // 32 % 2 == 0, i // 2 % 16
        place = b"/devices/pci0000:00/0000:00:%02x.0" % slot
        # the place comes first and goes last
        if (i % 2 == 0) == add:
            text = message(b"add" if add else b"remove", b"pci", place, i)
        else:
            text = message(b"add" if add else b"remove", b"net", place + b"/virtio0/net/eth%d" % slot, i)
        while True:
            try:
                s.sendto(text, (0, GROUP_UDEV))
                break
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                time.sleep(0.001)
        if i % 200 == 0:
            time.sleep(0.002)
