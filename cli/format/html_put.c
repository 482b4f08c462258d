// SPDX-License-Identifier: GPL-2.0-or-later
/* Text and style of the page. Colours are chosen for a contrast of 4.5 to 1 and more. */
#include "html.h"

const char html_style[] =
	":root{--bg:#fbfbfa;--card:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--red:#b3261e;--redbg:#"
	"fdecea;"
	"--green:#1a6b35;--greenbg:#e6f4ea;--amber:#7a4d00;--amberbg:#fff4dc;--violet:#5b3a9e;--violetbg:#"
	"f0eafb;"
	"--blue:#0b5cad;--shade:#f1f3f5}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#0f1317;--card:#171c22;--ink:#e6e9ed;--soft:#a0a9b4;"
	"--line:#313942;--red:#ff8a80;--redbg:#3b1a19;--green:#7fd69a;--greenbg:#12301d;--amber:#f2c26b;"
	"--amberbg:#37290f;--violet:#c4b0f5;--violetbg:#2a2142;--blue:#84bdf7;--shade:#1e242b}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe "
	"UI',"
	"Roboto,'Noto Sans',sans-serif;overflow-wrap:anywhere}\n"
	"main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}\n"
	"header{padding-top:2rem}footer{padding-bottom:2.5rem;color:var(--soft);font-size:.875rem}\n"
	"h1{font-size:1.75rem;line-height:1.25;margin:.5rem 0 .25rem}h2{font-size:1.25rem;margin:2.25rem 0 "
	".75rem}\n"
	"h3{font-size:1rem;margin:0 0 .5rem}p{margin:.25rem 0}a{color:var(--blue)}\n"
	".soft{color:var(--soft)}code{font:.875em ui-monospace,'DejaVu Sans Mono',Menlo,monospace}\n"
	".badge{display:inline-block;padding:.2rem .75rem;border-radius:1rem;font-weight:650}\n"
	".compliant,.pass{color:var(--green)}.noncompliant,.fail{color:var(--red)}\n"
	".inconclusive,.unknown,.pending{color:var(--amber)}.waived{color:var(--violet)}.skip,.none{color:"
	"var(--soft)}\n"
	".badge.compliant,td.pass{background:var(--greenbg)}.badge.noncompliant,td.fail{background:var(--"
	"redbg)}\n"
	".badge.inconclusive,td.unknown,td.pending{background:var(--amberbg)}td.waived{background:var(--"
	"violetbg)}\n"
	".fail,.unknown{font-weight:650}\n"
	".tiles{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;margin:1rem 0 0;list-style:none}\n"
	".tiles li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.35rem "
	".8rem}\n"
	".tiles b{font-size:1.15rem}\n"
	".owners{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}\n"
	".card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem "
	"1.25rem}\n"
	".card ul{margin:0;padding:0;list-style:none}.card li+li{border-top:1px solid "
	"var(--line);margin-top:.7rem;"
	"padding-top:.7rem}\n"
	".tag{display:block;font-weight:650;font-size:.8125rem;text-transform:"
	"uppercase;"
	"letter-spacing:.03em}\n"
	".scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}\n"
	"table{border-collapse:collapse;width:100%;font-size:.9375rem}\n"
	"caption{text-align:left;padding:.6rem .8rem;color:var(--soft);font-size:.875rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.5rem .8rem;border-top:1px solid var(--line)}\n"
	"thead th{background:var(--shade);font-size:.8125rem;vertical-align:bottom}\n"
	"tbody th{font-weight:500;min-width:9rem}.checks tbody th:not([colspan]){width:17rem}.grid "
	"td{text-align:center;white-space:nowrap;font-size:.8125rem}\n"
	".grid thead th{min-width:5.5rem;overflow-wrap:normal}.grid thead "
	"th:not(:first-child){text-align:center}\n"
	".checks td:first-child{white-space:nowrap;width:5.5rem}.checks "
	"td:nth-child(2){width:4.5rem;white-space:nowrap}.checks "
	"th[colspan]{background:var(--shade);font-weight:650}\n"
	"details{margin:.2rem 0}.checks "
	"summary{font-size:.8125rem}summary{cursor:pointer;color:var(--blue)}\n"
	"details dl{margin:.4rem 0 .2rem;padding-left:.9rem;border-left:3px solid var(--line)}\n"
	"dt{color:var(--soft);font-size:.8125rem}dd{margin:0 0 .4rem}\n"
	"section.subject>details>summary{font-size:1.05rem;font-weight:600;padding:.5rem 0;color:inherit}\n"
	"section.subject{border-top:1px solid var(--line);padding:.25rem 0}\n"
	"@media(max-width:40rem){h1{font-size:1.4rem}.checks thead{position:absolute;clip-path:inset(50%)}"
	".checks tr,.checks td,.checks th{display:block;border:0;width:auto;padding:.1rem .8rem}"
	".checks td:first-child,.checks td:nth-child(2){display:inline-block;width:auto}"
	".checks tbody tr{border-top:1px solid var(--line);padding:.55rem 0}}\n"
	"@media print{body{background:#fff;font-size:11pt}.scroll{overflow:visible;border:0}"
	".card,tr,li{break-inside:avoid}details>summary{list-style:none}a{color:inherit;text-decoration:none}"
	"}\n";

const char *markup_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

void html_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		const char *entity = *s == '\'' ? "&#39;" : markup_entity(*s);

		if (entity)
			fputs(entity, out);
		else
			putc((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s, out);
	}
}

void html_status(FILE *out, enum vms_status s)
{
	fprintf(out, "<span class=\"%s\">%s</span>", vms_status_name(s), vms_status_name(s));
}

const char *html_outcome_words(enum vms_outcome o)
{
	static const char *const words[] = {
		[VMS_COMPLIANT] = "compliant",
		[VMS_NONCOMPLIANT] = "not compliant",
		[VMS_INCONCLUSIVE] = "inconclusive",
	};

	return words[o];
}

void html_outcome(FILE *out, enum vms_outcome o)
{
	fprintf(out, "<span class=\"badge %s\">%s</span>", vms_outcome_name(o), html_outcome_words(o));
}
