# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make            build vmspec-verify (and what else is there)
#   make run        install what is missing, build, judge this guest or a recorded machine
#   make check      all tests that need no virtual machine
#   make check-vm   real guests in QEMU
#   make guest      what vmspec-boot brings into a guest, for aarch64 and arm
#   make bench      figures: instructions, memory, ratios
#   make fuzz       the parsers, SECONDS=60 each
#   make install    DESTDIR= PREFIX=/usr
#
#   DEV=1           -Werror, ASan and UBSan       O=DIR  build folder
#   CROSS=aarch64|armhf SYSROOT=DIR               cross build

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

CC      ?= cc
ifeq ($(origin CC),default)
CC      := cc
endif
PKG_CONFIG ?= pkg-config
PREFIX  ?= /usr
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
V       ?= 0

CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual \
           -Wformat=2 -Wvla -Wundef
ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -Iinclude -Iprobe -Icli $(CPPFLAGS)
ALL_CFLAGS   = -std=gnu11 -fPIE $(WARN) $(CFLAGS) $(DEVFLAGS) $(CROSSFLAGS)
ALL_LDFLAGS  = -pie -Wl,--as-needed $(LDFLAGS) $(DEVFLAGS) $(CROSSFLAGS) $(CROSSLD)

ifeq ($(DEV),1)
DEVFLAGS := -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

ifeq ($(CROSS),aarch64)
TRIPLE := aarch64-linux-gnu
MULTI  := aarch64-linux-gnu
else ifeq ($(CROSS),armhf)
TRIPLE := arm-linux-gnueabihf
MULTI  := arm-linux-gnueabihf
else ifneq ($(CROSS),)
$(error CROSS is aarch64 or armhf)
endif
ifneq ($(CROSS),)
CC         := $(TRIPLE)-gcc
AR         := $(TRIPLE)-ar
CROSSFLAGS := --sysroot=$(SYSROOT)
CROSSLD    := -Wl,-rpath-link,$(SYSROOT)/lib/$(MULTI) -Wl,-rpath-link,$(SYSROOT)/usr/lib/$(MULTI)
export PKG_CONFIG_SYSROOT_DIR := $(SYSROOT)
export PKG_CONFIG_LIBDIR := $(SYSROOT)/usr/lib/$(MULTI)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig
O          ?= .build/$(CROSS)
endif
AR ?= ar
O  ?= .build/host

# Libraries every run needs; what few runs need is opened late (probe/core/dl.h).
PKGS    := json-c libudev efivar
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
LIBS    := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lfdt -ldl -lm -pthread
ALL_CPPFLAGS += $(PKG_CFLAGS)

# ---- what there is --------------------------------------------------------
LIB_SRC   := $(wildcard probe/core/*.c probe/spec/*.c probe/kernel/*.c probe/image/*.c probe/firmware/*.c \
               probe/hwdesc/*.c probe/platform/*.c probe/guest/*.c probe/record/*.c probe/matrix/*.c probe/document/*.c)
FMT_SRC   := $(wildcard cli/format/*.c)
CLI_SRC   := $(wildcard cli/common/*.c)
VERIFY_SRC:= $(wildcard cli/vmspec-verify.c cli/verify/*.c)
BOOT_MAIN := $(wildcard cli/vmspec-boot.c)
BOOT_SRC  := $(wildcard cli/boot/*.c)
DAEMON_SRC:= $(wildcard probe/vmspecd.c probe/daemon/*.c)
UNIT_SRC  := $(wildcard tests/unit/test_*.c)
UNIT_HELP := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)

obj = $(patsubst %.c,$(O)/%.o,$(1))
LIB       := $(O)/libvmspec.a
CLI_LIB   := $(O)/libcli.a
BOOT_LIB  := $(O)/libboot.a
PROGRAMS  := $(if $(wildcard cli/vmspec-verify.c),$(O)/vmspec-verify) \
             $(if $(BOOT_MAIN),$(O)/vmspec-boot) \
             $(if $(wildcard probe/vmspecd.c),$(O)/vmspecd)
UNITS     := $(patsubst tests/unit/%.c,$(O)/unit/%,$(UNIT_SRC))

all: $(PROGRAMS)
lib: $(LIB)
units: $(UNITS)

ifeq ($(V),0)
Q := @
say = @printf '  %-4s %s\n' $(1) $(2);
endif

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(call obj,$(LIB_SRC))
$(CLI_LIB): $(call obj,$(CLI_SRC))
$(BOOT_LIB): $(call obj,$(BOOT_SRC))
$(LIB) $(CLI_LIB) $(BOOT_LIB):
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/vmspec-verify: $(call obj,$(VERIFY_SRC)) $(CLI_LIB) $(call obj,$(FMT_SRC)) $(LIB)
$(O)/vmspec-boot: $(call obj,$(BOOT_MAIN)) $(BOOT_LIB) $(CLI_LIB) $(call obj,$(FMT_SRC)) $(LIB)
$(O)/vmspecd: $(call obj,$(DAEMON_SRC)) $(LIB)
$(PROGRAMS):
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

$(O)/unit/%: $(O)/tests/unit/%.o $(call obj,$(UNIT_HELP) $(FMT_SRC)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(LIBS)
.SECONDARY:
# A program's own parts, where a test of them asks for more than the library.
$(filter $(O)/unit/test_boot_%,$(UNITS)): $(BOOT_LIB) $(CLI_LIB)
# What is taken in as it stands (.incbin).
$(O)/cli/boot/seed.o: cli/boot/agent.sh

# ---- what users call ------------------------------------------------------
run:
	@tests/deps build
	@$(MAKE) --no-print-directory all
	@tests/run-main $(O)

check:
	@tests/deps check
	@tests/check $(CHECK)

check-vm:
	@tests/deps vm
	@tests/vm/check-vm $(CHECK)

guest:
	@tests/deps guest
	@for a in aarch64 arm; do tests/cross/guest $$a $(O)/guest/$$a || exit; done

bench:
	@tests/deps check
	@$(MAKE) --no-print-directory all
	@tests/bench/bench $(O)

fuzz:
	@tests/deps check
	@tests/fuzz/run $(SECONDS)

clean:
	rm -rf .build

install: all install-service
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(O)/vmspec-verify $(DESTDIR)$(PREFIX)/bin/
	$(if $(wildcard cli/vmspec-boot.c),install -m 755 $(O)/vmspec-boot $(DESTDIR)$(PREFIX)/bin/)
	install -d $(DESTDIR)$(PREFIX)/share/vmspec $(DESTDIR)$(PREFIX)/share/man/man1
	$(if $(wildcard cli/format/*.json),install -m 644 $(wildcard cli/format/*.json) $(DESTDIR)$(PREFIX)/share/vmspec/)
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(foreach c,$(wildcard cli/completions/*.bash),install -m 644 $(c) $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$(basename $(notdir $(c)));)
	$(if $(wildcard cli/man/*.1),install -m 644 $(wildcard cli/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1/)
	for a in aarch64 arm; do test ! -e $(O)/guest/$$a/ld.so || { \
		install -d $(DESTDIR)$(PREFIX)/lib/vmspec/guest/$$a && \
		install -m 644 $(O)/guest/$$a/lib* $(DESTDIR)$(PREFIX)/lib/vmspec/guest/$$a/ && \
		install -m 755 $(O)/guest/$$a/ld.so $(O)/guest/$$a/vmspec-verify $(DESTDIR)$(PREFIX)/lib/vmspec/guest/$$a/; } || exit; done

# The daemon, its units, and what cloud images need of it.
install-service: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/lib/vmspec $(DESTDIR)$(PREFIX)/lib/tmpfiles.d \
		$(DESTDIR)$(PREFIX)/lib/systemd/system-preset $(DESTDIR)$(PREFIX)/lib/systemd/catalog \
		$(DESTDIR)$(SYSCONFDIR)/cloud/clean.d $(DESTDIR)$(PREFIX)/share/doc/vmspec/cloud-init $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 $(O)/vmspecd $(DESTDIR)$(PREFIX)/sbin/
	for u in systemd/*.service; do sed 's|/usr/sbin/|$(PREFIX)/sbin/|' $$u > $(DESTDIR)$(UNITDIR)/$${u##*/} || exit; done
	install -m 644 systemd/90-vmspec.preset $(DESTDIR)$(PREFIX)/lib/systemd/system-preset/
	install -m 644 systemd/vmspec.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/
	install -m 644 systemd/vmspec.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/vmspec.conf
	install -m 755 systemd/cloud-init/first-boot $(DESTDIR)$(PREFIX)/lib/vmspec/
	install -m 755 systemd/cloud-init/clean-hook $(DESTDIR)$(SYSCONFDIR)/cloud/clean.d/50-vmspec
	install -m 644 systemd/cloud-init/vendor-data.yaml systemd/cloud-init/50_vmspec.cfg $(DESTDIR)$(PREFIX)/share/doc/vmspec/cloud-init/
	$(if $(wildcard cli/man/*.8),install -m 644 $(wildcard cli/man/*.8) $(DESTDIR)$(PREFIX)/share/man/man8/)

.PHONY: all lib units run check check-vm guest bench fuzz clean install install-service

-include $(patsubst %.o,%.d,$(call obj,$(LIB_SRC) $(FMT_SRC) $(CLI_SRC) $(VERIFY_SRC) $(BOOT_MAIN) $(BOOT_SRC) $(DAEMON_SRC) $(UNIT_SRC) $(UNIT_HELP)))
