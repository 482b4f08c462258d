# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian guests of a real Xen host (xenhost.py) that run a script of ours: what the cases xen* share.

    folder, image = tools_disk(work, "tools", guest.run_script(COMMANDS))   # a guest's xvdb, labelled VMSPEC
    host.create("a", [0, (1, "r"), 2])          # xvdc: what the script leaves in its folder, read by unpacked()
"""
import shutil
import subprocess
import tarfile

import guest

OPTIONS = "console=hvc0 panic=-1 init=/vmspec-init vmspec.out=/dev/xvdc "


def tools_disk(work, name, script):
    folder = work / name
    folder.mkdir()
    programs = guest.cross_build("arm64")
    for p in "vmspec-verify", "vmspecd":
        shutil.copy(programs / p, folder)
    (folder / "run").write_text(script)
    (folder / "run").chmod(0o755)
    image = work / (name + ".img")
    guest.sh("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", "VMSPEC", "-d", folder, image, "32M",
             stdout=subprocess.DEVNULL)
    return folder, image


def out_disk(work, name):
    path = work / ("out-" + name)
    with open(path, "wb") as f:
        f.truncate(32 << 20)
    return path


def unpacked(work, name, image):
    folder = work / ("seen-" + name)
    folder.mkdir()
    try:
        with tarfile.open(image) as tar:
            tar.extractall(folder)
    except tarfile.TarError:
        pass
    return folder
