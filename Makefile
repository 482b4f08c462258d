# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make            build vmspec-verify (and what else is there)
#   make run        install what is missing, build, judge this guest or a recorded machine
#   make check      all tests that need no virtual machine
#   make check-vm   real guests in QEMU
#   make guest      what vmspec-boot brings into a guest, for aarch64 and arm
#   make bench      figures: instructions, memory, ratios
#   make coverage   lines and branches that unit tests and records run through
#   make fuzz       the parsers, SECONDS=60 each
#   make install    DESTDIR= PREFIX=/usr    make uninstall
#   make dist       vmspec-VERSION.tar.gz, the same bytes each time
#   make deb        Debian packages, for amd64 and arm64    make rpm
#
#   STATIC=1        vmspec-verify as one static program: what is opened late elsewhere is linked in
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
# The one place that says it.
VERSION := $(shell sed -n 's/^\#define VMS_VERSION "\(.*\)"/\1/p' include/vmspec.h)

CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual \
           -Wformat=2 -Wvla -Wundef
ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -Iinclude -Iprobe -Icli $(CPPFLAGS)
ALL_CFLAGS   = -std=gnu11 -fPIE $(WARN) $(HARDEN) $(CFI) $(CFLAGS) $(DEVFLAGS) $(CROSSFLAGS)
ALL_LDFLAGS  = $(PIE) -Wl,--as-needed $(HARDENLD) $(LDFLAGS) $(DEVFLAGS) $(CROSSFLAGS) $(CROSSLD)

# What Debian builds its packages with, for everybody; a packager's own flags come on top. The
# sanitizers replace the C library's functions that FORTIFY checks.
ifneq ($(DEV),1)
HARDEN := -fstack-protector-strong -fstack-clash-protection -Werror=format-security
ifeq ($(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),)
HARDEN += -D_FORTIFY_SOURCE=3
endif
HARDENLD := -Wl,-z,relro -Wl,-z,now
endif
PIE := -pie

ifeq ($(DEV),1)
DEVFLAGS := -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# clang's also counts the way through the code for the fuzzers, which are linked to the same library.
ifneq ($(findstring clang,$(CC)),)
DEVFLAGS += -fsanitize=fuzzer-no-link
endif
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

# Where a jump or a return may lead is the hardware's to watch: IBT and shadow stacks of x86, BTI and PAC of arm64.
ifneq ($(DEV),1)
CFI_x86_64  := -fcf-protection
CFI_aarch64 := -mbranch-protection=standard
CFI := $(CFI_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null))))
endif

# Libraries every run needs; what few runs need is opened late (probe/core/dl.h).
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags json-c libudev efivar 2>/dev/null)
LIBS    := $(shell $(PKG_CONFIG) --libs json-c 2>/dev/null) -lfdt -ldl -lm -pthread
UDEV    := $(shell $(PKG_CONFIG) --libs libudev 2>/dev/null)
ALL_CPPFLAGS += $(PKG_CFLAGS)
# A program that needs nothing but the kernel: no loader, so no late opening either. Nor is it
# position-independent (armhf's C library has no start file for that): it relocates nothing.
ifeq ($(STATIC),1)
ALL_CPPFLAGS += -DVMS_STATIC
LIBS    += -llzma -lzstd -llz4 -lbz2 -lz
PIE     := -static
endif

# ---- what there is --------------------------------------------------------
LIB_SRC   := $(wildcard probe/core/*.c probe/spec/*.c probe/kernel/*.c probe/image/*.c probe/firmware/*.c \
               probe/hwdesc/*.c probe/platform/*.c probe/guest/*.c probe/judge/*.c probe/record/*.c probe/vbsa/*.c probe/matrix/*.c probe/document/*.c)
FMT_SRC   := $(wildcard cli/format/*.c)
COMMAND_SRC := $(wildcard probe/command/*.c)
CLI_SRC   := $(wildcard cli/common/*.c) $(COMMAND_SRC)
VERIFY_SRC:= $(wildcard cli/vmspec-verify.c cli/verify/*.c)
BOOT_MAIN := $(wildcard cli/vmspec-boot.c)
BOOT_SRC  := $(wildcard cli/boot/*.c cli/boot/vmm/*.c cli/boot/media/*.c cli/boot/guest/*.c cli/boot/script/*.c)
SCHEMAS   := $(wildcard cli/format/*.json)
DAEMON_SRC:= $(wildcard probe/vmspecd.c probe/daemon/*.c)
UNIT_SRC  := $(wildcard tests/unit/test_*.c)
UNIT_HELP := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS    = $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(FUZZ_SRC))

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
fuzzers: $(FUZZERS)

ifeq ($(V),0)
Q := @
say = @printf '  %-4s %s\n' $(1) $(2);
endif

# One line instead of a compiler's about the first header that is not there.
HEADERS := stdio.h=libc6-dev efivar.h=libefivar-dev libfdt.h=libfdt-dev libudev.h=libudev-dev json-c/json.h=libjson-c-dev \
           archive.h=libarchive-dev libnbd.h=libnbd-dev systemd/sd-journal.h=libsystemd-dev
$(O)/.headers: Makefile
	@command -v $(firstword $(CC)) >/dev/null || { echo "vmspec: no C compiler: apt install gcc" >&2; exit 1; }
	@command -v $(firstword $(PKG_CONFIG)) >/dev/null || { echo "vmspec: no pkg-config: apt install pkg-config" >&2; exit 1; }
	@missing=$$(for h in $(HEADERS); do printf '#if !__has_include(<%s>)\n%s\n#endif\n' $${h%=*} $${h#*=}; done | \
		$(CC) $(ALL_CPPFLAGS) $(CROSSFLAGS) -E -P -x c - | xargs) && \
	test -z "$$missing" || { echo "vmspec: libraries to build with are not here: apt install $$missing" >&2; exit 1; }
	@mkdir -p $(@D) && touch $@

$(O)/%.o: %.c | $(O)/.headers
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
$(O)/vmspecd: $(call obj,$(DAEMON_SRC) $(COMMAND_SRC)) $(LIB)
# Events of devices; what they are stands in /sys.
$(O)/vmspecd $(O)/unit/test_devices: LIBS += $(UDEV)
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
# DEV=1 CC=clang
$(O)/fuzz/%: $(O)/tests/fuzz/%.o $(BOOT_LIB) $(CLI_LIB) $(call obj,$(FMT_SRC)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)
# What is taken in as it stands (.incbin).
$(O)/cli/boot/guest/seed.o: cli/boot/guest/agent.sh

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

# What the unit tests and the recorded machines run through, by file.
coverage:
	@tests/deps coverage
	@tests/coverage .build/coverage

fuzz:
	@tests/deps check
	@tests/fuzz/run $(SECONDS)

clean:
	rm -rf .build

# ---- installing -----------------------------------------------------------
# The files that name a place, with the place that they are installed to.
place = sed 's|/usr/sbin/|$(PREFIX)/sbin/|g; s|/usr/lib/vmspec|$(PREFIX)/lib/vmspec|g; s|/usr/share/vmspec|$(PREFIX)/share/vmspec|g'
define install_placed # FILES MODE FOLDER
	install -d $(3)
	for f in $(1); do $(place) $$f > $(3)/$${f##*/} && chmod $(2) $(3)/$${f##*/} || exit; done
endef

install: all install-verify install-service install-boot

# vmspec-verify, and what reads its documents.
install-verify: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/vmspec $(DESTDIR)$(PREFIX)/share/doc/vmspec
	install -m 755 $(O)/vmspec-verify $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(SCHEMAS) $(DESTDIR)$(PREFIX)/share/vmspec/
	install -m 644 COPYING README.md $(DESTDIR)$(PREFIX)/share/doc/vmspec/
	install -D -m 755 systemd/examples/slurm/vmspec-slurm $(DESTDIR)$(PREFIX)/share/doc/vmspec/examples/slurm/vmspec-slurm
	install -d $(DESTDIR)$(PREFIX)/share/doc/vmspec/examples/lava
	install -m 644 systemd/examples/lava/vmspec.yaml systemd/examples/lava/job.yaml $(DESTDIR)$(PREFIX)/share/doc/vmspec/examples/lava/
	$(call install_placed,cli/man/vmspec-verify.1,644,$(DESTDIR)$(PREFIX)/share/man/man1)
	$(call install_completions,vmspec-verify)

install-boot: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(O)/vmspec-boot $(DESTDIR)$(PREFIX)/bin/
	$(call install_placed,cli/man/vmspec-boot.1,644,$(DESTDIR)$(PREFIX)/share/man/man1)
	$(call install_completions,vmspec-boot)
	for f in $(wildcard $(O)/guest/*/*); do \
		to=$(DESTDIR)$(PREFIX)/lib/vmspec/guest/$$(basename $$(dirname $$f)); \
		install -d $$to && install -m $$(test -x $$f && echo 755 || echo 644) $$f $$to/ || exit; done

# The daemon, its units, and what cloud images need of it.
install-service: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/lib/systemd/system-preset $(DESTDIR)$(PREFIX)/lib/systemd/catalog \
		$(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(SYSCONFDIR)/cloud/clean.d
	install -m 755 $(O)/vmspecd $(DESTDIR)$(PREFIX)/sbin/
	$(call install_placed,$(wildcard systemd/*.service),644,$(DESTDIR)$(UNITDIR))
	install -m 644 systemd/90-vmspec.preset $(DESTDIR)$(PREFIX)/lib/systemd/system-preset/
	install -m 644 systemd/vmspec.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/
	install -m 644 systemd/vmspec.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/vmspec.conf
	$(call install_placed,systemd/cloud-init/first-boot,755,$(DESTDIR)$(PREFIX)/lib/vmspec)
	install -m 755 systemd/cloud-init/clean-hook $(DESTDIR)$(SYSCONFDIR)/cloud/clean.d/50-vmspec
	$(call install_placed,systemd/cloud-init/vendor-data.yaml systemd/cloud-init/50_vmspec.cfg,644,$(DESTDIR)$(PREFIX)/share/doc/vmspec/cloud-init)
	$(call install_placed,cli/man/vmspecd.8,644,$(DESTDIR)$(PREFIX)/share/man/man8)

# Each shell has a place and a name of its own for them.
define install_completions # PROGRAM
	for c in bash:bash-completion/completions/$(1) zsh:zsh/site-functions/_$(1) fish:fish/vendor_completions.d/$(1).fish; do \
		test ! -e cli/completions/$(1).$${c%%:*} || \
			install -D -m 644 cli/completions/$(1).$${c%%:*} $(DESTDIR)$(PREFIX)/share/$${c#*:} || exit; done
endef

# What an installation would put there goes, and the folders that are ours alone.
uninstall:
	@what=$$(mktemp -d) && trap 'rm -rf "$$what"' EXIT && \
	$(MAKE) --no-print-directory -s install DESTDIR=$$what && \
	(cd $$what && find . ! -type d) | while read -r f; do rm -f "$(DESTDIR)$${f#.}"; done
	@for d in lib/vmspec share/vmspec share/doc/vmspec; do \
		test ! -d $(DESTDIR)$(PREFIX)/$$d || find $(DESTDIR)$(PREFIX)/$$d -depth -type d -empty -delete; done

# ---- packages -------------------------------------------------------------
DIST := vmspec-$(VERSION)

dist: $(O)/$(DIST).tar.gz
	@echo $<

# The committed tree, in the order of names, of the time of the last change: the same bytes each time.
$(O)/$(DIST).tar.gz: FORCE
	@mkdir -p $(@D)
	@systemd/packages/dist $(DIST) $@

deb:
	@tests/deps deb
	@systemd/packages/deb $(DIST) $(O)/deb

rpm:
	@tests/deps rpm
	@systemd/packages/rpm $(DIST) $(O)/rpm

FORCE:
.PHONY: all lib units fuzzers run check check-vm guest bench coverage fuzz clean install install-verify install-service install-boot uninstall dist deb rpm FORCE

-include $(patsubst %.o,%.d,$(call obj,$(LIB_SRC) $(FMT_SRC) $(CLI_SRC) $(VERIFY_SRC) $(BOOT_MAIN) $(BOOT_SRC) $(DAEMON_SRC) $(UNIT_SRC) $(UNIT_HELP) $(FUZZ_SRC)))
