# SPDX-License-Identifier: GPL-2.0-or-later
"""
Planted faults: each is done to a copy of a record and must flip the named checks
and no others. (What needs a flipped check is skipped or unknown with it, and says
so: that is not a flip of its own.)
"""

import os
import re
import shutil
import subprocess

from edit import madt_without_last_gicc, node, put

FAULTS = []


def fault(record, flips, profile="vmspec-2.0"):
    """`flips`: {check without VMSPEC-: status}, or "status: words" that its reason or advice must have."""
    def add(function):
        FAULTS.append((function.__name__, function.__doc__, record, profile, flips, function))
        return function
    return add


TABLES = "sys/firmware/acpi/tables/"
ONLINE = "sys/devices/system/cpu/online"
RTC = "sys/devices/platform/rtc-efi.0/rtc/rtc0/"
CONFIG = "boot/config-6.1.0-50-arm64"
MODULES = "usr/lib/modules/6.1.0-50-arm64/"


def clock_at_boot(r):
    return int(re.search(rb"setting system clock to .*\((\d+)\)", r.read(".vmspec/kmsg")).group(1))


def clock_set_to(r, seconds):
    r.write(RTC + "since_epoch", "%d\n" % seconds)


def kept_from_us(r, name):
    """As a record says that a file could not be read when it was made."""
    if os.path.lexists(r.path(name)):
        r.remove(name)
    os.symlink(".vmspec-unreadable/EACCES", r.path(name))


# ---- virtual firmware -----------------------------------------------------
@fault("gicv2-dt", {"EFI": "fail"})
def no_uefi(r):
    "direct kernel boot: no /sys/firmware/efi, no system table in the tree"
    r.remove("sys/firmware/efi")
    r.fdt((r"\t\tlinux,uefi-system-table = [^;]*;\n", ""))
    r.drop_lines(".vmspec/kmsg", r"efi:|Registered efivars|Remapping and enabling EFI")


@fault("gicv3-acpi", {"EFI-VERSION": "fail"})
def old_uefi(r):
    "UEFI 2.5"
    r.log(r"efi: EFI v2\.70", "efi: EFI v2.50")


@fault("gicv2-dt", {"EFI-VERSION": "fail"}, profile="vmspec-1.0")
def older_uefi(r):
    "UEFI 2.3.1, too old for 1.0 as well"
    r.log(r"efi: EFI v2\.70", "efi: EFI v2.31")


@fault("gicv3-acpi", {"EFI-RUNTIME": "unknown"})
def runtime_off(r):
    "the kernel was told not to use runtime services"
    r.log("Remapping and enabling EFI services.", "EFI runtime services will be disabled.")


@fault("gicv3-acpi", {"EFI-RUNTIME": "fail"})
def runtime_unmapped(r):
    "the firmware left no mapping of its runtime services"
    r.log("Remapping and enabling EFI services.",
          "UEFI virtual mapping missing or invalid -- runtime services will not be accessible")


@fault("gicv3-acpi", {"EFIVARIABLE": "fail"})
def no_variables(r):
    "efivarfs is mounted and empty"
    r.remove("sys/firmware/efi/efivars")
    r.write("sys/firmware/efi/efivars/x", "")
    r.remove("sys/firmware/efi/efivars/x")


@fault("gicv3-acpi", {"EFIVARIABLE": "unknown"})
def efivarfs_not_mounted(r):
    "nobody mounted efivarfs"
    no_variables(r)
    r.drop_lines("proc/self/mountinfo", "efivarfs")


def variables_that_fail(r, n, bad):
    r.remove("sys/firmware/efi/efivars")
    for i in range(n):
        name = "sys/firmware/efi/efivars/V%03d-8be4df61-93ca-11d2-aa0d-00e098032b8c" % i
        r.write(name, b"\7\0\0\0x")
        if i < bad:
            r.remove(name)
            os.symlink(".vmspec-unreadable/EIO", r.path(name))


@fault("gicv3-acpi", {"EFIVARIABLE": "fail"})
def no_variable_can_be_read(r):
    "GetVariable answers with an error, for every one"
    variables_that_fail(r, 20, 20)


@fault("gicv3-acpi", {"EFIVARIABLE": "unknown"})
def some_variables_can_not_be_read(r):
    "the first 64 of 114 can't be read, the others were not tried"
    variables_that_fail(r, 114, 64)


@fault("gicv3-acpi", {"EFI-RUNTIME": "unknown", "EFI-VERSION": "unknown", "EL1": "unknown"})
def runtime_perhaps_off_since_a_fault(r):
    "no log to be read, the device for the clock is there, and no variable can be read: faulted, or not"
    variables_that_fail(r, 20, 20)
    kept_from_us(r, ".vmspec/kmsg")


@fault("gicv3-acpi", {})
def efivars_bound_read_only(r):
    "no fault: this mount of efivarfs is read-only, the file system is not"
    r.sub("proc/self/mountinfo", r"efivars rw,relatime", "efivars ro,relatime")


VOLATILE = "sys/firmware/efi/efivars/RTStorageVolatile-b2ac5fc9-92b7-4acd-aeac-11e818c3130c"


@fault("gicv3-acpi", {"EFIVARIABLE-STORE": "fail"})
def store_on_the_esp(r):
    "the firmware says that its variables are to be kept in a file of the ESP"
    r.write(VOLATILE, b"\x06\0\0\0ubootefi.var\0")


@fault("gicv3-acpi", {"EFIVARIABLE-STORE": "fail: in the image: ubootefi.var"})
def store_on_the_esp_in_utf16(r):
    "the same, the file's name as UEFI writes text"
    r.write(VOLATILE, b"\x06\0\0\0" + "ubootefi.var\0".encode("utf-16le"))


@fault("gicv2-dt", {"EFIVARIABLE-STORE": "unknown"})
def store_not_to_be_seen(r):
    "no SetVariable at run time, and no ESP to look into"
    r.sub("proc/self/mountinfo", r"efivarfs rw$", "efivarfs ro")


@fault("uboot-dt", {"EFIVARIABLE-STORE": "pass"})
def store_elsewhere(r):
    "U-Boot, and an ESP without a store"
    r.write("boot/efi/EFI/BOOT/x", "")


@fault("uboot-dt", {"EFIVARIABLE-STORE": "fail"})
def store_of_uboot(r):
    "U-Boot keeps its variables on the ESP"
    store_elsewhere(r)
    r.write("boot/efi/ubootefi.var", "")


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_stands(r):
    "GetTime gives the same second for ever"
    r.write(RTC + "since_epoch", "1795217896\n")


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_before_2016(r):
    "GetTime says 2010"
    r.write(RTC + "since_epoch", "1262304000\n")


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_after_2100(r):
    "GetTime says 2262"
    r.write(RTC + "since_epoch", "9214646400\n")


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_not_offered(r):
    "no rtc-efi device although the kernel has the driver"
    r.remove("sys/class/rtc/rtc0")
    r.remove("sys/bus/platform/devices/rtc-efi.0")
    r.remove("sys/devices/platform/rtc-efi.0")
    r.drop_lines(".vmspec/kmsg", "rtc-efi")


@fault("gicv3-acpi", {"EFI-RTC": "unknown", "OS-EFI-RTC": "unknown"})
def clocks_that_are_not_shown(r):
    "the kernel has the driver, and /sys shows no class of clocks: that class is not shown, be it bound or not"
    r.remove("sys/class/rtc")


@fault("gicv3-acpi", {"EFI-RTC": "unknown", "OS-EFI-RTC": "fail"})
def clock_driver_missing(r):
    "no rtc-efi device, and the kernel was built without the driver"
    clock_not_offered(r)
    r.sub(CONFIG, "^CONFIG_RTC_DRV_EFI=y$", "# CONFIG_RTC_DRV_EFI is not set")


def clock_not_bound(r):
    """The device that the kernel makes is there, and no driver is bound."""
    r.remove("sys/class/rtc/rtc0")
    r.remove("sys/devices/platform/rtc-efi.0/rtc")
    r.remove("sys/devices/platform/rtc-efi.0/driver")
    r.drop_lines(".vmspec/kmsg", "rtc-efi")


@fault("gicv3-acpi", {"EFI-RTC": "fail: could not bind"})
def clock_answers_with_an_error(r):
    "the driver asked GetTime, and did not bind"
    clock_not_bound(r)


@fault("gicv3-acpi", {"EFI-RTC": "unknown", "OS-EFI-RTC": "fail"})
def clock_driver_not_loaded(r):
    "the driver is a module that nobody loaded"
    clock_not_bound(r)
    r.sub(CONFIG, "^CONFIG_RTC_DRV_EFI=y$", "CONFIG_RTC_DRV_EFI=m")


@fault("gicv3-acpi", {"EFI-RTC": "unknown", "OS-EFI-RTC": "unknown"})
def clock_driver_without_a_device(r):
    "the driver is a module, and the firmware gave the kernel no device to load it for"
    clock_not_offered(r)
    r.sub(CONFIG, "^CONFIG_RTC_DRV_EFI=y$", "CONFIG_RTC_DRV_EFI=m")


@fault("gicv3-acpi", {"EFI-RTC": "unknown: initcall_blacklist", "OS-EFI-RTC": "fail"})
def clock_driver_kept_from_starting(r):
    "the command line keeps the built-in driver from starting"
    clock_not_bound(r)
    r.write("proc/cmdline", r.read("proc/cmdline").decode().rstrip() + " initcall_blacklist=efi_rtc_driver_init\n")


@fault("gicv3-acpi", {"EFI-RTC": "unknown"})
def clock_of_an_old_kernel(r):
    "6.1 with an RT properties table: the device wants all four services for the time"
    clock_not_offered(r)
    r.log(r"(efi: SMBIOS 3\.0=\S+)", r"\1 RTPROP=0x7e575a98")


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_not_offered_to_a_new_kernel(r):
    "6.12 asks for GetTime and SetTime alone: no device, no GetTime"
    clock_of_an_old_kernel(r)
    kernel = "6.12.0-50-arm64"
    r.write("proc/sys/kernel/osrelease", kernel + "\n")
    r.write("boot/config-" + kernel, r.read(CONFIG))
    os.rename(r.path("usr/lib/modules/6.1.0-50-arm64"), r.path("usr/lib/modules/" + kernel))


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_hardly_moves(r):
    "ten seconds in an hour"
    r.write(".vmspec/uptime", "3600.0\n")
    clock_set_to(r, clock_at_boot(r) + 10)


@fault("gicv3-acpi", {"EFI-RTC": "fail"})
def clock_two_days_off(r):
    "two days behind a system clock that NTP keeps right"
    r.write(".vmspec/timex", "synchronized\n")
    r.write(".vmspec/clock", "%d\n" % (clock_at_boot(r) + 2 * 86400 + 100))


@fault("gicv3-acpi", {"EFI-RTC": "unknown"})
def clock_off_one_that_may_be_wrong(r):
    "two days behind a system clock that nobody keeps right"
    clock_two_days_off(r)
    r.write(".vmspec/timex", "unsynchronized\n")


def clock_with_the_kernels_help(r, uptime, behind):
    "Both clocks of a machine that runs for `uptime`, and NTP keeps the system's right."
    now = clock_at_boot(r) + uptime
    clock_set_to(r, now - behind)
    r.write(".vmspec/clock", "%d\n" % now)
    r.write(".vmspec/uptime", "%d.0\n" % uptime)
    r.write(".vmspec/timex", "synchronized\n")


@fault("gicv3-acpi", {})
def clock_that_follows(r):
    "no fault: the clock moved on with the uptime, and agrees"
    clock_with_the_kernels_help(r, 1200, 1)


@fault("gicv3-acpi", {"EFI-RTC": "unknown"})
def clock_that_may_stand_since_it_was_set(r):
    "NTP's kernel wrote it 9 minutes ago, and it is 9 minutes behind"
    clock_with_the_kernels_help(r, 1200, 540)


def log_without_a_reading(r):
    r.drop_lines(".vmspec/kmsg", "setting system clock")


@fault("gicv3-acpi", {"EFI-RTC": "unknown: may have been set a moment ago"})
def clock_that_was_years_off_and_set(r):
    "at boot the clock said 2020; a second ago hwclock --systohc set it, and it may stand since then"
    clock_with_the_kernels_help(r, 1200, 1)
    r.log(r"setting system clock to .*", "setting system clock to 2020-09-13T12:26:40 UTC (1600000000)")


@fault("gicv3-acpi", {"EFI-RTC": "unknown: may have been set a moment ago"})
def clock_that_stood_and_was_set(r):
    "it went on by a third of the uptime, and is right by the system clock, which nobody keeps"
    clock_with_the_kernels_help(r, 1200, 2)
    r.write(".vmspec/timex", "unsynchronized\n")
    r.write(".vmspec/uptime", "3600.0\n")


@fault("gicv3-acpi", {})
def clock_of_a_vm_that_was_paused_and_put_right(r):
    "no fault: paused for an hour, and NTP has set the system clock since"
    clock_with_the_kernels_help(r, 4800, 1)
    r.write(".vmspec/uptime", "1200.0\n")


@fault("gicv3-acpi", {})
def clock_of_a_vm_that_was_paused(r):
    "no fault: the clock went on while the guest and its system clock stood"
    clock_with_the_kernels_help(r, 1200, -3600)
    r.write(".vmspec/timex", "unsynchronized\n")


@fault("gicv3-acpi", {"EFI-RTC": "unknown: no time stamps"})
def clock_read_nobody_knows_when(r):
    "a log without time stamps: the clock went on by ten seconds in an hour of uptime"
    clock_hardly_moves(r)
    r.log(r"^\[ *[0-9.]+\] ", "")


@fault("gicv3-acpi", {"EFI-RTC": "unknown: every 11 minutes"})
def clock_that_was_perhaps_just_set(r):
    "no reading at boot, and a clock that the kernel itself writes agrees with the system's"
    clock_with_the_kernels_help(r, 1200, 0)
    log_without_a_reading(r)


@fault("gicv3-acpi", {})
def clock_that_nobody_writes(r):
    "no fault: no reading at boot, and a clock that nobody writes agrees after twenty minutes"
    clock_that_was_perhaps_just_set(r)
    r.write(".vmspec/timex", "unsynchronized\n")


@fault("gicv3-acpi", {"OS-EFI-RTC": "fail"})
def clock_set_by_another(r):
    "a PL031 of the image's choice set the system clock, the UEFI RTC keeps pace with it"
    now = clock_at_boot(r) + 100
    clock_set_to(r, now)
    r.write(".vmspec/clock", "%d\n" % now)
    r.write(".vmspec/uptime", "100.0\n")
    r.write(RTC + "hctosys", "0\n")
    r.log(r"rtc-efi rtc-efi\.0: setting system", "rtc-pl031 9010000.pl031: setting system")


@fault("gicv3-acpi", {"OS-EFI-RTC": "unknown"})
def clock_set_by_nobody(r):
    "CONFIG_RTC_HCTOSYS is not set"
    clock_set_by_another(r)
    r.drop_lines(".vmspec/kmsg", "setting system clock")
    r.sub(CONFIG, "^CONFIG_RTC_HCTOSYS=y$", "# CONFIG_RTC_HCTOSYS is not set")


@fault("gicv3-acpi", {"EFI-RUNTIME": "fail"})
def runtime_faulted(r):
    "a runtime service touched memory that is not its own (arm64, 6.2 and later)"
    r.append(".vmspec/kmsg", "[  900.000000] [Firmware Bug]: Unable to handle read from unreadable memory in "
                             "EFI runtime service\n")


@fault("gicv3-acpi", {"EFI-RUNTIME": "fail"})
def runtime_oops(r):
    "the same on an older kernel: an oops of the thread that calls the firmware"
    r.append(".vmspec/kmsg", "[  900.000000][  T101] Internal error: Oops: 96000004 [#1] SMP\n"
                             "[  900.000010][  T101] Workqueue: efi_rts_wq efi_call_rts\n")


@fault("gicv3-acpi", {"EL1": "fail"})
def downgraded_to_el1(r):
    "the CPUs came at EL2, and the kernel was told to use EL1"
    r.log(r"CPU: All CPU\(s\) started at EL1", "CPU: CPUs downgraded to EL1, HVC disabled")


@fault("gicv3-acpi", {"EL1": "fail"})
def started_at_el2(r):
    "the CPUs were handed over at EL2"
    r.log(r"started at EL1", "started at EL2")


# ---- hardware description --------------------------------------------------
@fault("gicv2-dt", {"EFI-DTB": "fail"})
def only_chosen(r):
    "the tree of the kernel's EFI stub"
    r.fdt((r"\A.*?(\t\tlinux,uefi-system-table = [^;]*;).*\Z",
           r"/dts-v1/;\n/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\tchosen {\n\1\n\t};\n};\n"))


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_the_boot_loader(r):
    "dtb= on the command line: the kernel's stub loaded a file"
    r.sub("proc/cmdline", r"root=LABEL", r"dtb=\\\\board.dtb root=LABEL")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_grub_on_the_esp(r):
    "the menu on the ESP names a tree, in a branch"
    r.write("boot/efi/EFI/debian/grub.cfg", "if true; then devicetree /x.dtb; fi\n")


def grub_sources(r, line, path):
    r.write("boot/grub/grub.cfg", "set default=0\n" + line + "\n")
    r.write(path, "menuentry x {\n\tdevicetree /x.dtb\n}\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_a_sourced_menu(r):
    "grub.cfg sources a menu in a folder of its own"
    grub_sources(r, "  source $prefix/more/extra.cfg", "boot/grub/more/extra.cfg")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_a_menu_on_the_esp(r):
    "the path is below the partition, not below the root"
    grub_sources(r, 'configfile "($esp)/EFI/debian/x/second.cfg"', "boot/efi/EFI/debian/x/second.cfg")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_a_menu_of_a_menu(r):
    "a sourced menu sources another"
    grub_sources(r, ". /etc/grub/a.cfg", "etc/grub/b.cfg")
    r.write("etc/grub/a.cfg", "if true; then source /etc/grub/b.cfg; fi\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_the_last_of_many_entries(r):
    "more entries than are looked at"
    for i in range(300):
        r.write("boot/loader/entries/%03d.conf" % i, "title x\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown: /boot/grub/grub.cfg"})
def tree_of_a_condition(r):
    "the command is quoted, and a condition"
    r.write("boot/grub/grub.cfg", "if ! 'devicetree' /x.dtb; then echo none; fi\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown: /boot/limine/limine.conf"})
def tree_of_limine(r):
    "Limine's menu names a tree"
    r.write("boot/limine/limine.conf", "/Linux\n    protocol: linux\n    dtb_path: boot():/x.dtb\n")


@fault("gicv2-dt", {})
def menus_without_a_tree(r):
    "no fault: a menu that sources what is not there, and one that sources itself"
    r.write("boot/grub/grub.cfg", "source $prefix/custom.cfg\nsource $prefix/own.cfg\n# devicetree /x.dtb\n")
    r.write("boot/grub/own.cfg", "source ${config_directory}/own.cfg\nsource $prefix/grub.cfg\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_overlaid_while_running(r):
    "an overlay by configfs: the tree that is shown is not the firmware's alone"
    r.write("sys/kernel/config/device-tree/overlays/spi/status", "applied\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_with_an_overlay(r):
    "a boot loader entry puts an overlay on the tree"
    r.write("efi/loader/entries/debian.conf", "title Debian\ndevicetree-overlay /x.dtbo\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_extlinux(r):
    "U-Boot's menu names a tree"
    r.write("boot/extlinux/extlinux.conf", "label l0\n\tlinux /vmlinuz\n\tFDT /x.dtb\n")


def boot_script(*commands):
    "A script of U-Boot's: the header of its images, then the text."
    text = "\n".join(commands).encode() + b"\n"
    return (b"\x27\x05\x19\x56" + bytes(8) + (len(text) + 8).to_bytes(4, "big") + bytes(12) + b"\x05\x16\x06\0" +
            b"boot".ljust(32, b"\0") + len(text).to_bytes(4, "big") + bytes(4) + text)


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/efi/boot.scr has commands for a device tree"})
def tree_of_a_boot_script(r):
    "U-Boot's script on the ESP loads a tree and hands it on"
    r.write("boot/efi/boot.scr", boot_script("load virtio 0:1 ${fdt_addr_r} board.bin",
                                             "bootefi ${kernel_addr_r} ${fdt_addr_r}"))


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/boot.scr.uimg"})
def tree_of_a_boot_script_by_address(r):
    "the script beside the kernel names no variable"
    r.write("boot/boot.scr.uimg", boot_script("load virtio 0:1 0x48000000 board.bin", "bootefi 0x40400000 0x48000000"))


@fault("uboot-dt", {"EFI-DTB": "unknown: could not be searched"})
def boot_script_kept_from_us(r):
    "a script that can't be read"
    kept_from_us(r, "boot/boot.scr")


@fault("uboot-dt", {})
def boot_script_without_a_tree(r):
    "no fault: the script starts an application with the tree that U-Boot runs with"
    r.write("boot/efi/boot.scr", boot_script("# no ${fdtfile} here", "setenv bootargs quiet",
                                             "load virtio 0:1 ${kernel_addr_r} EFI/BOOT/BOOTAA64.EFI",
                                             "bootefi ${kernel_addr_r} ${fdtcontroladdr}"))


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/efi/dtb/acme/board.dtb lies where U-Boot"})
def tree_of_distro_boot(r):
    "a tree where U-Boot looks for ${fdtfile}"
    r.write("boot/efi/dtb/acme/board.dtb", "")


@fault("uboot-dt", {"EFI-DTB": "unknown: /efi/BOARD.DTB"})
def tree_of_distro_boot_at_the_top(r):
    "the same at the top of the ESP, in a FAT file system's letters"
    r.write("efi/BOARD.DTB", "")


@fault("gicv2-dt", {"EFI-DTB": "unknown: /boot/dtbs/6.1.0-50-arm64/board.dtb lies where U-Boot, which may be",
                    "EFI-VERSION": "unknown"})
def tree_of_distro_boot_of_an_unnamed_firmware(r):
    "nobody names the firmware"
    r.write("boot/dtbs/6.1.0-50-arm64/board.dtb", "")
    r.drop_lines(".vmspec/kmsg", "efi: EFI v")
    for name in os.listdir(r.path("sys/firmware/efi/efivars")):
        if name.startswith("LoaderFirmware"):
            r.remove("sys/firmware/efi/efivars/" + name)
    r.remove("sys/class/dmi/id")


@fault("uboot-dt", {"EFI-DTB": "unknown: the ESP is not mounted"})
def tree_of_a_board_and_no_esp(r):
    "a board's tree, and its U-Boot may have found it on the ESP, which is not to be seen"
    r.fdt((r'^\tcompatible = "linux,dummy-virt"', '\tcompatible = "acme,board"'))


@fault("gicv2-dt", {})
def trees_of_boards_under_another_firmware(r):
    "no fault: EDK II runs no script of U-Boot's and looks for no tree"
    r.write("boot/efi/dtb/acme/board.dtb", "")
    r.write("boot/boot.scr", boot_script("load virtio 0:1 ${fdt_addr_r} x.dtb"))


LOADER_PART = "sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
GLOBAL = "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
TREE_PATH = b"\x04\x03\x14\0\xd5\x21\xb6\xb1\x9c\xf1\xa5\x41\x83\x0b\xd9\x15\x2c\x69\xaa\xe0"
RAMDISK_PATH = b"\x04\x03\x14\0\x27\xe4\x68\x55\xfc\x68\x3d\x4f\xac\x74\xca\x55\x52\x31\xcc\x68"
PARTITION, NETWORK, PATH_END = b"\x04\x01\x2a\0" + bytes(38), b"\x03\x0b\x25\0" + bytes(33), b"\x7f\xff\4\0"


def started_by_option(r, number, *paths, current=None):
    """UEFI's boot manager started Boot####; U-Boot writes each path with an end of its own."""
    def file(name):
        name = name.encode("utf-16le") + b"\0\0"
        return b"\x04\x04" + (4 + len(name)).to_bytes(2, "little") + name
    whole = b"".join(path + file("\\x%d" % i) + PATH_END for i, path in enumerate(paths))
    r.write("sys/firmware/efi/efivars/Boot%04X" % number + GLOBAL, b"\7\0\0\0" + b"\1\0\0\0" +
            len(whole).to_bytes(2, "little") + "Linux\0".encode("utf-16le") + whole)
    r.write("sys/firmware/efi/efivars/BootCurrent" + GLOBAL,
            b"\6\0\0\0" + (number if current is None else current).to_bytes(2, "little"))


@fault("uboot-dt", {"EFI-DTB": "unknown: Boot000A, the boot option that was started, has a path of a device tree"})
def tree_of_a_boot_option(r):
    "eficonfig put a tree behind the application and its ramdisk"
    started_by_option(r, 10, PARTITION, RAMDISK_PATH + PARTITION, TREE_PATH + PARTITION)


@fault("uboot-dt", {})
def boot_option_with_a_ramdisk(r):
    "no fault: no path of a tree"
    r.remove(LOADER_PART)
    started_by_option(r, 10, PARTITION, RAMDISK_PATH + PARTITION)


@fault("uboot-dt", {})
def boot_option_that_was_not_started(r):
    "no fault: another option than the one with a tree"
    started_by_option(r, 10, PARTITION, TREE_PATH + PARTITION, current=1)


@fault("gicv2-dt", {})
def boot_option_under_another_firmware(r):
    "no fault: EDK II takes the first path alone"
    started_by_option(r, 10, PARTITION, TREE_PATH + PARTITION)


@fault("uboot-dt", {"EFI-DTB": "unknown: BootCurrent"})
def boot_option_kept_from_us(r):
    "which option was started can't be read"
    kept_from_us(r, "sys/firmware/efi/efivars/BootCurrent" + GLOBAL)


@fault("uboot-dt", {"EFI-DTB": "unknown: nothing tells whether this boot came from a disk or the network"})
def started_from_nobody_knows(r):
    "U-Boot may have had a script by DHCP"
    r.remove(LOADER_PART)


@fault("uboot-dt", {"EFI-DTB": "unknown: this boot came from the network"})
def started_from_the_network_by_option(r):
    "the boot option's path is a network card"
    r.remove(LOADER_PART)
    started_by_option(r, 1, NETWORK)


@fault("uboot-dt", {"EFI-DTB": "unknown: this boot came from the network"})
def started_from_the_network_by_grub(r):
    "GRUB has the kernel from TFTP"
    r.remove(LOADER_PART)
    r.sub("proc/cmdline", r"root=LABEL", "BOOT_IMAGE=(tftp)/vmlinuz root=LABEL")
    r.write("boot/grub/grub.cfg", "linux /vmlinuz\n")


@fault("uboot-dt", {})
def started_from_a_disk_by_grub(r):
    "no fault: GRUB has the kernel from a disk"
    r.remove(LOADER_PART)
    r.sub("proc/cmdline", r"root=LABEL", "BOOT_IMAGE=(hd0,gpt2)/vmlinuz root=LABEL")
    r.write("boot/grub/grub.cfg", "linux /vmlinuz\n")


@fault("gicv2-dt", {})
def started_from_the_network_under_another_firmware(r):
    "no fault: EDK II runs no script"
    r.remove(LOADER_PART)
    started_by_option(r, 1, NETWORK)


def fit(r, path, more="", images=("kernel", "flat_dt"), **properties):
    "A flat image tree, as mkimage makes one."
    nodes = "".join('image-%d { type = "%s"; %s data = <%s>; };' % (
        i, kind, " ".join('%s = "%s";' % p for p in properties.items()), "0 " * 400) for i, kind in enumerate(images))
    source = "/dts-v1/; / { description = \"x\"; images { %s }; configurations { one { kernel = \"image-0\"; %s }; }; };"
    blob = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb"], input=(source % (nodes, more)).encode(),
                          check=True, capture_output=True).stdout
    r.write(path, blob)
    return blob


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/efi/image.fit is a FIT image that holds a device tree"})
def tree_of_a_fit_image(r):
    "U-Boot may have started a FIT image of the ESP"
    fit(r, "boot/efi/image.fit", os="linux")


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/vmlinux.bin is a FIT image"})
def tree_of_a_fit_image_of_any_name(r):
    "its name tells nothing"
    fit(r, "boot/vmlinux.bin", os="efi")


@fault("uboot-dt", {})
def fit_images_without_a_tree(r):
    "no fault: a kernel and a ramdisk; U-Boot itself, as its first stage loads it; a cut one; one under another firmware"
    fit(r, "boot/a.itb", images=("kernel", "ramdisk"))
    fit(r, "boot/u-boot.itb", images=("firmware", "flat_dt"), os="u-boot")
    whole = fit(r, "boot/c.itb")
    r.write("boot/c.itb", whole[:-300])


@fault("gicv2-dt", {})
def fit_image_under_another_firmware(r):
    "no fault: EDK II starts none"
    fit(r, "boot/efi/image.fit")


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/extlinux/extlinux.conf"})
def tree_of_a_fit_image_by_extlinux(r):
    "U-Boot's menu starts a configuration of a FIT image, wherever that lies"
    r.write("boot/extlinux/extlinux.conf", "label l0\n\tkernel /images/x.bin#conf-1\n")


@fault("uboot-dt", {"EFI-DTB": "unknown: /boot/boot.scr has commands"})
def tree_of_a_fit_image_by_script(r):
    "the script starts an image"
    r.write("boot/boot.scr", boot_script("load virtio 0:2 ${loadaddr} image", "bootm ${loadaddr}"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: /boot/grub/grub.cfg runs a command that only GRUB knows"})
def tree_of_a_variable(r):
    "the command is a variable's value"
    r.write("boot/grub/grub.cfg", "set d=devicetree\nmenuentry x {\n\tlinux /vmlinuz\n\t$d /x.dtb\n}\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown: only GRUB knows"})
def tree_of_a_variable_of_nobody(r):
    "no menu says what it is: GRUB's environment file may"
    r.write("boot/efi/EFI/debian/grub.cfg", 'load_env\nif true; then "${boot_cmd}" /x.dtb; fi\n')


@fault("gicv2-dt", {"EFI-DTB": "unknown: only GRUB knows"})
def tree_of_half_a_variable(r):
    "a part of the command is a variable"
    r.write("boot/grub/grub.cfg", "set d=tree\ntrue && device$d /x.dtb\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown: only GRUB knows"})
def tree_of_eval(r):
    "eval runs what a variable holds"
    r.write("boot/grub/grub.cfg", 'set line="devic"\neval "${line}etree /x.dtb"\n')


@fault("gicv2-dt", {"EFI-DTB": "unknown: has a devicetree line"})
def tree_of_a_quoted_half(r):
    "quotes inside the command"
    r.write("boot/grub/grub.cfg", "device't'ree /x.dtb\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown: sources a menu whose place only GRUB knows"})
def tree_of_a_menu_of_a_variable(r):
    "the place of a sourced menu is a variable's value"
    r.write("boot/grub/grub.cfg", "search --set=data --label DATA\nsource ($data)/more.cfg\n")


@fault("gicv2-dt", {})
def variables_that_are_other_commands(r):
    "no fault: live images have `linux` in a variable; a line that goes on; arguments, conditions, assignments"
    r.write("boot/grub/grub.cfg",
            'set linux=linux\nif [ "$grub_cpu" = x86_64 ]; then set linux="linuxefi"; fi\nset root=$dev saved="${chosen}"\n'
            "menuentry x $id {\n\t$linux /vmlinuz root=x \\\n\t$more quiet\n\tinitrd $x\n}\n# $d /x.dtb\n"
            "if loadfont $font ; then true; fi\nsource ${prefix}/a.cfg\nconfigfile ($root)/grub/b.cfg\n")
    r.write("boot/limine.conf", "${KERNEL}=boot():/x\n")
    r.write("efi/loader/entries/a.conf", "$x y\n")


@fault("gicv3-acpi", {"EFI-ACPI": "unknown: /boot/grub/grub.cfg has an acpi line"})
def acpi_tables_of_grub(r):
    "GRUB may have loaded tables in place of the firmware's"
    r.write("boot/grub/grub.cfg", "menuentry x {\n\tacpi -2 /boot/dsdt.aml\n\tlinux /vmlinuz\n}\n")


@fault("gicv3-acpi", {})
def acpi_menu_kept_from_us(r):
    "no fault: the menu is root's to read, and nothing is seen of that command"
    os.makedirs(r.path("boot/grub"))
    kept_from_us(r, "boot/grub/grub.cfg")


@fault("gicv3-acpi", {})
def acpi_esp_kept_from_us(r):
    "no fault: the same of the ESP"
    kept_from_us(r, "boot/efi")


@fault("gicv3-acpi", {"EFI-ACPI": "unknown: /boot/grub/more/extra.cfg has an acpi line"})
def acpi_tables_of_a_sourced_menu(r):
    "the menu sources another, in which the command is quoted"
    grub_sources(r, "source $prefix/more/extra.cfg", "boot/grub/more/extra.cfg")
    r.write("boot/grub/more/extra.cfg", "if true; then 'acpi' /x.aml; fi\n")


@fault("gicv3-acpi", {})
def acpi_and_no_menu_to_be_seen(r):
    "no fault: GRUB was here, and its menu is elsewhere"
    r.sub("proc/cmdline", r"root=LABEL", "BOOT_IMAGE=(tftp)/vmlinuz root=LABEL")


@fault("gicv2-dt", {})
def tree_of_a_vmm_and_no_menu_to_be_seen(r):
    "no fault: GRUB was here, and its menu is elsewhere; the tree is QEMU's own"
    r.sub("proc/cmdline", r"root=LABEL", "BOOT_IMAGE=/vmlinuz root=LABEL")


@fault("gicv2-dt", {"EFI-DTB": "unknown: GRUB started this kernel (BOOT_IMAGE=/vmlinuz), and none of its menus"})
def tree_and_no_menu_to_be_seen(r):
    "the same, and it is a board's tree"
    tree_of_a_vmm_and_no_menu_to_be_seen(r)
    tree_of_a_board_and_its_esp(r)


@fault("gicv2-dt", {})
def tree_and_a_menu_without_one(r):
    "no fault: GRUB was here, and its menu is to be seen"
    tree_and_no_menu_to_be_seen(r)
    r.write("boot/grub/grub.cfg", "menuentry x {\n\tlinux /vmlinuz\n}\n")


@fault("gicv3-acpi", {})
def acpi_in_other_lines_of_grub(r):
    "no fault: the module alone, a comment, the kernel's option"
    r.write("boot/grub/grub.cfg", "insmod acpi\n# acpi /x.aml\nmenuentry acpi {\n\tlinux /vmlinuz acpi on\n}\n")


@fault("gicv3-acpi", {})
def acpi_tables_of_the_ramdisk(r):
    "the kernel took a table from its initial ramdisk: in place of one that the firmware has published"
    r.log(r"(\[ +0\.000000\] )(ACPI: RSDP)", r"\1ACPI: Table Upgrade: override [DSDT-BOCHS -BXPC    ]\n\1\2")


@fault("gicv3-acpi", {"ACPI-COMPLETE": "unknown: the kernel replaced ACPI tables"})
def acpi_tables_overridden_and_no_log_of_it(r):
    "the log that told it is gone, the kernel's taint is not"
    r.write("proc/sys/kernel/tainted", "4352\n")


@fault("gicv3-acpi", {})
def taint_of_other_kinds(r):
    "no fault: modules from elsewhere, and a warning"
    r.write("proc/sys/kernel/tainted", "12800\n")


STUB_INFO = "sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"


def image_with(section):
    "The headers of a PE file with one section."
    return (b"MZ" + bytes(0x3a) + (0x40).to_bytes(4, "little") + b"PE\0\0" + b"\x64\xaa\x01\0" + bytes(16) +
            section.ljust(40, b"\0"))


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_an_addon(r):
    "systemd-stub takes a tree from an addon beside the image"
    r.write(STUB_INFO, b"\x06\0\0\0s\0")
    r.write("efi/EFI/Linux/debian.efi", image_with(b".linux"))
    r.write("efi/EFI/Linux/debian.efi.extra.d/board.addon.efi", image_with(b".dtb"))


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_an_image_not_seen(r):
    "systemd-stub was here, the image that it is part of is not to be seen"
    r.write(STUB_INFO, b"\x06\0\0\0s\0")


@fault("gicv2-dt", {"EFI-DTB": "unknown: efivarfs shows no variable", "EFIVARIABLE": "unknown"})
def tree_of_a_board_and_no_variables(r):
    "efivarfs is not mounted: which boot loader was there does not show"
    r.fdt((r'^\tcompatible = "linux,dummy-virt"', '\tcompatible = "acme,board"'))
    shutil.rmtree(r.path("sys/firmware/efi/efivars"))
    os.makedirs(r.path("sys/firmware/efi/efivars"))
    r.drop_lines("proc/self/mountinfo", "efivarfs")


@fault("gicv2-dt", {"EFIVARIABLE": "unknown"})
def tree_of_a_board_and_no_variables_but_a_menu(r):
    "no fault of the tree's: there is a menu that names none"
    tree_of_a_board_and_no_variables(r)
    r.write("efi/loader/entries/debian.conf", "title Debian\nlinux /vmlinuz\n")


@fault("gicv2-dt", {"EFI-DTB": "unknown"})
def tree_of_an_image_elsewhere(r):
    "systemd-stub was here, and what is on the ESP is a boot loader"
    r.write(STUB_INFO, b"\x06\0\0\0s\0")
    r.write("efi/EFI/BOOT/BOOTAA64.EFI", image_with(b".text"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: /efi/EFI/acme/linux.efi carries a device tree"})
def tree_of_an_image_of_a_vendor(r):
    "the image lies in a vendor's folder"
    r.write(STUB_INFO, b"\x06\0\0\0s\0")
    r.write("efi/EFI/BOOT/BOOTAA64.EFI", image_with(b".linux"))
    r.write("efi/EFI/acme/linux.efi", image_with(b".dtb"))


def started_by_stub(r, path):
    r.write(STUB_INFO, b"\x06\0\0\0s\0")
    r.write(STUB_INFO.replace("StubInfo", "StubImageIdentifier"), b"\x06\0\0\0" + (path + "\0").encode("utf-16le"))
    r.write("efi/EFI/Linux/other.efi", image_with(b".linux"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: /efi/boot/mine.efi carries a device tree"})
def tree_of_an_image_that_the_stub_names(r):
    "another unified image lies where they lie, and was not started"
    started_by_stub(r, "\\boot\\mine.efi")
    r.write("efi/boot/mine.efi", image_with(b".dtb"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: started /boot/mine.efi, which is not to be seen"})
def tree_of_an_image_that_is_gone(r):
    "the image that was started is not to be seen, another one is"
    started_by_stub(r, "\\boot\\mine.efi")


@fault("gicv2-dt", {"EFI-DTB": "unknown: StubImageIdentifier-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f could not be searched"})
def tree_of_an_image_whose_name_is_kept_from_us(r):
    "which image was started can't be read, another one is to be seen"
    started_by_stub(r, "\\boot\\mine.efi")
    kept_from_us(r, STUB_INFO.replace("StubInfo", "StubImageIdentifier"))


@fault("gicv2-dt", {})
def image_that_the_stub_names_without_a_tree(r):
    "no fault: the image that was started carries none"
    started_by_stub(r, "\\EFI\\Linux\\other.efi")


@fault("gicv2-dt", {"EFI-DTB": "unknown: /efi/EFI/systemd/drivers/dtbloaderaa64.efi"})
def tree_of_a_driver(r):
    "systemd-boot loads a driver that publishes a tree"
    r.write("efi/EFI/systemd/drivers/dtbloaderaa64.efi", image_with(b".text"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: systemd-boot, by an entry on it, may have loaded that tree"})
def tree_of_a_board_and_no_esp_under_another_firmware(r):
    "a board's tree, systemd-boot, and its entries are not to be seen"
    r.fdt((r'^\tcompatible = "linux,dummy-virt"', '\tcompatible = "acme,board"'))


@fault("gicv2-dt", {})
def tree_of_a_board_and_its_esp(r):
    "no fault: the entries are there to be seen, and drivers for file systems"
    tree_of_a_board_and_no_esp_under_another_firmware(r)
    r.write("efi/loader/entries/debian.conf", "title Debian\nlinux /vmlinuz\n")
    r.write("efi/EFI/systemd/drivers/ext4aa64.efi", image_with(b".text"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: /boot/vmlinuz-6.1.0-50-arm64 carries a device tree"})
def tree_of_the_kernels_own_file(r):
    "a board's tree, and the kernel that GRUB started has stubble in front of it, with trees of boards"
    tree_and_a_menu_without_one(r)
    r.write("boot/vmlinuz-6.1.0-50-arm64", image_with(b".dtbauto"))


@fault("gicv2-dt", {})
def tree_of_a_vmm_and_stubble(r):
    "no fault: the same kernel in a virtual machine, whose tree is none of those"
    r.write("boot/vmlinuz-6.1.0-50-arm64", image_with(b".dtbauto"))


@fault("gicv2-dt", {})
def tree_of_a_board_and_another_kernels_file(r):
    "no fault: a kernel that was not booted has trees in its file"
    tree_and_a_menu_without_one(r)
    r.write("boot/vmlinuz-6.1.0-50-arm64", image_with(b".linux"))
    r.write("boot/vmlinuz-6.1.0-51-arm64", image_with(b".dtbauto"))


@fault("uboot-dt", {})
def tree_of_bhyve(r):
    "no fault: bhyve starts its guests by U-Boot, and its tree is its own"
    r.fdt((r'^\tcompatible = "linux,dummy-virt"', '\tcompatible = "freebsd,bhyve"'))


@fault("gicv2-dt", {"EFI-DTB": "unknown: Using DTB from command line"})
def tree_of_a_command_line_that_is_gone(r):
    "a serial console saw the kernel's stub take it"
    r.write(".vmspec/kmsg", b"EFI stub: Using DTB from command line\n" + r.read(".vmspec/kmsg"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: /boot/more.cfg has a devicetree line"})
def tree_of_an_extracted_menu(r):
    "entries are extracted from another menu"
    grub_sources(r, "extract_entries_configfile /boot/more.cfg", "boot/more.cfg")


@fault("gicv2-dt", {"EFI-DTB": "unknown: kexec"})
def tree_handed_on_by_a_kernel(r):
    "kexec: another kernel stands between the firmware and this one"
    r.fdt((r"^(\tchosen \{)", r"\1 linux,booted-from-kexec;"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: two CPUs have the MPIDR 0x0"})
def two_cpus_of_one_reg(r):
    "the second CPU has the MPIDR of the first: Linux leaves it alone"
    r.fdt((r"(cpu@1 \{(?:(?!\};).)*?)reg = <0x0*1>", r"\1reg = <0x00>"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: a CPU has no reg"})
def cpu_without_reg(r):
    "a CPU without an MPIDR"
    r.fdt((r"(cpu@1 \{(?:(?!\};).)*?)reg = <0x0*1>;", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: names no virtual interrupt",
                    "TIMER": "fail: no interrupt of the virtual timer is described"})
def timer_of_shared_interrupts(r):
    "the timer's interrupts are SPIs, which no CPU has of its own"
    r.fdt((r"(\ttimer \{.*?)interrupts = <[^>]*>;",
           r"\1interrupts = <0 13 0x104 0 14 0x104 0 11 0x104 0 10 0x104>;"))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "unknown", "ENUMERATION": "unknown"})
def tables_that_are_not_shown(r):
    "a kernel that runs by ACPI, and an empty folder of tables"
    r.remove(TABLES)
    r.write(TABLES + "x", "")
    r.remove(TABLES + "x")


@fault("gicv2-dt", {})
def tree_for_root_alone(r):
    "no fault: the blob can't be read, what the kernel made of it can"
    kept_from_us(r, "sys/firmware/fdt")


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def tree_for_root_alone_without_psci(r):
    "a node that the folders lack, too"
    tree_for_root_alone(r)
    r.remove("sys/firmware/devicetree/base/psci")


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def no_enable_method(r):
    "neither the FADT's PSCI nor a mailbox in the MADT starts the second CPU"
    r.acpi("FACP", put(129, bytes(2)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def two_cpus_of_one_mpidr(r):
    "the second CPU has the MPIDR of the first"
    r.acpi("APIC", lambda t: put(t.rindex(bytes([0x0b, 80])) + 68, bytes(8))(t))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def spcr_without_address(r):
    "SPCR gives the console no address"
    r.acpi("SPCR", put(44, bytes(8)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def dbg2_without_address(r):
    "DBG2 gives its only device no address"
    r.acpi("DBG2", put(70, bytes(8)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def gicd_without_address(r):
    "MADT gives the distributor no address"
    def change(table):
        at = 44
        while table[at] != 0x0C:
            at += table[at + 1]
        table[at + 8:at + 16] = bytes(8)
    r.acpi("APIC", change)


@fault("xen-domu-uefi-acpi", {"EFI-ACPI": "fail"})
def no_acpi(r):
    "the firmware publishes no ACPI 2.0 table"
    r.write("sys/firmware/efi/systab", "SMBIOS3=0x7fed0000\n")
    r.remove("sys/firmware/acpi")
    r.drop_lines(".vmspec/kmsg", r"ACPI: [A-Z]{4} 0x")
    r.log(r"ACPI 2\.0=0x[0-9a-f]* ", "")


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def secondary_cpu_without_method(r):
    "a CPU that did not boot the machine has no enable-method"
    r.fdt((r"(cpu@1 \{(?:(?!\};).)*?)\t*enable-method = [^;]*;\n", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def cpu_method_of_nobody(r):
    "an enable-method that Linux has no code for"
    r.fdt((r"(cpu@1 \{(?:(?!\};).)*?enable-method = )[^;]*;", r'\1"magic";'))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def spin_table_without_address(r):
    "spin-table, and nowhere to release the CPU from"
    r.fdt((r"(cpu@1 \{(?:(?!\};).)*?enable-method = )[^;]*;", r'\1"spin-table";'))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def uart_without_address(r):
    "the UART has no registers"
    r.fdt((r"(pl011@9000000 \{(?:(?!\};).)*?)\t*reg = [^;]*;\n", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def uart_of_no_bytes(r):
    "an address of the UART that has no size"
    r.fdt((r"(pl011@9000000 \{(?:(?!\};).)*?reg = )<[^>]*>", r"\1<0 0x9000000 0 0>"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def gic_without_address(r):
    "the GIC has no registers"
    r.fdt((r"(intc@8000000 \{(?:(?!\};|\{).)*?)\t*reg = [^;]*;\n", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: names no function that starts a CPU"})
def psci_of_old_without_functions(r):
    "PSCI 0.1 leaves the numbers of its functions to the tree, which has none"
    r.fdt((r"(\tpsci \{.*?compatible = )[^;]*;", r'\1"arm,psci";'),
          (r"(\tpsci \{.*?)\t*cpu_on = [^;]*;\n", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: no interrupt-controller"})
def gic_that_controls_nothing(r):
    "Linux looks for that property before it takes a GIC"
    r.fdt((r"(intc@8000000 \{(?:(?!\};|\{).)*?)\t*interrupt-controller;\n", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: interrupts have no interrupt-parent"})
def interrupts_without_a_parent(r):
    "the root names no interrupt-parent"
    r.fdt((r"^\tinterrupt-parent = [^;]*;\n", ""))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: no bus that has an address"})
def buses_without_addresses(r):
    "PCI and virtio-mmio without registers"
    r.fdt((node("platform-bus@c000000"), ""), (r"(pcie@10000000 \{(?:(?!\};).)*?)\t*reg = [^;]*;\n", r"\1"),
          (r"(virtio_mmio@[0-9a-f]+ \{(?:(?!\};).)*?)\t*reg = [^;]*;\n", r"\1"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def no_psci_node(r):
    "enable-method is psci, and there is no /psci"
    r.fdt((node("psci"), ""))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail", "TIMER": "fail: no interrupt of the virtual timer is described"})
def no_timer_node(r):
    "no timer is described"
    r.fdt((node("timer"), ""))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def dangling_interrupt_parent(r):
    "the UART's clock is a phandle that nothing has"
    r.fdt((r"(pl011@9000000 \{.*?clocks = <)0x[0-9a-f]+", r"\g<1>0x7777"))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def no_console_node(r):
    "stdout-path leads nowhere"
    r.fdt((r'stdout-path = "[^"]*"', 'stdout-path = "/nothing@0"'))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail"})
def no_buses(r):
    "neither PCI nor virtio-mmio nor another bus is described"
    r.fdt((node(r"virtio_mmio@[0-9a-f]+"), ""), (node("pcie@10000000"), ""), (node("platform-bus@c000000"), ""))


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: names no virtual interrupt",
                    "TIMER": "fail: no interrupt of the virtual timer is described"})
def timer_without_virtual_ppi(r):
    "the tree names the physical timer's interrupts alone; what the log says of the virtual one is another boot's"
    r.fdt((r"(\ttimer \{.*?)interrupts = <[^>]*>;", r"\1interrupts = <1 13 0x104 1 14 0x104>;"))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: GTDT names no virtual timer",
                      "TIMER": "fail: no interrupt of the virtual timer is described"})
def gtdt_without_virtual_gsiv(r):
    "the virtual timer's GSIV is 0"
    r.acpi("GTDT", put(64, bytes(4)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: no GTDT", "TIMER": "fail: no interrupt of the virtual timer is described"})
def no_gtdt(r):
    "ACPI tables that lack the timer's"
    r.remove(TABLES + "GTDT")


@fault("gicv2-dt", {})
def virtual_timer_on_another_ppi(r):
    "no fault: PPI 4 in the tree and in /proc/interrupts"
    r.fdt((r"(\ttimer \{.*?)interrupts = <[^>]*>;",
           r"\1interrupts = <1 13 0x104 1 14 0x104 1 4 0x104 1 10 0x104>;"))
    r.sub("proc/interrupts", r"GIC-0  27", "GIC-0  20")


GIC_REG = r"(intc@8000000 \{(?:(?!\};|\{).)*?)reg = <[^>]*>;"


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: no address of its CPU interface"})
def gicv2_distributor_alone(r):
    "the GICv2 has one region"
    r.fdt((GIC_REG, r"\1reg = <0 0x8000000 0 0x10000>;"))


def gicv3_in_tree(r, *regions, more=""):
    r.fdt((r'compatible = "arm,cortex-a15-gic"', 'compatible = "arm,gic-v3"'),
          (GIC_REG, r"\1reg = <%s>;%s" % (" ".join(regions), more)))
    r.sub("proc/interrupts", "GIC-0 ", "GICv3 ")


DISTRIBUTOR, REDISTRIBUTORS = "0 0x8000000 0 0x10000", "0 0x80a0000 0 0xf60000"


@fault("gicv2-dt", {})
def gicv3_whole(r):
    "no fault: what the ones below are compared with"
    gicv3_in_tree(r, DISTRIBUTOR, REDISTRIBUTORS)


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: no address of its redistributors"})
def gicv3_distributor_alone(r):
    "a GICv3 without redistributors"
    gicv3_in_tree(r, DISTRIBUTOR)


@fault("gicv2-dt", {"FDT-COMPLETE": "fail: no address of its redistributors"})
def gicv3_one_region_of_two(r):
    "#redistributor-regions tells of one more than there are"
    gicv3_in_tree(r, DISTRIBUTOR, REDISTRIBUTORS, more=" #redistributor-regions = <2>;")


def madt_structures(table):
    """(offset, type) of each."""
    at = 44
    while at < len(table):
        yield at, table[at]
        at += table[at + 1]


def madt_without_redistributors(table, version=3, own=bytes(8)):
    """`own`: where the GICCs say that their own is."""
    for at, kind in madt_structures(table):
        if kind == 0x0c:
            table[at + 20] = version
        elif kind == 0x0e:
            table[at] = 0x7f
        elif kind == 0x0b:
            table[at + 60:at + 68] = own


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: MADT describes no GIC redistributor"})
def madt_of_a_distributor_alone(r):
    "a GICv3 without redistributors"
    r.acpi("APIC", madt_without_redistributors)


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: MADT describes no GIC redistributor"})
def madt_of_redistributors_of_no_size(r):
    "the region of the redistributors has no length"
    r.acpi("APIC", lambda t: [put(at + 12, bytes(4))(t) for at, kind in list(madt_structures(t)) if kind == 0x0e])


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: MADT describes no GIC redistributor"})
def madt_of_a_redistributor_of_another_cpu(r):
    "only a GICC that is not enabled names its redistributor"
    def change(table):
        madt_without_redistributors(table)
        at = next(at for at, kind in madt_structures(table) if kind == 0x0b)
        one = bytearray(table[at:at + table[at + 1]])
        one[12:16], one[60:68] = bytes(4), b"\0\0\x0a\x08\0\0\0\0"
        table.extend(one)
    r.acpi("APIC", change)


def gicv5_in_madt(r, address):
    def change(table):
        for at, kind in list(madt_structures(table)):
            if kind in (0x0c, 0x0d, 0x0e, 0x0f):
                table[at] = 0x7f
        table.extend(bytes([0x1c, 32]) + bytes(14) + address.to_bytes(8, "little") + bytes(8))
    r.acpi("APIC", change)
    r.acpi("GTDT", put(64, b"\x1b\0\0\x20"))
    r.sub("proc/interrupts", "GICv3  27", "GICv5-PPI  27")
    r.sub("proc/interrupts", "GICv3 ", "GICv5-SPI ")


@fault("gicv3-acpi", {})
def gicv5_by_acpi(r):
    "no fault: an interrupt routing service in place of a distributor, and the timer's GSIV of type PPI"
    gicv5_in_madt(r, 0x8000000)


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: interrupt routing service no address"})
def gicv5_by_acpi_without_address(r):
    "the interrupt routing service has no address"
    gicv5_in_madt(r, 0)


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: GSIV 40, is no PPI"})
def gtdt_of_a_shared_interrupt(r):
    "the virtual timer's GSIV is an SPI"
    r.acpi("GTDT", put(64, b"\x28"))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: the debugger's channel (DCC)"})
def spcr_of_the_dcc(r):
    "SPCR names no UART"
    r.acpi("SPCR", put(36, b"\x0f"))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: is not in memory"})
def spcr_in_io_space(r):
    "SPCR's address is an I/O port, as on a PC"
    r.acpi("SPCR", put(40, b"\x01"))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: ends before the bus that it begins with"})
def mcfg_backwards(r):
    "buses 16 to 1"
    r.acpi("MCFG", put(54, b"\x10\x01"))


@fault("gicv3-acpi", {})
def madt_with_redistributors_in_gicc(r):
    "no fault: each CPU's structure names its own"
    r.acpi("APIC", lambda t: madt_without_redistributors(t, own=b"\0\0\x0a\x08\0\0\0\0"))


def gicv2_in_madt(r, interface):
    def change(table):
        madt_without_redistributors(table, version=2)
        for at, kind in madt_structures(table):
            if kind == 0x0b:
                table[at + 32:at + 40] = interface
    r.acpi("APIC", change)
    r.sub("proc/interrupts", "GICv3", "GIC-0")


@fault("gicv3-acpi", {})
def madt_of_a_gicv2(r):
    "no fault: what the one below is compared with"
    gicv2_in_madt(r, b"\0\0\x01\x08\0\0\0\0")


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: CPU interface no address"})
def madt_of_a_gicv2_without_interface(r):
    "no GICC gives the GICv2's CPU interface an address"
    gicv2_in_madt(r, bytes(8))


@fault("gicv3-acpi", {})
def madt_of_a_gicv2_with_interface_in_header(r):
    "no fault: the MADT's Local Interrupt Controller Address counts where no GICC gives one (ACPI 6.5, 5.2.12.14)"
    gicv2_in_madt(r, bytes(8))
    r.acpi("APIC", put(36, b"\0\0\x01\x08"))


@fault("gicv3-acpi", {})
def madt_of_an_unnamed_version(r):
    "no fault: version 0 of the GICD is found out at the hardware"
    r.acpi("APIC", lambda t: [put(at + 20, b"\0")(t) for at, kind in list(madt_structures(t)) if kind == 0x0c])


@fault("gicv3-acpi", {})
def cpus_that_are_not_fitted(r):
    "no fault: disabled structures, all with UID 0 and MPIDR 0"
    def change(table):
        at = next(at for at, kind in madt_structures(table) if kind == 0x0b)
        one = bytearray(table[at:at + table[at + 1]])
        one[8:16] = one[68:76] = bytes(8)
        table.extend(bytes(one) * 6)
    r.acpi("APIC", change)


@fault("gicv3-acpi", {})
def madt_of_acpi_6_5(r):
    "no fault: GICCs of 82 bytes"
    def change(table):
        whole = bytearray(table[:44])
        whole[8] = 6
        for at, kind in madt_structures(table):
            one = bytearray(table[at:at + table[at + 1]])
            if kind == 0x0b:
                one += bytes(82 - len(one))
                one[1] = 82
            whole += one
        table[:] = whole
    r.acpi("APIC", change)


@fault("gicv3-acpi", {})
def gtdt_of_acpi_6_3(r):
    "no fault: 104 bytes and a watchdog"
    def change(table):
        table.extend(bytes(8))
        table[88:96] = (1).to_bytes(4, "little") + len(table).to_bytes(4, "little")
        table.extend(bytes([1, 28, 0]) + bytes(25))
    r.acpi("GTDT", change)


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: MCFG names no address"})
def mcfg_without_address(r):
    "MCFG gives its only region no address"
    r.acpi("MCFG", put(44, bytes(8)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail: an SPCR has 80 or more"})
def spcr_too_short(r):
    "a firmware's SPCR of 60 bytes, and its header says so"
    r.acpi("SPCR", lambda t: t.__delitem__(slice(60, None)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "unknown: empty or cut short"})
def spcr_cut_short(r):
    "the file ends before what the header says: the kernel gives no such file, so its end was not read"
    r.write(TABLES + "SPCR", r.read(TABLES + "SPCR")[:60])


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def fadt_checksum(r):
    "one bit of the FADT"
    r.acpi("FACP", put(60, b"\x01"), fix=False)


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def fadt_too_old(r):
    "FADT 5.0 has no ARM_BOOT_ARCH"
    r.acpi("FACP", lambda t: (put(8, b"\x05")(t), put(131, b"\x00")(t)))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def fadt_not_hw_reduced(r):
    "HW_REDUCED_ACPI is not set"
    r.acpi("FACP", lambda t: put(114, bytes([t[114] & ~0x10]))(t))


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def no_spcr(r):
    "no SPCR"
    r.remove(TABLES + "SPCR")


@fault("gicv3-acpi", {"ACPI-COMPLETE": "unknown"})
def dbg2_cut_short(r):
    "the DBG2 is shorter than its header says, as the kernel never gives it"
    r.write(TABLES + "DBG2", r.read(TABLES + "DBG2")[:60])


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def dbg2_of_no_length(r):
    "the DBG2's header says fewer bytes than a DBG2 has"
    r.acpi("DBG2", put(4, b"\x20\0\0\0"), fix=False)


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def no_mcfg(r):
    "PCIe without MCFG"
    r.remove(TABLES + "MCFG")


@fault("gicv3-acpi", {"ACPI-COMPLETE": "fail"})
def madt_subtable_of_length_zero(r):
    "the MADT's last structure is 0 bytes long"
    def change(t):
        at = last = 44
        while at < len(t):
            at, last = at + t[at + 1], at
        t[last + 1] = 0
    r.acpi("APIC", change)


@fault("xen-domu-uefi-acpi", {"HWDESC-AGREE": "fail"})
def descriptions_disagree(r):
    "ACPI says another virtual timer interrupt than the tree"
    r.acpi("GTDT", put(64, b"\x1c"))


# ---- platform --------------------------------------------------------------
@fault("gicv3-acpi", {"ENUMERATION": "fail"})
def cpu_not_described(r):
    "two CPUs run, the MADT knows one"
    r.acpi("APIC", madt_without_last_gicc)


@fault("gicv3-acpi", {"ENUMERATION": "fail"})
def network_card_from_nowhere(r):
    "a platform device without description has a network card"
    r.write("sys/devices/platform/board.0/net/eth0/uevent", "INTERFACE=eth0\n")
    import os
    os.symlink("../../devices/platform/board.0/net/eth0", r.path("sys/class/net/eth0"))


@fault("xen-domu-direct", {})
def network_card_for_a_guest(r):
    "no fault: Xen's control domain has an interface for each network card of its guests"
    r.write("sys/devices/vif-1-0/net/vif1.0/uevent", "INTERFACE=vif1.0\n")
    os.symlink("../../bus/xen-backend", r.path("sys/devices/vif-1-0/subsystem"))
    os.symlink("../../devices/vif-1-0/net/vif1.0", r.path("sys/class/net/vif1.0"))


def no_uart(r):
    r.remove("sys/class/tty/ttyAMA0")
    r.remove("proc/tty/driver/ttyAMA")
    r.drop_lines("proc/consoles", "ttyAMA")


@fault("gicv3-acpi", {"OS-SBSA-UART": "fail: amba-pl011, which is built in"})
def uart_not_driven(r):
    "SPCR names an SBSA UART, and the kernel drives none"
    no_uart(r)


@fault("gicv3-acpi", {"OS-SBSA-UART": "fail: boot without initcall_blacklist=pl011_init"})
def uart_kept_from_its_driver(r):
    "the command line keeps the driver from starting"
    no_uart(r)
    r.sub("proc/cmdline", r"root=LABEL", "initcall_blacklist=pl011_init root=LABEL")


@fault("gicv3-acpi", {"OS-SBSA-UART": "fail: load the module amba-pl011"})
def uart_driver_not_loaded(r):
    "the driver is a module"
    no_uart(r)
    r.sub(CONFIG, "^CONFIG_SERIAL_AMBA_PL011=y$", "CONFIG_SERIAL_AMBA_PL011=m")
    r.drop_lines(MODULES + "modules.builtin", "amba-pl011")
    r.append(MODULES + "modules.dep", "kernel/drivers/tty/serial/amba-pl011.ko:\n")


@fault("gicv3-acpi", {"OS-DRIVER-PL011": "fail", "OS-DRIVER-SBSA-UART": "fail", "OS-SBSA-UART": "skip"})
def no_uart_driver(r):
    "the kernel has no PL011 driver: the UART is described, so the hypervisor owes nothing"
    r.sub(CONFIG, "^CONFIG_SERIAL_AMBA_PL011=y$", "# CONFIG_SERIAL_AMBA_PL011 is not set")
    r.drop_lines(CONFIG, "CONFIG_SERIAL_AMBA_PL011_CONSOLE=y")
    r.drop_lines(MODULES + "modules.builtin", "amba-pl011")
    r.drop_lines(".vmspec/kmsg", "AMBA PL011|ttyAMA0")
    r.drop_lines("proc/interrupts", "uart-pl011")
    no_uart(r)


@fault("gicv3-acpi", {"OS-SBSA-UART": "fail"})
def uart_16550(r):
    "SPCR and DBG2 name a 16550, and there is no ttyAMA"
    def change(t):
        t[36] = 0x12
    r.acpi("SPCR", change)
    r.acpi("DBG2", lambda t: put(int.from_bytes(t[36:40], "little") + 14, b"\x12\x00")(t))
    r.remove("sys/bus/acpi/devices/ARMH0011:00")
    no_uart(r)


@fault("gicv2-dt", {"CONSOLE": "fail"}, profile="vmspec-1.0")
def no_console(r):
    "a 16550, no console of the three kinds"
    r.fdt((r'compatible = "arm,pl011(\\0|", ")arm,primecell"', 'compatible = "ns16550a"'))
    no_uart(r)


def virtio_console_of(r, virtio, pci):
    """The second virtio device is a console, without a driver."""
    no_console(r)
    at = "sys/devices/platform/4010000000.pcie/pci0000:00/0000:00:02.0/"
    r.write(at + "device", pci + "\n")
    r.remove(at + "virtio1/driver")
    r.write(at + "virtio1/device", virtio + "\n")


@fault("gicv2-dt", {"CONSOLE": "unknown: there is a virtio console"}, profile="vmspec-1.0")
def virtio_console_without_driver(r):
    "a virtio console is there, which this kernel has no driver for: the hypervisor owes none"
    virtio_console_of(r, "0x0003", "0x1003")


@fault("gicv2-dt", {"CONSOLE": "unknown: there is a virtio console"}, profile="vmspec-1.0")
def virtio_console_without_transport(r):
    "the same, and virtio-pci is missing too: what is left is the PCI function"
    virtio_console_of(r, "0x0003", "0x1043")
    r.remove("sys/bus/virtio/devices/virtio1")


@fault("gicv2-dt", {"CONSOLE": "unknown: /sys/bus/virtio/devices"}, profile="vmspec-1.0")
def virtio_device_that_can_not_be_told(r):
    "no console is at work, and what one of the virtio devices is can't be read"
    virtio_console_of(r, "0x0003", "0x1003")
    kept_from_us(r, "sys/devices/platform/4010000000.pcie/pci0000:00/0000:00:02.0/virtio1/device")


@fault("gicv3-acpi", {"GIC": "unknown"})
def gic_versions_disagree(r):
    "MADT says GICv2, the kernel drives a GICv3"
    def change(t):
        at = 44
        while t[at] != 0x0C:
            at += t[at + 1]
        t[at + 20] = 2
    r.acpi("APIC", change)


@fault("gicv2-dt", {"GIC-CPUS": "fail"}, profile="vmspec-1.0")
def nine_cpus_on_gicv2(r):
    "nine CPUs on a GICv2"
    r.write(ONLINE, "0-8\n")
    more = "".join("\t\tcpu@%x {\n\t\t\tdevice_type = \"cpu\";\n\t\t\tcompatible = \"arm,cortex-a57\";\n"
                   "\t\t\tenable-method = \"psci\";\n\t\t\treg = <0x%x>;\n\t\t};\n\n" % (n, n) for n in range(2, 9))
    r.fdt((r"^\tcpus \{\n((?:\t\t[^\n{}]*;\n)*)", "\tcpus {\n\\1\n" + more))


@fault("gicv3-acpi", {"TIMER": "fail"})
def no_arch_timer(r):
    "no arch_timer interrupt"
    r.drop_lines("proc/interrupts", "arch_timer")


@fault("gicv3-acpi", {"TIMER": "fail: its interrupt never came"})
def timer_that_never_ticked(r):
    "the row is there, and another timer is at work"
    r.sub("proc/interrupts", r"^( *10:) +\d+ +\d+", r"\1          0          0")


@fault("gicv3-acpi", {"TIMER": "unknown"})
def no_interrupt_ever(r):
    "no row counted at all: these are not the machine's own"
    r.sub("proc/interrupts", r"^( *\d+:) +\d+ +\d+", r"\1          0          0")


CLOCKSOURCE = "sys/devices/system/clocksource/clocksource0/"


@fault("gicv2-dt", {"TIMER": "fail"})
def no_clocksource(r):
    "arch_sys_counter is not there: the kernel fell back to jiffies"
    r.write(CLOCKSOURCE + "current_clocksource", "jiffies\n")
    r.write(CLOCKSOURCE + "available_clocksource", "jiffies \n")


@fault("gicv2-dt", {"TIMER": "unknown"})
def other_clocksource(r):
    "somebody chose jiffies by sysfs; arch_sys_counter is there"
    r.write(CLOCKSOURCE + "current_clocksource", "jiffies\n")


@fault("gicv3-acpi", {"EL1": "fail"})
def timer_of_another_boot_at_el2(r):
    "the log says that a kernel at EL2 uses its own timer, the interrupt that counts is the virtual one's: either will do"
    started_at_el2(r)
    r.log(r"running at 62.50MHz \(virt\)", "running at 62.50MHz (phys)")


@fault("gicv3-acpi", {"TIMER": "unknown"})
def timer_of_another_boot(r):
    "the log says virtual, the interrupt that counts is the physical timer's by the GTDT"
    r.sub("proc/interrupts", r"GICv3  27", "GICv3  30")


@fault("gicv3-acpi", {"TIMER": "unknown", "ACPI-COMPLETE": "unknown"})
def timer_of_another_boot_no_table(r):
    "the same, and the GTDT can't be read"
    r.sub("proc/interrupts", r"GICv3  27", "GICv3  30")
    kept_from_us(r, TABLES + "GTDT")


@fault("gicv3-acpi", {"TIMER": "unknown", "ACPI-COMPLETE": "unknown"})
def timer_number_alone(r):
    "INTID 26, no word in the log, the GTDT can't be read: 26 may mean anything"
    r.sub("proc/interrupts", r"GICv3  27", "GICv3  26")
    r.drop_lines(".vmspec/kmsg", "arch_timer")
    kept_from_us(r, TABLES + "GTDT")


def at_el2(r):
    r.log(r"All CPU\(s\) started at EL1", "All CPU(s) started at EL2")
    r.log(r"cp15 timer\(s\) running at ([0-9.]+MHz) \(virt\)", r"cp15 timer running at \1 (phys)")


@fault("gicv3-acpi", {"TIMER": "fail", "EL1": "fail", "ACPI-COMPLETE": "fail"})
def no_virtual_timer_at_el2(r):
    "a kernel at EL2, and the GTDT names no virtual timer: it had no choice"
    at_el2(r)
    r.sub("proc/interrupts", r"GICv3  27", "GICv3  26")
    r.acpi("GTDT", put(64, b"\x00"))


@fault("gicv3-acpi", {"EL1": "fail"})
def timer_of_el2(r):
    "a kernel at EL2 uses EL2's timer; the GTDT names the virtual one as well: no fault of the timer"
    at_el2(r)
    r.sub("proc/interrupts", r"GICv3  27", "GICv3  26")


@fault("gicv2-dt", {"TIMER": "unknown"})
def chosen_clocksource(r):
    "the guest was told to use jiffies, the counter is there"
    r.sub("proc/cmdline", r"root=LABEL", "clocksource=jiffies root=LABEL")
    r.write(CLOCKSOURCE + "current_clocksource", "jiffies\n")


@fault("gicv3-acpi", {"PSCI": "fail"})
def cpu_on_not_supported(r):
    "CPU_ON answers NOT_SUPPORTED"
    r.write(ONLINE, "0\n")
    r.log(r".*CPU1: Booted secondary.*\n", "[    0.061473] psci: failed to boot CPU1 (-95)\n")


@fault("gicv3-acpi", {"PSCI": "fail"})
def version_not_supported(r):
    "PSCI_VERSION answers -1, which the kernel prints as a version"
    r.log("psci: PSCIv1.1 detected", "psci: PSCIv65535.65535 detected")


def second_cpu(line):
    def change(r):
        r.write(ONLINE, "0\n")
        r.log(r".*CPU1: Booted secondary.*\n", line + "\n")
    return change


for at, line in enumerate((
        "[    0.061473][    T1] CPU1: failed to come online",
        "<2>[    0.061473] CPU1: failed to come online\\n<3>CPU1: failed in unknown state : 0x0",
        "CPU1: failed to boot: -110", "kern  :err   : [    0.061473] psci: failed to boot CPU1 (-22)",
        "Nov 20 23:38:16 host kernel: CPU1: failed to come online",
        "2026-11-20T23:38:16.123456+00:00 host kernel: CPU1: failed to come online")):
    change = second_cpu(line)
    change.__name__, change.__doc__ = "second_cpu_%d" % at, line
    fault("gicv3-acpi", {"PSCI": "fail"})(change)


@fault("gicv3-acpi", {})
def cpu_that_the_kernel_gave_up(r):
    "no fault of PSCI: the CPU ran kernel code, and the kernel parked it"
    second_cpu("[    0.061473] CPU1: failed to come online\\n[    0.0615] CPU1: is stuck in kernel")(r)


@fault("gicv3-acpi", {"PSCI": "unknown"})
def cpu_offline(r):
    "a CPU is offline, and nothing says why"
    r.write(ONLINE, "0\n")
    r.drop_lines(".vmspec/kmsg", "CPU1: Booted secondary")


@fault("gicv3-acpi", {})
def cpu_not_plugged_in(r):
    "no fault: the second CPU may come by hot-plug, and is not there yet (6.11 and later: present, and not enabled)"
    cpu_offline(r)
    r.write("sys/devices/system/cpu/enabled", "0\n")


@fault("gicv2-dt", {"PSCI": "fail"})
def old_psci(r):
    "PSCI 0.1"
    r.log(r"PSCIv1\.1 detected", "PSCIv0.1 detected")


@fault("gicv3-acpi", {"HOTPLUG": "pass"})
def pciehp_interrupt(r):
    "the PCIe hot-plug driver has an interrupt"
    r.write("proc/interrupts", r.read("proc/interrupts").decode() +
            " 51:          1          0   ITS-MSI 49152 Edge      PCIe PME, aerdrv, PCIe bwctrl, pciehp\n")


@fault("gicv3-acpi", {"HOTPLUG": "fail"})
def no_hotplug(r, option=""):
    "neither a port nor a slot, and the kernel would show both"
    for folder in "sys/bus/pci_express/devices", "sys/bus/pci/slots":
        os.makedirs(r.path(folder), exist_ok=True)
    r.sub("proc/cmdline", r"\n", option + "\n")


@fault("gicv3-acpi", {})
def hotplug_by_acpi_turned_off(r):
    "the same, and the kernel was told not to show slots of ACPI; unknown is what it is in this record"
    no_hotplug(r, " acpiphp.disable=1")


@fault("gicv3-acpi", {"HOTPLUG": "fail"})
def hotplug_by_acpi_told_nothing(r):
    "an empty value, which the kernel refuses"
    no_hotplug(r, " acpiphp.disable=")


@fault("gicv3-acpi", {"HOTPLUG": "fail"})
def hotplug_by_acpi_left_on(r):
    "the last word counts"
    no_hotplug(r, " acpiphp.disable acpiphp.disable=0")


@fault("gicv3-acpi", {"HOTPLUG": "fail"})
def hotplug_by_acpi_left_to_init(r):
    "what follows -- is init's"
    no_hotplug(r, " -- acpiphp.disable=1")


@fault("gicv2-dt", {"HOTPLUG": "fail"})
def no_hotplug_by_device_tree(r):
    "the firmware published a device tree alone, and no port can"
    no_hotplug(r)


@fault("gicv2-dt", {"EFI-ACPI": "pass", "ACPI-COMPLETE": "unknown", "OS-ACPI": "fail"})
def hotplug_by_acpi_not_used(r):
    "the same, and ACPI tables too, by which this kernel does not run; unknown is what it is in this record"
    no_hotplug(r)
    r.append("sys/firmware/efi/systab", "ACPI20=0x7f1e0018\n")


@fault("xen-domu-direct", {"HOTPLUG": "fail"})
def no_xen_bus(r):
    "not Xen, and no PCI"
    r.write("sys/hypervisor/type", "other\n")
    r.write("proc/consoles", "tty0                 -WU (E  p  )    4:1\n")


# ---- guest OS --------------------------------------------------------------
@fault("gicv2-dt", {"OS-EFI": "fail: look in the kernel log", "EFIVARIABLE": "unknown"})
def efi_code_that_ended(r):
    "the log greets EFI, and the kernel shows none: it was not built without"
    r.remove("sys/firmware/efi")


@fault("gicv2-dt", {"OS-EFI-RTC": "fail"})
def time_from_pl031(r):
    "the kernel set its clock from another RTC"
    r.write(RTC + "hctosys", "0\n")
    r.log(r"rtc-efi rtc-efi\.0: setting system clock", "rtc-pl031 9010000.pl031: setting system clock")
    # no reading at boot is left in the log: the system clock and an uptime stand in for it
    r.write(".vmspec/uptime", "100.0\n")
    r.write(".vmspec/clock", "1795218078\n")


@fault("gicv2-dt", {"OS-DRIVER-GICV3": "fail"})
def no_gicv3_driver(r):
    "the kernel has no GICv3 driver"
    r.sub(CONFIG, "^CONFIG_ARM_GIC_V3=y$", "# CONFIG_ARM_GIC_V3 is not set")


@fault("gicv3-acpi", {"OS-DRIVER-GICV2": "fail"})
def no_gicv2_driver(r):
    "the kernel has no GICv2 driver"
    r.sub(CONFIG, "^CONFIG_ARM_GIC=y$", "# CONFIG_ARM_GIC is not set")


@fault("gicv3-acpi", {"OS-DRIVER-XEN-CONSOLE": "fail"})
def no_xen_console_driver(r):
    "the kernel has no Xen console"
    r.sub(CONFIG, "^CONFIG_HVC_XEN=y$", "# CONFIG_HVC_XEN is not set")


@fault("gicv3-acpi", {"OS-DRIVER-VIRTIO-NET": "fail"})
def no_virtio_net_driver(r):
    "virtio-net is neither built in nor a module"
    r.sub(CONFIG, "^CONFIG_VIRTIO_NET=m$", "# CONFIG_VIRTIO_NET is not set")
    r.drop_lines(MODULES + "modules.dep", r"^kernel/drivers/net/virtio_net\.ko:")


@fault("gicv3-acpi", {"OS-DRIVER-XEN-NET": "unknown"})
def xen_net_module_gone(r):
    "a module that is not installed: only the ramdisk, which is not in the record, could hold it"
    r.drop_lines(MODULES + "modules.dep", r"^kernel/drivers/net/xen-netfront\.ko:")


@fault("uboot-dt", {"OS-DRIVER-VIRTIO-BALLOON": "fail"})
def no_balloon_driver(r):
    "no virtio balloon driver"
    r.sub(CONFIG, "^CONFIG_VIRTIO_BALLOON=m$", "# CONFIG_VIRTIO_BALLOON is not set")
    r.drop_lines(MODULES + "modules.dep", r"^kernel/drivers/virtio/virtio_balloon\.ko:")


@fault("gicv3-acpi", {"OS-DRIVER-VIRTIO-SCSI": "fail"})
def no_virtio_scsi_driver(r):
    "virtio SCSI is neither built in nor a module"
    r.sub(CONFIG, "^CONFIG_SCSI_VIRTIO=m$", "# CONFIG_SCSI_VIRTIO is not set")
    r.drop_lines(MODULES + "modules.dep", r"^kernel/drivers/scsi/virtio_scsi\.ko:")


@fault("gicv2-dt", {"OS-DRIVER-PL011": "fail", "OS-DRIVER-SBSA-UART": "fail"})
def pl011_without_its_console(r):
    "the UART's driver was built without its console: both rows speak of that driver"
    r.sub(CONFIG, "^CONFIG_SERIAL_AMBA_PL011_CONSOLE=y$", "# CONFIG_SERIAL_AMBA_PL011_CONSOLE is not set")


# The drivers that the root file system may need are unknown in these records, which have no ramdisk.
IN_RAMDISK = ("block/virtio_blk block/xen-blkfront virtio/virtio_mmio virtio/virtio_pci "
              "virtio/virtio_pci_legacy_dev virtio/virtio_pci_modern_dev scsi/virtio_scsi scsi/scsi_mod "
              "scsi/scsi_common").split()
EARLY = ["VIRTIO-PCI", "VIRTIO-MMIO", "VIRTIO-BLK", "VIRTIO-SCSI", "XEN-BLK"]


def early(status="pass", **others):
    """What becomes of them; unknown is what they are without a ramdisk."""
    becomes = {name: others.get(name.replace("-", "_"), status) for name in EARLY}
    return {"OS-DRIVER-" + name: status for name, status in becomes.items() if status != "unknown"}


def ramdisk(r, without=(), more="", where="/boot/efi/debian/initrd"):
    r.write(".vmspec/initrd", where + "\n\tentries 900\n" + more + "".join(
        f"\tmodule usr/lib/modules/6.1.0-50-arm64/kernel/drivers/{m}.ko\n" for m in IN_RAMDISK if m not in without))


@fault("gicv3-acpi", early())
def whole_ramdisk(r):
    "no fault: what the ones below are compared with"
    ramdisk(r)


@fault("gicv3-acpi", early(XEN_BLK="fail"))
def ramdisk_without_a_driver(r):
    "read to its end, and the module is not there"
    ramdisk(r, without=["block/xen-blkfront"])


@fault("gicv3-acpi", early(VIRTIO_PCI="fail"))
def ramdisk_without_a_dependency(r):
    "virtio_pci without a module that it needs (modules.dep) cannot be loaded"
    ramdisk(r, without=["virtio/virtio_pci_modern_dev"])


@fault("gicv3-acpi", early(VIRTIO_SCSI="fail"))
def ramdisk_without_a_dependency_of_a_dependency(r):
    "virtio_scsi needs scsi_mod, which needs scsi_common"
    ramdisk(r, without=["scsi/scsi_common"])


@fault("gicv3-acpi", early(XEN_BLK="unknown"))
def ramdisk_with_a_file_system_inside(r):
    "dracut's squash: what is not outside may be inside"
    ramdisk(r, without=["block/xen-blkfront"], more="\tblocked EXDEV holds a file system of its own (squashfs, x)\n")


def cpio(modules):
    archive = b""
    for name in [f"usr/lib/modules/6.1.0-50-arm64/kernel/drivers/{m}.ko" for m in modules] + ["TRAILER!!!"]:
        data = b"" if name == "TRAILER!!!" else b"\x7fELF"
        fields = [0, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        archive += b"070701" + b"".join(b"%08X" % n for n in fields) + name.encode() + b"\0"
        archive += bytes(-len(archive) % 4) + data
    return archive


def ramdisk_on_disk(r):
    "One that is read where it lies, without a driver that is asked for."
    r.write("boot/initrd.img-6.1.0-50-arm64", cpio(["fs/fat"]))
    r.sub("proc/cmdline", r"initrd=\S+ ?", "")


@fault("gicv3-acpi", early("fail"))
def ramdisk_on_disk_without_drivers(r):
    "what the one below is compared with"
    ramdisk_on_disk(r)


@fault("gicv3-acpi", early("fail"))
def ramdisk_beside_a_file_for_the_esp(r):
    "no folder, so that no ramdisk is in it that could not be looked at"
    ramdisk_on_disk(r)
    r.write("efi", "x")
    r.write("etc/kernel/entry-token", "debian\n")


def ramdisk_on_disk_and_no_uefi(r, log=""):
    no_uefi(r)
    ramdisk_on_disk(r)
    size = len(r.read("boot/initrd.img-6.1.0-50-arm64"))
    r.log(r"Freeing initrd memory: \d+K", f"Freeing initrd memory: {log or size // 4096 * 4}K")


@fault("gicv2-dt", {"EFI": "fail", **early("fail")})
def ramdisk_on_disk_of_the_length_that_was_booted(r):
    "no UEFI, and the kernel's log has that much of a ramdisk"
    ramdisk_on_disk_and_no_uefi(r)


@fault("gicv2-dt", {"EFI": "fail"})
def ramdisk_of_the_host(r):
    "the hypervisor loaded the kernel and a ramdisk of its own, of another length"
    ramdisk_on_disk_and_no_uefi(r, "24576")


@fault("gicv2-dt", {"EFI": "fail"})
def ramdisk_of_the_host_without_a_log(r):
    "the same, and nothing tells its length"
    ramdisk_on_disk_and_no_uefi(r)
    r.drop_lines(".vmspec/kmsg", "Freeing initrd memory")


@fault("gicv3-acpi", early("fail"))
def ramdisk_beside_the_kernel_of_grub(r):
    "what the one below is compared with"
    ramdisk_on_disk(r)
    r.sub("proc/cmdline", r"root=LABEL", "BOOT_IMAGE=/vmlinuz-6.1.0-50-arm64 root=LABEL")


@fault("gicv3-acpi", {})
def ramdisk_and_entries_kept_from_us(r):
    "a boot loader's entries can't be read, and may name another ramdisk; unknown is what it is in this record"
    ramdisk_beside_the_kernel_of_grub(r)
    os.makedirs(r.path("boot/loader"))
    kept_from_us(r, "boot/loader/entries")


@fault("gicv3-acpi", early("fail"))
def ramdisk_of_grub_and_esp_kept_from_us(r):
    "no other fault: entries on an ESP that is root's to look into are not GRUB's"
    ramdisk_beside_the_kernel_of_grub(r)
    kept_from_us(r, "boot/efi")


TABLES_OF_LPIS = "GICv3: Using preallocated redistributor tables"


def started_by_a_kernel(r):
    r.log(r"(\[ +0\.000000\] )(.*GICv3: .*)", r"\1\2\n\1" + TABLES_OF_LPIS)


@fault("gicv3-acpi", {"EFI-DTB": "unknown: another kernel started this one (kexec: \"" + TABLES_OF_LPIS})
def ramdisk_of_another_kernel(r):
    "kexec: the kernel before chose it, and what is in /boot says nothing (in this record it is unknown)"
    ramdisk_on_disk(r)
    started_by_a_kernel(r)
    r.log(r"Freeing initrd memory: \d+K", "Freeing initrd memory: 24576K")


@fault("gicv3-acpi", {"EFI-DTB": "unknown: kexec", **early("fail")})
def ramdisk_of_another_kernel_from_boot(r):
    "the same, and it is as long as the one in /boot"
    ramdisk_on_disk(r)
    started_by_a_kernel(r)
    size = len(r.read("boot/initrd.img-6.1.0-50-arm64"))
    r.log(r"Freeing initrd memory: \d+K", f"Freeing initrd memory: {size // 4096 * 4}K")


@fault("gicv3-acpi", {"EFI-DTB": "unknown: /chosen/linux,booted-from-kexec"})
def stub_handed_on_by_a_kernel(r):
    "nothing but /chosen, and which tree the kernel before had is not to be seen"
    r.fdt((r"^(\tchosen \{)", r"\1 linux,booted-from-kexec;"))


@fault("gicv2-dt", {"EFI-DTB": "unknown: /chosen/linux,usable-memory-range"})
def tree_of_a_crash_kernel(r):
    "the kernel that looks into the crash of another"
    r.fdt((r"^(\tchosen \{)", r"\1 linux,usable-memory-range = <0 0x40000000 0 0x8000000>;"))


@fault("gicv3-acpi", {})
def ramdisk_of_the_host_through_uefi(r):
    "EDK II was given kernel and ramdisk by the host, and /boot has a file of that name"
    ramdisk_on_disk(r)
    r.write("boot/initrd", r.read("boot/initrd.img-6.1.0-50-arm64"))
    r.sub("proc/cmdline", r"\n", " initrd=initrd\n")


@fault("gicv3-acpi", {})
def ramdisk_of_another_boot_than_this(r):
    "systemd-stub started an image that is not to be seen, so with another ramdisk than this one"
    ramdisk_on_disk(r)
    r.write(STUB_INFO, b"\x06\0\0\0s\0")


def unified_image(release, modules):
    "A unified kernel image with these modules in its ramdisk; without .uname where `release` is None."
    parts = {".linux": b"kernel", ".initrd": cpio(modules)}
    if release:
        parts[".uname"] = release.encode()
    at, rows, data = 1024, b"", b""
    for name, payload in parts.items():
        rows += name.encode().ljust(8, b"\0") + b"".join(
            n.to_bytes(4, "little") for n in (len(payload), 0, len(payload), at + len(data))) + bytes(16)
        data += payload
    head = (b"MZ" + bytes(0x3a) + (0x40).to_bytes(4, "little") + b"PE\0\0" + b"\x64\xaa" + len(parts).to_bytes(2, "little") +
            bytes(16) + rows)
    return head.ljust(at, b"\0") + data


def ramdisk_of_the_started_image(r, release=None, without=(), stub="\\EFI\\Linux\\mine.efi", where="efi/EFI/Linux/mine.efi"):
    "Beside a ramdisk of the same release in /boot, which lacks all of them, and an entry of a boot loader that names it."
    ramdisk_on_disk(r)
    r.write("boot/loader/entries/a.conf", "linux /vmlinuz-6.1.0-50-arm64\ninitrd /initrd.img-6.1.0-50-arm64\n")
    r.write(STUB_INFO, b"\x06\0\0\0s\0")
    r.write(STUB_INFO.replace("StubInfo", "StubImageIdentifier"), b"\x06\0\0\0" + (stub + "\0").encode("utf-16le"))
    r.write(where, unified_image(release, [m for m in IN_RAMDISK if m not in without]))


@fault("gicv3-acpi", early())
def ramdisk_of_a_started_image_without_uname(r):
    "the image that systemd-stub names says no release, and is the one that was started all the same"
    ramdisk_of_the_started_image(r)


@fault("gicv3-acpi", early(XEN_BLK="fail"))
def ramdisk_of_a_started_image_without_a_driver(r):
    "it lies in a vendor's folder, and its ramdisk was read to its end"
    ramdisk_of_the_started_image(r, "6.1.0-50-arm64", ["block/xen-blkfront"], "\\EFI\\acme\\mine.efi", "boot/efi/EFI/acme/mine.efi")


@fault("gicv3-acpi", early(XEN_BLK="unknown"))
def ramdisk_of_a_started_image_with_an_addon(r):
    "an addon of systemd-stub may bring what the image lacks"
    ramdisk_of_the_started_image(r, without=["block/xen-blkfront"])
    r.write("efi/EFI/Linux/mine.efi.extra.d/more.addon.efi", image_with(b".initrd"))


@fault("gicv3-acpi", {})
def ramdisk_of_a_started_image_of_another_release(r):
    "the file was replaced since"
    ramdisk_of_the_started_image(r, "6.1.0-51-arm64")


@fault("gicv3-acpi", {})
def ramdisk_of_a_started_image_that_is_gone(r):
    "neither what lies in /boot nor another image of that release was booted"
    ramdisk_of_the_started_image(r, "6.1.0-50-arm64", IN_RAMDISK, "\\EFI\\Linux\\other.efi")


@fault("gicv3-acpi", {})
def ramdisk_that_is_not_the_one(r):
    "a kernel that cannot unpack zstd was not booted with it, whatever is in it"
    r.sub(CONFIG, "^CONFIG_RD_ZSTD=y$", "# CONFIG_RD_ZSTD is not set")
    ramdisk(r, without=["block/xen-blkfront"], more="\tpacked zstd\n")


@fault("gicv3-acpi", early())
def ramdisk_as_lz4_that_kernels_know(r):
    "no fault: what the one below is compared with"
    r.write("boot/initrd.img-6.1.0-50-arm64", subprocess.run(["lz4", "-lc"], input=cpio(IN_RAMDISK), capture_output=True, check=True).stdout)
    r.sub("proc/cmdline", r"initrd=\S+ ?", "")


@fault("gicv3-acpi", {})
def ramdisk_as_lz4_that_no_kernel_knows(r):
    "the frame that lz4 makes unless it is told otherwise: the kernel looks for the older one alone"
    ramdisk_as_lz4_that_kernels_know(r)
    r.write("boot/initrd.img-6.1.0-50-arm64", subprocess.run(["lz4", "-c"], input=cpio(IN_RAMDISK), capture_output=True, check=True).stdout)


@fault("gicv3-acpi", early(XEN_BLK="unknown"))
def second_ramdisk_inside_the_kernel(r):
    "CONFIG_INITRAMFS_SOURCE: nobody sees what is in it"
    r.sub(CONFIG, '^CONFIG_INITRAMFS_SOURCE=""$', 'CONFIG_INITRAMFS_SOURCE="/rootfs.cpio"')
    ramdisk(r, without=["block/xen-blkfront"])


@fault("gicv3-acpi", early(XEN_BLK="unknown"))
def module_where_nobody_looks(r):
    "a script of the ramdisk may load it from there, or not"
    ramdisk(r, without=["block/xen-blkfront"], more="\tmodule opt/xen-blkfront.ko\n")


@fault("gicv3-acpi", early(VIRTIO_SCSI="unknown"))
def ramdisk_of_which_there_may_be_more(r):
    "ostree's: the root lies behind virtio_pci, so its dependency was there; of virtio_scsi nothing says so"
    ramdisk(r, without=["virtio/virtio_pci_modern_dev", "scsi/scsi_common"])
    r.append(".vmspec/initrd", "loose\n")


@fault("gicv3-acpi", {"OS-DRIVER-" + n: "unknown" for n in ("VIRTIO-CONSOLE", "VIRTIO-NET", "VIRTIO-BALLOON", "XEN-NET")})
def next_kernels_modules(r):
    "upgraded and not rebooted: a module that is not at work is no verdict"
    r.write("usr/lib/modules/6.1.0-51-arm64/modules.dep", r.read(MODULES + "modules.dep"))
    r.remove(MODULES)


@fault("xen-domu-direct", {"OS-DRIVER-PL011": "pass", "OS-DRIVER-SBSA-UART": "pass", "OS-DRIVER-XEN-BALLOON": "pass"})
def functions_of_the_kernel(r):
    "no configuration: /proc/kallsyms names what is built in"
    r.write("proc/kallsyms", "0000000000000000 t pl011_console_setup\n0000000000000000 T balloon_set_new_target\n")


@fault("xen-domu-direct", {"OS-DRIVER-PL011": "pass", "OS-DRIVER-SBSA-UART": "pass", "OS-DRIVER-XEN-BALLOON": "pass"})
def functions_of_a_kernel_by_clang(r):
    "the same, with what link-time optimization puts behind their names"
    r.write("proc/kallsyms", "0000000000000000 t pl011_console_setup.llvm.8741\n"
            "0000000000000000 T balloon_set_new_target.cfi\n0000000000000000 t netfront_probes\n")


NO_CONFIG = dict.fromkeys(["OS-DRIVER-" + d for d in ("VIRTIO-CONSOLE", "XEN-CONSOLE", "VIRTIO-NET", "VIRTIO-BALLOON",
                                                      "XEN-NET", "XEN-BALLOON")], "unknown")


@fault("gicv3-acpi", NO_CONFIG | {"OS-DRIVER-VIRTIO-PCI": "pass", "OS-DRIVER-VIRTIO-BLK": "pass"})
def kernel_without_modules(r):
    "neither modules nor a configuration: what is at work is built in"
    r.remove(CONFIG)
    r.remove(MODULES)
    r.remove("proc/modules")


@fault("gicv3-acpi", {})
def modules_that_are_hidden(r):
    "no fault: the configuration makes a module of it, so the list is only not shown"
    r.remove("proc/modules")


@fault("gicv3-acpi", NO_CONFIG | {"TIMER": "unknown"})
def kernel_whose_modules_are_not_shown(r):
    "the same where /proc shows processes alone: no interrupts, no list of modules"
    kernel_without_modules(r)
    r.remove("proc/interrupts")


@fault("gicv2-dt", {"VBSA-V_L1TM_01": "fail"}, profile="vbsa-1.0")
def vbsa_timer_interrupts_by_name(r):
    """the tree names the timers' interrupts, and the physical one is not among them"""
    r.fdt((r"(\ttimer \{.*?)interrupts = <[^>]*>;",
           r'\1interrupts = <1 11 0x104 1 10 0x104>;\n\t\tinterrupt-names = "virt", "hyp-phys";'))


@fault("gicv2-dt", {}, profile="vbsa-1.0")
def vbsa_timer_interrupts_in_another_order(r):
    """the names say which interrupt is whose, not the places"""
    r.fdt((r"(\ttimer \{.*?)interrupts = <[^>]*>;",
           r'\1interrupts = <1 14 0x104 1 11 0x104>;\n\t\tinterrupt-names = "phys", "virt";'))


@fault("gicv3-acpi", {"VBSA-V_L1TM_01": "fail"}, profile="vbsa-1.0")
def vbsa_no_gtdt(r):
    """one broken thing: the numbers of interrupts that are not there are not judged"""
    r.remove(TABLES + "GTDT")


RP1 = "sys/devices/pci0000:00/0000:00:02.0/"
RP2 = "sys/devices/pci0000:00/0000:00:03.0/"
NIC = RP1 + "0000:01:00.0/"
XHCI = RP2 + "0000:02:00.0/"
SEEN = ".vmspec/cpu_samples"


def vbsa(flips):
    """A fault of the machine with root ports and an SMMU, by vbsa-1.0."""
    return fault("gicv3-root-ports", {"VBSA-" + k: v for k, v in flips.items()}, profile="vbsa-1.0")


def config(r, device, at, data):
    space = bytearray(r.read(device + "config"))
    space[at:at + len(data)] = data
    r.write(device + "config", bytes(space))


def capability(r, device, wanted):
    """Where a capability stands in the list."""
    space = r.read(device + "config")
    at = space[0x34]
    while at and space[at] != wanted:
        at = space[at + 1]
    return at


@vbsa({"B_PE_13": "fail"})
def vbsa_no_crc32(r):
    "CPUs without CRC32 instructions"
    r.sub("proc/cpuinfo", r" crc32\b", "")


@vbsa({"B_PE_01": "fail"})
def vbsa_unlike_cpus(r):
    "the kernel found an ID register that differs"
    r.log(r"CPU: All CPU\(s\) started at EL1", "CPU features: SANITY CHECK: Unexpected variation in SYS_ID_AA64MMFR0_EL1. "
          "Boot CPU: 0x0000000000001125, CPU1: 0x0000000000001124")


@vbsa({"B_PE_10": "fail"})
def vbsa_no_pmu_interrupt(r):
    "no GICC names a performance interrupt"
    for gicc in (68, 148):
        r.acpi("APIC", put(gicc + 20, b"\0\0\0\0"))


@vbsa({"B_GIC_03": "fail"})
def vbsa_no_its(r):
    "PCIe on a GICv3, and no ITS in the MADT"
    r.acpi("APIC", put(244, b"\x7f"))


@vbsa({"B_PPI_01": "fail"})
def vbsa_pmu_elsewhere(r):
    "the PMU's interrupt is 24"
    for gicc in (68, 148):
        r.acpi("APIC", put(gicc + 20, b"\x18\0\0\0"))


@vbsa({"V_L1TM_04": "fail"})
def vbsa_time_goes_back(r):
    "one reading was less than the one before"
    r.sub(SEEN, r"backwards 0", "backwards 1")


@vbsa({"V_L1WK_02": "unknown", "V_L1WK_05": "unknown"})
def vbsa_not_woken(r):
    "no timer interrupt was counted on one CPU: what woke it is not told"
    r.sub(SEEN, r"woken 2", "woken 1")


@vbsa({"B_PER_06": "fail"})
def vbsa_uart_ppi(r):
    "the UART's interrupt is INTID 20"
    r.acpi("SPCR", put(54, b"\x14\0\0\0"))


@vbsa({"B_PER_01": "fail", "B_PER_02": "skip"})
def vbsa_ohci(r):
    "the USB controller is an OHCI"
    r.write(XHCI + "class", "0x0c0310\n")


@vbsa({"B_PER_05": "fail"})
def vbsa_unknown_uart(r):
    "the UART is none of the three kinds"
    r.acpi("SPCR", put(36, b"\x02"))


@vbsa({"PCI_MSI_1": "fail"})
def vbsa_intx_alone(r):
    "an endpoint with an interrupt pin, and neither MSI nor MSI-X"
    for device, wanted in ((NIC, 0x11), (NIC, 0x05)):
        at = capability(r, device, wanted)
        if at:
            config(r, device, at, b"\x09")
    config(r, NIC, 0x3d, b"\x01")


@vbsa({"PCI_IN_19": "fail"})
def vbsa_bist(r):
    "BIST started on a function that does not offer it"
    config(r, NIC, 0x0f, b"\x40")


@vbsa({"PCI_IN_20": "fail"})
def vbsa_capability_of_its_own(r):
    "a capability ID of the vendor's own in a root port"
    config(r, RP1, capability(r, RP1, 0x0d), b"\x80")


@vbsa({"PCI_IN_01": "fail"})
def vbsa_no_ecam(r):
    "PCI functions, and no MCFG"
    r.remove(TABLES + "MCFG")


@vbsa({"B_SMMU_01": "fail"})
def vbsa_two_kinds_of_smmu(r):
    "an SMMUv2 beside the SMMUv3 in IORT"
    def add(table):
        table[36:40] = (int.from_bytes(table[36:40], "little") + 1).to_bytes(4, "little")
        table.extend(bytes([3, 76, 0]) + bytes(73))
        table[4:8] = len(table).to_bytes(4, "little")
    r.acpi("IORT", add)


@vbsa({"B_SMMU_08": "fail"})
def vbsa_smmu_does_not_translate(r):
    "the SMMU's driver found no translation"
    r.log(r"(arm-smmu-v3 [^:]*): ias [^\n]*", r"\1: no translation support!")


@vbsa({"B_PE_06": "fail"})
def vbsa_no_aes(r):
    "CPUs without the AES instructions, as where export rules forbid them"
    r.sub("proc/cpuinfo", r" aes\b", "")


@vbsa({"B_PE_03": "fail"})
def vbsa_one_cpu_without_simd(r):
    "the second CPU has no Advanced SIMD"
    old = r.read("proc/cpuinfo")
    at = old.rindex(b" asimd ")
    r.write("proc/cpuinfo", old[:at] + old[at + 6:])


@vbsa({"V_L2PE_01": "fail"})
def vbsa_one_event_counter(r):
    "the PMU has one counter besides that of cycles"
    r.log(r"PMU driver, 7 counters", "PMU driver, 2 counters")


@vbsa({"V_L1PE_02": "unknown", "V_L2PE_01": "unknown"})
def vbsa_pmu_without_a_driver(r):
    "a PMU is described, and the kernel drives none: whether for want of a driver is not told"
    r.remove("sys/bus/event_source/devices/armv8_pmuv3_0")
    r.log(r"^.*hw perfevents: enabled.*\n", "")


@fault("gicv2-dt", {"VBSA-B_GIC_02": "fail"}, profile="vbsa-1.0")
def vbsa_no_v2m(r):
    "PCIe on a GICv2, and no MSI frame in the tree"
    r.fdt((r'compatible = "arm,gic-v2m-frame"', 'compatible = "vendor,no-frame"'))


@vbsa({"B_PPI_01": "fail"})
def vbsa_virtual_timer_elsewhere(r):
    "the EL1 virtual timer's interrupt is 28"
    r.acpi("GTDT", put(64, b"\x1c\0\0\0"))


@vbsa({"B_PPI_01": "fail"})
def vbsa_pmu_not_alike(r):
    "the second CPU's PMU interrupt is 24"
    r.acpi("APIC", put(148 + 20, b"\x18\0\0\0"))


@vbsa({"B_SMMU_08": "fail"})
def vbsa_smmu_of_stage_2(r):
    "the SMMU translates at stage 2 alone (feature bit 10, not 9)"
    r.log(r"(arm-smmu-v3 [^:]*: ias .*features 0x0000)8305", r"\g<1>8505")


@vbsa({"B_SMMU_01": "unknown", "B_SMMU_06": "unknown", "B_SMMU_08": "unknown"})
def vbsa_iort_cut_short(r):
    "IORT tells of more nodes than it holds"
    r.acpi("IORT", put(36, b"\x20\0\0\0"))


@vbsa({"V_L1TM_01": "fail"})
def vbsa_no_counter(r):
    "the architecture's counter is no clock of the kernel's"
    r.write("sys/devices/system/clocksource/clocksource0/available_clocksource", "jiffies\n")


@vbsa({"B_PPI_01": "unknown", "V_L1TM_01": "unknown"})
def vbsa_gtdt_for_root_alone(r):
    "what was seen at work counts, whoever may read the table"
    kept_from_us(r, TABLES + "GTDT")


@vbsa({"V_L1TM_04": "unknown", "V_L1WK_02": "unknown", "V_L1WK_05": "unknown"})
def vbsa_cpu_out_of_reach(r):
    "the program could run on one of two CPUs"
    r.write(SEEN, "online 2 sampled 1 reads 16 backwards 0 slept 1 woken 1\n")


@vbsa({"B_PER_03": "fail"})
def vbsa_sata_not_ahci(r):
    "a SATA controller with an interface of its own"
    r.write("sys/bus/pci/devices/0000:00:01.0/class", "0x010600\n")


@vbsa({"B_PER_12": "fail"})
def vbsa_integrated_endpoint(r):
    "an endpoint in the root complex asks for bus time as on conventional PCI (minimum grant)"
    at = capability(r, XHCI, 0x10)
    config(r, XHCI, at + 2, b"\x92")
    config(r, XHCI, 0x3e, b"\x06")


@vbsa({"PCI_IN_03": "fail: let one ECAM region span", "PCI_IN_04": "skip"})
def vbsa_ecam_of_another_segment(r):
    "the ECAM region is another segment's"
    r.acpi("MCFG", put(52, b"\x01\0"))


@vbsa({"PCI_IN_04": "fail"})
def vbsa_ecam_ends_too_early(r):
    "the ECAM region ends before the bus below the second root port"
    r.acpi("MCFG", put(55, b"\x01"))


@vbsa({"PCI_IN_17": "fail"})
def vbsa_ari_not_forwarded(r):
    "a function with ARI below a root port that cannot forward it"
    config(r, RP1, capability(r, RP1, 0x10) + 0x24, bytes(4))
    config(r, NIC, 0x100, b"\x0e\0\x01\0")


@vbsa({"PCI_PP_03": "fail"})
def vbsa_acs_without_redirection(r):
    "ACS that can't redirect requests between peers"
    config(r, RP1, 0x14c, b"\x5b\0")


@vbsa({"PCI_PP_04": "fail"})
def vbsa_acs_without_aer(r):
    "a root port with ACS that does not report errors"
    config(r, RP1, 0x100, b"\x0b\0")


@vbsa({"PCI_PAS_1": "fail"})
def vbsa_short_pasids(r):
    "PASIDs of 8 bits"
    config(r, NIC, 0x100, b"\x1b\0\x01\0\0\x08\0\0")


@vbsa({"PCI_SM_02": "fail"})
def vbsa_split_up_without_reset(r):
    "SR-IOV without function level reset"
    at = capability(r, NIC, 0x10) + 4
    config(r, NIC, at + 3, bytes([r.read(NIC + "config")[at + 3] & ~0x10]))
    config(r, NIC, 0x100, b"\x10\0\x01\0")


def intx(r, row):
    """The network card interrupts by INTA, too."""
    config(r, NIC, 0x3d, b"\x01")
    r.write(NIC + "irq", "90\n")
    r.append("proc/interrupts", " 90:          3          0     %s      virtio1\n" % row)


@vbsa({"PCI_LI_01": "fail"})
def vbsa_intx_is_a_ppi(r):
    "INTA is interrupt 20"
    intx(r, "GICv3  20 Level")


@vbsa({"PCI_LI_01": "pass", "PCI_LI_03": "fail"})
def vbsa_intx_by_edge(r):
    "INTA is triggered by edges"
    intx(r, "GICv3  36 Edge ")


@vbsa({})
def vbsa_message_is_no_intx(r):
    "a message has the function's interrupt number, in the words of kernels from 6.11 on"
    intx(r, "GICv2m-PCI-MSI-0000:01:00.0   0 Edge ")


@vbsa({"PCI_IN_05": "unknown", "PCI_IN_17": "unknown", "PCI_IN_19": "unknown", "PCI_MSI_1": "unknown", "PCI_SM_02": "unknown",
       "PCI_PAS_1": "unknown", "B_PER_12": "unknown", "PCI_IN_03": "unknown", "PCI_IN_04": "unknown", "PCI_IN_20": "unknown",
       "PCI_PP_03": "unknown", "PCI_PP_04": "unknown"})
def vbsa_nothing_answers(r):
    "all functions have all bits set"
    for device in os.listdir(r.path("sys/bus/pci/devices")):
        r.write("sys/bus/pci/devices/%s/config" % device, b"\xff" * 256)
