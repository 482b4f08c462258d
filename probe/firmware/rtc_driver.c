/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No UEFI RTC, or none that the clock was set from: is it the kernel? Reads the
 * kernel's configuration and command line, its module lists, /proc/modules and its version.
 */
#include <errno.h>

#include "kernel/cmdline.h"
#include "kernel/kconfig.h"
#include "kernel/kmsg.h"
#include "kernel/modules.h"
#include "rtc.h"

#define MODULES_MAX (1u << 20)

static int driver_is(struct rtc_facts *f, enum rtc_driver driver, char *sign)
{
	if (!sign)
		return -ENOMEM;
	f->driver = driver;
	f->driver_sign = sign;
	return 0;
}

/* 1: it is loaded; 0: it is not; -errno. */
static int loaded(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf modules = { NULL, 0 };
	int err = vms_root_read(m->root, "/proc/modules", MODULES_MAX, &modules);

	if (err < 0)
		return err;
	return startswith(modules.data, "rtc_efi ") || strstr(modules.data, "\nrtc_efi ");
}

/* The module lists tell it too, where there is no configuration to be read. */
static int read_indexes(struct vms_machine *m, const char *release, struct rtc_facts *f)
{
	struct module driver = { .name = "rtc_efi" };
	struct modules modules;
	int err = modules_read(m, release, &modules, &driver, 1);

	if (err < 0)
		return err;
	if (modules.builtin_err == 0 && driver.builtin)
		err = driver_is(f, RTC_DRIVER_THERE,
				vms_asprintf("%s/modules.builtin lists it", modules.dir));
	else if (modules.dep_err == 0 && driver.path)
		err = driver_is(f, RTC_DRIVER_MODULE,
				vms_asprintf("%s/%s is a module, not loaded", modules.dir, driver.path));
	else if (modules.builtin_err == 0 && modules.dep_err == 0)
		err = driver_is(f, RTC_DRIVER_NOT_BUILT,
				vms_asprintf("%s lists it neither built in nor as a module", modules.dir));
	modules_clear(&modules, &driver, 1);
	return err;
}

/* Built in: does it start? */
static int built_in(struct vms_machine *m, const char *config, struct rtc_facts *f)
{
	const struct cmdline *cmdline = cmdline_read(m);
	const struct cmdline_word *w = NULL;

	if (!cmdline)
		return -ENOMEM;
	while ((w = cmdline_next(cmdline, "initcall_blacklist", w)))
		if (cmdline_lists(w, "efi_rtc_driver_init"))
			return driver_is(f, RTC_DRIVER_KEPT, vms_asprintf("/proc/cmdline: %s", w->text));
	return driver_is(f, RTC_DRIVER_THERE, vms_asprintf("%s: CONFIG_RTC_DRV_EFI=y", config));
}

static int read_driver(struct vms_machine *m, const char *release, const struct kconfig *config,
		       enum kconfig_value option, struct rtc_facts *f)
{
	int in_use;

	if (vms_root_probe(m->root, "/sys/bus/platform/drivers/rtc-efi") == 0)
		return driver_is(f, RTC_DRIVER_THERE, strdup("/sys/bus/platform/drivers/rtc-efi is there"));
	if (config->err == 0 && option == KCONFIG_BUILT_IN)
		return built_in(m, config->path, f);
	in_use = loaded(m);
	if (in_use > 0)
		return driver_is(f, RTC_DRIVER_THERE, strdup("/proc/modules: rtc_efi is loaded"));
	if (config->err == 0 && option == KCONFIG_MODULE)
		return in_use < 0 ? 0
				  : driver_is(f, RTC_DRIVER_MODULE,
					      vms_asprintf("%s: CONFIG_RTC_DRV_EFI is a module, not loaded",
							   config->path));
	/* not mentioned: only where the whole file could be read */
	if (config->err == 0 && (option == KCONFIG_NOT_SET || config->whole))
		return driver_is(f, RTC_DRIVER_NOT_BUILT,
				 vms_asprintf("%s: CONFIG_RTC_DRV_EFI is not set", config->path));
	return in_use < 0 ? 0 : read_indexes(m, release, f);
}

static int read_rtprop(struct vms_machine *m, struct rtc_facts *f)
{
	_cleanup_free_ char *line = NULL;
	const char *at;

	f->rtprop_err = vms_kmsg_find(m, " RTPROP=", &line);
	if (f->rtprop_err < 0)
		return f->rtprop_err == -ENOMEM ? -ENOMEM : 0;
	at = strstr(line, "RTPROP=");
	f->rtprop = strndup(at, strcspn(at, " "));
	return f->rtprop ? 0 : -ENOMEM;
}

int rtc_read_kernel(struct vms_machine *m, struct rtc_facts *f)
{
	struct kconfig_option options[] = { { .name = "RTC_DRV_EFI" }, { .name = "RTC_HCTOSYS" } };
	_cleanup_free_ char *release = NULL;
	struct kconfig config = { 0 };
	int err = kernel_release(m->root, &release);

	if (err == -ENOMEM)
		return err;
	f->wants_wakeup = kernel_is_before(release, 6, 3);
	err = kconfig_read(m, release, &config, options, ARRAY_SIZE(options));
	if (err < 0)
		return err;
	err = f->efi_path ? 0 : read_driver(m, release, &config, options[0].value, f);
	if (!err && config.err == 0 &&
	    (options[1].value == KCONFIG_NOT_SET ||
	     (options[1].value == KCONFIG_NOT_MENTIONED && config.whole))) {
		f->no_hctosys = strdup(config.path);
		err = f->no_hctosys ? 0 : -ENOMEM;
	}
	kconfig_clear(&config);
	return err ? err : read_rtprop(m, f);
}
