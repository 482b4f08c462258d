/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signer's name of an EFI application. Reads the attribute certificate table; of each
 * PKCS#7 in it the signer's issuer and serial number, and the subject of the certificate
 * beside it that has these. A walker of its own over some hundred bytes: a library for
 * cryptography would be by far the largest thing that a sandboxed worker opens, for
 * nothing but names. Serves "VM Image Format": what Secure Boot will say to the loader.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/der.h"
#include "image/signature.h"

#define WIN_CERT_HEAD	 8
#define WIN_CERT_PKCS7	 0x0002
#define WIN_CERT_MAX	 (256u << 10) /* bytes of one; 2 to 20 KiB are usual */
#define WIN_CERTS_MAX	 16
#define CERTIFICATES_MAX 64

static bool same(struct vms_span a, struct vms_span b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Characters of a string of the name; of UTF-16 what is ASCII in it. */
static void name_text(const struct der *string, char name[SIGNER_NAME])
{
	size_t step = string->tag == DER_BMP ? 2 : 1, n = 0;

	for (size_t at = step - 1; at < string->content.len && n < SIGNER_NAME - 1; at += step) {
		bool wide = step == 2 && string->content.data[at - 1] != 0;

		name[n++] = (char)(wide || !string->content.data[at] ? '?' : string->content.data[at]);
	}
	name[n] = '\0';
}

/* The attribute 2.5.4.`kind` of a Name. */
static bool name_attribute(struct vms_span names, uint8_t kind, char name[SIGNER_NAME])
{
	const uint8_t oid[] = { 0x55, 0x04, kind };
	struct der set, pair, type, value;

	while (der_take(&names, DER_SET, &set)) {
		while (der_take(&set.content, DER_SEQUENCE, &pair)) {
			struct vms_span rest = pair.content;

			if (!der_take(&rest, DER_OID, &type) || !der_next(&rest, &value) ||
			    !same(type.content, vms_span(oid, sizeof(oid))) || value.content.len == 0)
				continue;
			name_text(&value, name);
			return true;
		}
	}
	return false;
}

/* What a Name is called: its common name, else its unit, else its organization. */
static bool name_of(struct vms_span names, char name[SIGNER_NAME])
{
	return name_attribute(names, 3, name) || name_attribute(names, 11, name) ||
	       name_attribute(names, 10, name);
}

/* The subject of the certificate with this issuer and serial number. */
static bool subject_of(struct vms_span certificates, const struct der *issuer, const struct der *serial,
		       char name[SIGNER_NAME])
{
	struct der outer, body, version, number, other, from, subject;

	for (unsigned i = 0; i < CERTIFICATES_MAX && der_take(&certificates, DER_SEQUENCE, &outer); i++) {
		struct vms_span rest = outer.content;

		if (!der_take(&rest, DER_SEQUENCE, &body))
			continue;
		rest = body.content;
		der_take(&rest, DER_CONTEXT_0, &version); /* of old certificates it is not there */
		if (!der_take(&rest, DER_INTEGER, &number) || !der_take(&rest, DER_SEQUENCE, &other) ||
		    !der_take(&rest, DER_SEQUENCE, &from) || !der_take(&rest, DER_SEQUENCE, &other) ||
		    !der_take(&rest, DER_SEQUENCE, &subject))
			continue;
		if (same(number.content, serial->content) && same(from.content, issuer->content))
			return name_of(subject.content, name);
	}
	return false;
}

/* The parts of SignedData that count here. */
static bool signed_data(struct vms_span pkcs7, struct vms_span *ret_certificates,
			struct vms_span *ret_signers)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
	struct der outer, type, inner, data, part;
	struct vms_span rest;

	if (!der_take(&pkcs7, DER_SEQUENCE, &outer) || !der_take(&outer.content, DER_OID, &type) ||
	    !same(type.content, vms_span(oid, sizeof(oid))) ||
	    !der_take(&outer.content, DER_CONTEXT_0, &inner) ||
	    !der_take(&inner.content, DER_SEQUENCE, &data))
		return false;
	rest = data.content;
	if (!der_take(&rest, DER_INTEGER, &part) || !der_take(&rest, DER_SET, &part) ||
	    !der_take(&rest, DER_SEQUENCE, &part))
		return false;
	*ret_certificates = vms_span(rest.data, 0);
	while (der_next(&rest, &part)) {
		if (part.tag == DER_CONTEXT_0)
			*ret_certificates = part.content;
		if (part.tag != DER_SET)
			continue;
		*ret_signers = part.content;
		return true;
	}
	return false;
}

int signer_name(struct vms_span pkcs7, char name[SIGNER_NAME], struct vms_why *why)
{
	struct vms_span certificates, signers, rest;
	struct der signer, part, issuer, serial;
	char text[SIGNER_NAME];

	if (!signed_data(pkcs7, &certificates, &signers))
		return vms_broken(why, "no PKCS#7 SignedData");
	if (!der_take(&signers, DER_SEQUENCE, &signer))
		return vms_broken(why, "PKCS#7 without a signer");
	rest = signer.content;
	if (!der_take(&rest, DER_INTEGER, &part) || !der_take(&rest, DER_SEQUENCE, &part))
		return vms_broken(why, "PKCS#7 whose signer is not named by issuer and serial number");
	rest = part.content;
	if (!der_take(&rest, DER_SEQUENCE, &issuer) || !der_take(&rest, DER_INTEGER, &serial))
		return vms_broken(why, "PKCS#7 whose signer is not named by issuer and serial number");
	if (subject_of(certificates, &issuer, &serial, text)) {
		memcpy(name, text, SIGNER_NAME);
		return 0;
	}
	if (!name_of(issuer.content, text))
		return vms_broken(why, "PKCS#7 whose signer has no name");
	snprintf(name, SIGNER_NAME, "issued by %.70s", text);
	return 0;
}

/* One entry of the table at `off`; *ret_len: with its head. 1: a signature, 0: another kind. */
static int read_certificate(struct vms_disk *file, uint64_t off, uint64_t left, uint64_t *ret_len,
			    struct pe_signature *s)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	uint8_t head[WIN_CERT_HEAD];
	struct vms_span h = vms_span(head, sizeof(head));
	char name[SIGNER_NAME];
	uint16_t type = 0;
	uint32_t len = 0;
	int r = vms_disk_read(file, off, head, sizeof(head));

	if (r < 0)
		return r;
	span_le32(h, 0, &len);
	span_le16(h, 6, &type);
	if (len <= WIN_CERT_HEAD || len > left)
		return vms_broken(&s->why, "a certificate of %" PRIu32 " bytes where %" PRIu64 " are left",
				  len, left);
	*ret_len = len;
	if (type != WIN_CERT_PKCS7)
		return 0;
	if (len > WIN_CERT_MAX)
		return vms_broken(&s->why, "a signature of %" PRIu32 " bytes; up to %u are read", len,
				  WIN_CERT_MAX);
	bytes = malloc(len - WIN_CERT_HEAD);
	if (!bytes)
		return -ENOMEM;
	r = vms_disk_read(file, off + WIN_CERT_HEAD, bytes, len - WIN_CERT_HEAD);
	if (r == 0)
		r = signer_name(vms_span(bytes, len - WIN_CERT_HEAD), name, &s->why);
	if (r < 0)
		return r;
	if (s->n < SIGNERS_MAX)
		memcpy(s->signers[s->n], name, SIGNER_NAME);
	s->n++;
	return 1;
}

int pe_read_signature(struct vms_disk *file, uint32_t offset, uint32_t size, struct pe_signature *ret)
{
	struct pe_signature s = { .err = -ENOENT };
	uint64_t off = offset, end = (uint64_t)offset + size, len = 0;

	for (unsigned i = 0; i < WIN_CERTS_MAX && end - off >= WIN_CERT_HEAD && size != 0; i++) {
		int r = read_certificate(file, off, end - off, &len, &s);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			s.err = r;
		if (r < 0)
			break;
		if (s.n > 0)
			s.err = 0;
		len = (len + 7) & ~7ull; /* the next one begins at a multiple of eight */
		off = len < end - off ? off + len : end;
	}
	*ret = s;
	return 0;
}
