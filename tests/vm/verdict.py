# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdict documents as the tests compare them: what varies from run to run is masked.

Kept as it is: order and ids of the checks, level, clause, status, owner of the remedy, sources of
the evidence, the subject, the facts, the verdict and its counts. Masked: the tool's version and the time
(left out), kernel releases (KERNEL), hexadecimal numbers (HEX), times of day (TIME), UUIDs (UUID) and
every number of three digits or more (N): sizes, addresses, seconds. Left out: titles, the advice
and the values of the evidence, which the replays of records hold.

Of the reasons, expected/ holds the names (checks, options, files, devices, versions), which say what a status
rests on; the words around them are held where they cost seconds, in tests/records/expected.
"""
import difflib
import json
import pathlib
import re

EXPECTED = pathlib.Path(__file__).resolve().parent / "expected"

MASKS = [
    (r"\d+\.\d+\.\d+[-+][0-9a-z.~+-]*(?:arm64|armmp-lpae|armmp)", "KERNEL"),
    (r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", "UUID"),
    (r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| UTC)?)?", "TIME"),
    (r"0x[0-9a-fA-F]+", "HEX"),
    (r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d{3,}(?:\.\d+)?)", "N"),
    (r"(?<![\w.])\d+(?:\.\d+)? (ms|s|seconds?|minutes?)\b", r"N \1"),
]


# Names in a reason: checks, kernel options, paths, words of capitals and underscores, words with digits in them,
# and what kept a program from looking.
NAMES = re.compile(r"(?:VMSPEC|VBSA)-[A-Z0-9_-]*[A-Z0-9]|\b[a-z][a-z_.]*=[\w.-]*\w|(?<![\w/])/[a-z][\w/.-]*\w"
                   r"|\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b|\b(?=[\w-]*[A-Za-z])(?=[\w-]*\d)\w+(?:-\w+)*|\bpermission denied\b|\bread-only\b")


def mask(text):
    for pattern, stand_in in MASKS:
        text = re.sub(pattern, stand_in, text)
    return text


def masked(facts):
    """Facts with their texts masked; numbers are as they were seen."""
    if isinstance(facts, dict):
        return {k: masked(v) for k, v in facts.items()}
    if isinstance(facts, list):
        return [masked(v) for v in facts]
    return mask(facts) if isinstance(facts, str) else facts


def normalise(document):
    checks = []
    for c in document["checks"]:
        checks.append({"id": c["id"], "level": c["level"], "clause": c.get("clause"), "status": c["status"],
                       "reason": mask(c.get("reason") or ""),
                       "evidence": [mask(e["source"]) for e in c.get("evidence", [])],
                       "owner": (c.get("remedy") or {}).get("owner")})
    return {"schema": document["schema"], "profile": document["profile"], "subject": document["subject"],
            "verdict": document["verdict"], "summary": document["summary"],
            "facts": masked(document.get("facts", {})), "checks": checks}


def asserted(document):
    """The text of expected/: the document as normalise() has it, of each reason the names in it."""
    normal = normalise(document)
    for c in normal["checks"]:
        c["names"] = sorted(set(NAMES.findall(c.pop("reason"))))
    return as_text(normal)


def against_expected(document, name, accept=False):
    """What differs from expected/NAME.json, as lines, none where nothing does; `accept` writes the file."""
    file, got = EXPECTED / (name + ".json"), asserted(document)
    if accept:
        file.write_text(got)
    wanted = file.read_text() if file.exists() else ""
    return differences(wanted, got)


def as_text(normal):
    """One check a line: a difference shows the check it is in."""
    head = {k: v for k, v in normal.items() if k != "checks"}
    lines = [json.dumps(head)[:-1] + ', "checks": [']
    lines += ["  " + json.dumps(c, ensure_ascii=False) + "," for c in normal["checks"]]
    lines[-1] = lines[-1].rstrip(",")
    return "\n".join(lines + ["]}"]) + "\n"


def differences(expected, got, names=("expected", "got")):
    return list(difflib.unified_diff(expected.splitlines(), got.splitlines(), *names, lineterm="", n=0))


def statuses(document):
    return {c["id"]: c["status"] for c in document["checks"]}


def check(document, check_id):
    return next((c for c in document["checks"] if c["id"] == check_id), None)
