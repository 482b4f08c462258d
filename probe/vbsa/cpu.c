/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of /proc/cpuinfo; see cpu.h. */
#include <errno.h>

#include "core/util.h"
#include "cpu.h"

#define CPUINFO	    "/proc/cpuinfo"
#define CPUINFO_MAX (4u << 20)

void vbsa_cpus_clear(struct vbsa_cpus *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->cpu[i].features);
	free(c->cpu);
	*c = (struct vbsa_cpus){ 0 };
}

static struct vbsa_cpu *add_cpu(struct vbsa_cpus *c, unsigned number)
{
	struct vbsa_cpu *grown = reallocarray(c->cpu, c->n + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	c->cpu = grown;
	grown[c->n] = (struct vbsa_cpu){ .number = number };
	return &grown[c->n++];
}

/* "CPU implementer : 0x41" and so on: the fields of MIDR_EL1. */
static void take_midr(struct vbsa_cpu *cpu, const char *name, size_t len, const char *value)
{
	static const struct {
		const char *name;
		unsigned shift, bits;
	} fields[] = {
		{ "CPU implementer", 24, 8 },
		{ "CPU variant", 20, 4 },
		{ "CPU part", 4, 12 },
		{ "CPU revision", 0, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		uint32_t v = (uint32_t)strtoul(value, NULL, 0) & ((1u << fields[i].bits) - 1);

		if (strlen(fields[i].name) == len && memcmp(name, fields[i].name, len) == 0)
			cpu->midr |= 0xf0000 | v << fields[i].shift;
	}
}

int vbsa_cpus_parse(const char *text, struct vbsa_cpus *ret)
{
	struct vbsa_cpus c = { 0 };
	const char *line;
	size_t len;
	int err = 0;

	while (!err && vms_next_line(&text, &line, &len)) {
		const char *colon = memchr(line, ':', len);
		size_t name = colon ? (size_t)(colon - line) : 0, rest = colon ? len - name - 1 : 0;
		struct vbsa_cpu *cpu = c.n ? &c.cpu[c.n - 1] : NULL;

		while (name && (line[name - 1] == ' ' || line[name - 1] == '\t'))
			name--;
		if (name == 9 && memcmp(line, "processor", 9) == 0)
			err = add_cpu(&c, (unsigned)strtoul(colon + 1, NULL, 10)) ? 0 : -ENOMEM;
		else if (cpu && name == 8 && memcmp(line, "Features", 8) == 0 && !cpu->features)
			err = (cpu->features = vms_asprintf("%.*s ", (int)MIN(rest, (size_t)4096), colon + 1))
				      ? 0
				      : -ENOMEM;
		else if (cpu && colon)
			take_midr(cpu, line, name, colon + 1);
	}
	if (err < 0) {
		vbsa_cpus_clear(&c);
		return err;
	}
	*ret = c;
	return 0;
}

static int read_cpus(struct vms_machine *m, void *facts)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	struct vbsa_cpus *c = facts;
	int err = vms_root_read(m->root, CPUINFO, CPUINFO_MAX, &text);

	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		c->err = err;
		return 0;
	}
	err = vbsa_cpus_parse(text.data, c);
	if (!err && !c->n)
		c->err = -EBADMSG;
	return err;
}

static void clear_cpus(void *facts)
{
	vbsa_cpus_clear(facts);
}

const struct vbsa_cpus *vbsa_cpus_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_VBSA_CPUS, sizeof(struct vbsa_cpus), read_cpus, clear_cpus);
}

int vbsa_cpu_has(const struct vbsa_cpu *cpu, const char *feature)
{
	char word[32];

	if (!cpu->features)
		return -ENODATA;
	snprintf(word, sizeof(word), " %s ", feature);
	return strstr(cpu->features, word) != NULL;
}

unsigned vbsa_cpu_architecture(uint32_t midr)
{
	/* implementer << 12 | part */
	static const uint32_t armv8[] = {
		0x41d01, 0x41d02, 0x41d03, 0x41d04, 0x41d05, 0x41d06, 0x41d07, 0x41d08, 0x41d09,
		0x41d0a, 0x41d0b, 0x41d0c, 0x41d0d, 0x41d0e, 0x41d40, 0x41d41, 0x41d42, 0x41d43,
		0x41d44, 0x41d4a, 0x41d4b, 0x41d4c, 0x43516, 0x430a1, 0x430af, 0x46001, 0x48d01,
		0x48d02, 0x4e003, 0x4e004, 0x50000, 0x51800, 0x51801, 0x51c00, 0x51c01, 0x61022,
		0x61023, 0x61024, 0x61025, 0x61028, 0x61029, 0xc0ac3, 0xc0ac4,
	};
	static const uint32_t armv9[] = {
		0x41d46, 0x41d47, 0x41d48, 0x41d49, 0x41d4d, 0x41d4e, 0x41d4f, 0x41d80, 0x41d81,
		0x41d82, 0x41d83, 0x41d84, 0x41d85, 0x41d87, 0x41d8a, 0x41d8e, 0x41d8f,
	};
	uint32_t part = (midr >> 24) << 12 | (midr >> 4 & 0xfff);

	for (size_t i = 0; i < ARRAY_SIZE(armv8); i++)
		if (armv8[i] == part)
			return 8;
	for (size_t i = 0; i < ARRAY_SIZE(armv9); i++)
		if (armv9[i] == part)
			return 9;
	return 0;
}
