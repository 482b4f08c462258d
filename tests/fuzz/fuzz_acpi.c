/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is each of the ACPI tables that are decoded. */
#include <stdlib.h>

#include "fuzz.h"
#include "hwdesc/acpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_span s = vms_span(data, size);
	struct acpi_defect header = { "" }, d = { "" };
	struct acpi_fadt fadt;
	struct acpi_madt madt;
	struct acpi_gtdt gtdt;
	struct acpi_uart spcr;
	struct acpi_dbg2 dbg2;
	struct acpi_mcfg mcfg;

	acpi_check_header(s, "APIC", &header);
	if (size < 36 && !header.text[0])
		abort();
	if (acpi_parse_fadt(s, &fadt, &d) || acpi_parse_madt(s, &madt, &d) || acpi_parse_gtdt(s, &gtdt, &d) ||
	    acpi_parse_spcr(s, &spcr, &d) || acpi_parse_dbg2(s, &dbg2, &d) || acpi_parse_mcfg(s, &mcfg, &d))
		return 0; /* no memory */
	if (madt.n_cpus > size / 76 || madt.n_enabled > madt.n_cpus || dbg2.n_uarts > ACPI_MAX_DBG2)
		abort();
	acpi_madt_clear(&madt);
	return 0;
}
