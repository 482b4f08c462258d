/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the initial ramdisk says of the modules that are asked for, and of those that
 * they depend on; see driver_facts.h.
 */
#include <errno.h>

#include "core/result.h"
#include "driver_facts.h"
#include "initrd_record.h"
#include "member.h"

#define N_WANTED (N_MODULES + DEPENDENCIES_MAX)

/* What a look tells of one module. */
static int state_of(const struct initrd_module *module, const struct initrd_look *look, bool unpacked)
{
	if (!unpacked)
		return RAMDISK_UNKNOWN;
	if (module->found)
		return RAMDISK_YES;
	return look->err == 0 && !module->elsewhere ? RAMDISK_NO : RAMDISK_UNKNOWN;
}

/* What one ramdisk says, joined with what the ones before it said. */
static int join(struct driver_facts *f, size_t i, const struct ramdisk *at, bool named,
		const struct initrd_module *module, const struct initrd_look *look, bool unpacked)
{
	struct in_ramdisk *in = &f->in_ramdisk[i];
	bool first = !f->looked;
	int now = state_of(module, look, unpacked);

	if (!first && now != (int)in->state) {
		/* parts of one ramdisk: in any is in it; not in this part says
		 * nothing against the others */
		if (named && (in->state == RAMDISK_YES || now == RAMDISK_NO))
			return 0;
		if (!named || now != RAMDISK_YES)
			now = RAMDISK_UNKNOWN;
	} else if (!first) {
		return 0;
	}
	in->state = now;
	if (now == RAMDISK_UNKNOWN)
		return 0;
	free(in->source);
	free(in->value);
	in->source = vms_asprintf("%s%s", at->path, at->section ? " (.initrd)" : "");
	in->value = module->found ? strdup(module->path)
				  : vms_asprintf("%llu entries, none is %s.ko",
						 (unsigned long long)look->entries, module->name);
	return in->source && in->value ? 0 : -ENOMEM;
}

/* The first thing that stood in the way is the one to name. */
static int note_why(struct driver_facts *f, int cause, char *why)
{
	if (!why)
		return -ENOMEM;
	if (f->ramdisk_why) {
		free(why);
		return 0;
	}
	f->ramdisk_why = why;
	f->ramdisk_err = cause;
	return 0;
}

/* Nothing to be found, or no need to: what is at the end of the ramdisk need not be
 * unpacked. */
static bool is_no_matter(const struct driver_facts *f, size_t i, bool named)
{
	enum kernel_option option = driver_module_option(i);
	enum kconfig_value v = kernel_option(f->kernel, option);

	return v == KCONFIG_BUILT_IN || f->module[i].builtin ||
	       (!driver_module_is_early(i) && driver_facts_on_disk(f, i)) ||
	       (v == KCONFIG_NOT_SET && !f->module[i].path) ||
	       (named && f->in_ramdisk[i].state == RAMDISK_YES);
}

/* The modules, and what those of them need that are looked for. */
static void want_modules(const struct driver_facts *f, bool named, struct initrd_module *want)
{
	uint32_t wanted = 0;

	for (size_t i = 0; i < N_MODULES; i++) {
		want[i].name = f->module[i].name;
		want[i].found = is_no_matter(f, i, named);
		/* of a ramdisk in parts, what it needs may be in the next one */
		if (!is_no_matter(f, i, false))
			wanted |= 1u << i;
	}
	for (size_t i = N_MODULES; i < N_WANTED; i++) {
		const struct dependency *d = &f->dependency[i - N_MODULES];

		if (i - N_MODULES >= f->n_dependencies) {
			want[i].name = "";
			want[i].found = true;
			continue;
		}
		want[i].name = d->name;
		want[i].found = !(d->of & wanted) || (named && f->in_ramdisk[i].state == RAMDISK_YES);
	}
}

/* A member that this kernel cannot unpack: it is not the one that was booted, whatever is in it. *ret_option:
 * what the kernel lacks for it; NULL: no kernel can. */
static bool cannot_unpack(const struct driver_facts *f, const struct initrd_look *look,
			  const char **ret_option)
{
	static const enum kernel_option options[COMPRESSION_UNKNOWN] = {
		[COMPRESSION_GZIP] = OPTION_RD_GZIP, [COMPRESSION_BZIP2] = OPTION_RD_BZIP2,
		[COMPRESSION_LZMA] = OPTION_RD_LZMA, [COMPRESSION_XZ] = OPTION_RD_XZ,
		[COMPRESSION_ZSTD] = OPTION_RD_ZSTD, [COMPRESSION_LZ4_LEGACY] = OPTION_RD_LZ4,
	};

	*ret_option = NULL;
	if (look->packed >> COMPRESSION_LZ4 & 1)
		return true;
	for (size_t c = 0; c < COMPRESSION_UNKNOWN; c++) {
		if (!(look->packed >> c & 1) || !options[c])
			continue;
		/* said in so many words: old kernels did not have all of these options */
		if (f->kernel->option[options[c]].value == KCONFIG_NOT_SET) {
			*ret_option = kernel_option_name(options[c]);
			return true;
		}
	}
	return false;
}

static char *not_unpacked(const struct ramdisk *at, const char *option)
{
	if (!option)
		return vms_asprintf("%s: no kernel can unpack lz4 of this form (`lz4 -l` makes the older one "
				    "that kernels know), so that it is not the one that was booted",
				    at->path);
	return vms_asprintf("%s: this kernel cannot unpack it (CONFIG_%s is not set), so that it is not the "
			    "one that was booted",
			    at->path, option);
}

/* Why what was not found may be there all the same; "" it is not. */
static char *doubt(const struct driver_facts *f, const struct ramdisk *at, const struct initrd_module *want,
		   const struct initrd_look *look)
{
	if (look->err < 0)
		return vms_asprintf("%s: %s", at->path, look->why[0] ? look->why : vms_blocker(look->err));
	for (size_t i = 0; i < N_WANTED; i++)
		if (want[i].elsewhere && !want[i].found)
			return vms_asprintf("%s: %s lies outside of lib/modules/%s, and a script may load it",
					    at->path, want[i].elsewhere, f->kernel->release);
	return strdup("");
}

/* What a look into `at` has found; the paths in `want` are taken. */
static int take_look(struct driver_facts *f, const struct ramdisks *all, size_t k, struct initrd_module *want,
		     const struct initrd_look *look, int err)
{
	/* of those that only look like one, the others are of other kernels */
	bool ignored = all->guessed && !look->ours;
	const char *option;
	bool unpacked = !cannot_unpack(f, look, &option);
	int cause = unpacked ? look->err : -ENOEXEC;
	_cleanup_free_ char *why = NULL;

	if (err == 0 && !ignored) {
		why = unpacked ? doubt(f, &all->at[k], want, look) : not_unpacked(&all->at[k], option);
		err = why ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < N_WANTED; i++) {
		if (err == 0 && !ignored && (want[i].path || !want[i].found))
			err = join(f, i, &all->at[k], all->named, &want[i], look, unpacked);
		free(want[i].path);
		free(want[i].elsewhere);
		want[i].path = want[i].elsewhere = NULL;
	}
	f->looked |= err == 0 && !ignored;
	if (err == 0 && why && why[0]) {
		err = note_why(f, cause, why);
		why = NULL;
	}
	return err;
}

static int look_into(struct driver_facts *f, const struct ramdisks *all, size_t k)
{
	const struct ramdisk *at = &all->at[k];
	struct initrd_module want[N_WANTED] = { 0 };
	struct initrd_look look = { 0 };
	int err;

	want_modules(f, all->named, want);
	err = at->recorded
		      ? initrd_search_recorded(at->recorded, f->kernel->release, want, N_WANTED, &look)
		      : initrd_search(at->fd, at->off, at->size, f->kernel->release, want, N_WANTED, &look);
	return take_look(f, all, k, want, &look, err);
}

/* What none of them has may be in one that was not looked into. */
static int conclude(struct driver_facts *f, const struct ramdisks *all)
{
	const struct kernel_options *k = f->kernel;
	int err = 0;

	if (kernel_option(k, OPTION_INITRAMFS_SOURCE) == KCONFIG_BUILT_IN)
		err = note_why(f, 0, strdup("there is one inside the kernel, too (CONFIG_INITRAMFS_SOURCE)"));
	for (size_t i = 0; i < N_WANTED && f->ramdisk_why; i++)
		if (f->in_ramdisk[i].state == RAMDISK_NO)
			f->in_ramdisk[i].state = RAMDISK_UNKNOWN;
	if (err < 0 || f->ramdisk_why)
		return err;
	if (!f->looked)
		return note_why(f, 0,
				vms_asprintf("no initial ramdisk of %s is to be seen in /boot or on the ESP",
					     k->release));
	return note_why(f, 0,
			all->n > 1 && !all->named
				? vms_asprintf("%s and %s differ, and which one was booted is not known",
					       all->at[0].path, all->at[1].path)
				: strdup("the initial ramdisk could not be looked into"));
}

int driver_facts_ramdisk(struct vms_machine *m, struct driver_facts *f)
{
	struct ramdisks all;
	int err;

	if (f->ramdisk_done)
		return 0;
	err = ramdisks_find(m, f->kernel->release, &all);
	if (err < 0)
		return err;
	f->loose = all.loose;
	if (all.why) {
		/* the one that was booted may be the one that is not to be seen */
		f->ramdisk_why = all.why;
		all.why = NULL;
	}
	for (size_t k = 0; k < all.n && err == 0 && f->kernel->release; k++)
		err = look_into(f, &all, k);
	if (err == 0)
		err = conclude(f, &all);
	ramdisks_clear(&all);
	f->ramdisk_done = err == 0;
	return err;
}

void driver_facts_ramdisk_clear(struct driver_facts *f)
{
	for (size_t i = 0; i < N_WANTED; i++) {
		free(f->in_ramdisk[i].source);
		free(f->in_ramdisk[i].value);
	}
	free(f->ramdisk_why);
}
