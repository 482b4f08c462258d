/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of built-in drivers; see symbols.h. Reads /proc/kallsyms. */
#include <errno.h>

#include "symbols.h"

#define PIECE	 (64u << 10)
#define TEXT_MAX (64u << 20)

/* Names that stand for one driver each, in kernels from 4.4 on. */
static const struct {
	const char *name;
	enum kernel_symbol symbol;
} known[] = {
	{ "pl011_startup", SYMBOL_PL011 },
	{ "pl011_console_setup", SYMBOL_PL011_CONSOLE },
	{ "pl011_console_write", SYMBOL_PL011_CONSOLE },
	{ "pl011_console_write_atomic", SYMBOL_PL011_CONSOLE },
	{ "gic_cpu_if_down", SYMBOL_GICV2 },
	{ "virtcons_probe", SYMBOL_VIRTIO_CONSOLE },
	{ "virtio_pci_probe", SYMBOL_VIRTIO_PCI },
	{ "virtio_mmio_probe", SYMBOL_VIRTIO_MMIO },
	{ "virtblk_probe", SYMBOL_VIRTIO_BLK },
	{ "virtscsi_probe", SYMBOL_VIRTIO_SCSI },
	{ "virtnet_probe", SYMBOL_VIRTIO_NET },
	{ "virtballoon_probe", SYMBOL_VIRTIO_BALLOON },
	{ "xen_hvc_init", SYMBOL_XEN_CONSOLE },
	{ "blkfront_probe", SYMBOL_XEN_BLK },
	{ "netfront_probe", SYMBOL_XEN_NET },
	{ "balloon_set_new_target", SYMBOL_XEN_BALLOON },
};

struct symbols {
	const char *name[N_SYMBOLS];
};

static bool is_name(const char *name, size_t len, const char *what)
{
	size_t n = strlen(what);

	return len >= n && memcmp(name, what, n) == 0 && (len == n || name[n] == '.');
}

/* "ffff800010f2c1d8 t pl011_startup": which of `known`, or -ENOENT. Of a module's the name of
 * the module follows in brackets. Clang's link-time optimization puts ".llvm.NUMBER" behind a name. */
static int known_line(const char *line, size_t len)
{
	const char *name = memrchr(line, ' ', len);
	size_t n;

	if (!name || memchr(line, '[', len))
		return -ENOENT;
	name++;
	n = len - (size_t)(name - line);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].name[0] == *name && is_name(name, n, known[i].name))
			return (int)i;
	return -ENOENT;
}

/* Whole lines of a piece; how much of it they are. */
static size_t take_lines(struct symbols *s, const char *data, size_t len)
{
	const char *p = data, *end = data + len, *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
		int i = known_line(p, (size_t)(nl - p));

		if (i >= 0)
			s->name[known[i].symbol] = known[i].name;
		p = nl + 1;
	}
	return (size_t)(p - data);
}

static int read_symbols(struct vms_machine *m, void *data)
{
	_cleanup_free_ char *piece = NULL;
	_cleanup_close_ int fd = -1;
	size_t have = 0, all = 0;
	uint64_t size;
	int err = vms_root_open_file(m->root, KALLSYMS, &fd, &size);

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	piece = malloc(PIECE);
	if (!piece)
		return -ENOMEM;
	while (have < PIECE && all < TEXT_MAX) {
		ssize_t got = read(fd, piece + have, PIECE - have);
		size_t taken;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		all += (size_t)got;
		have += (size_t)got;
		taken = take_lines(data, piece, have);
		memmove(piece, piece + taken, have - taken);
		have -= taken;
	}
	return 0;
}

static void clear_symbols(void *data _unused_)
{
}

const char *kernel_symbol(struct vms_machine *m, enum kernel_symbol s, int *ret_err)
{
	const struct symbols *facts =
		vms_machine_fact(m, VMS_FACT_SYMBOLS, sizeof(struct symbols), read_symbols, clear_symbols);

	if (!facts)
		*ret_err = -ENOMEM;
	return facts && s < N_SYMBOLS ? facts->name[s] : NULL;
}

size_t kernel_symbols_filter(char *text, size_t len)
{
	char *p = text, *end = text + len, *to = text, *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
		size_t n = (size_t)(nl + 1 - p);

		if (known_line(p, n - 1) >= 0) {
			memmove(to, p, n);
			to += n;
		}
		p = nl + 1;
	}
	return (size_t)(to - text);
}
