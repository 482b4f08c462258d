# SPDX-License-Identifier: GPL-2.0-or-later
"""
Machines that were once judged wrong, after public logs of other vendors, distributions, kernels and
hypervisors: cases/cases.tsv says what each must be told, cases/NAME.tar.gz is the record. A line that
stands in cases/open as well is known to be wrong still: it is skipped, and said.
"""
import os
import re

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")


def read():
    """(record, profile, what, wanted) of each line."""
    with open(os.path.join(HERE, "cases.tsv")) as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    for record, profile, what, wanted, *_ in rows:
        for one in what.split(","):
            yield record, profile, one, wanted


def still_open():
    path = os.path.join(HERE, "open")
    if not os.path.exists(path):
        return set()
    with open(path) as f:
        return {tuple(line.split()[:2]) for line in f if line.strip() and not line.startswith("#")}


def seen(verdict, what):
    """What the document says of `what`: a status, or a field by its name."""
    if what == "subject.hypervisor":
        return str(verdict["subject"].get("hypervisor"))
    kind, _, of = what.partition(":")
    if kind == "owner":
        check = next(c for c in verdict["checks"] if c["id"] == of)
        return check.get("remedy", {}).get("owner", "none")
    kind, _, word = what.partition(".")
    if kind == "advice":
        said = [c["id"] for c in verdict["checks"]
                if re.search(word, c.get("remedy", {}).get("advice", ""), re.I)]
        return ",".join(said) or "none"
    check = next((c for c in verdict["checks"] if c["id"] == what), None)
    return check["status"] if check else "not listed"


def holds(value, wanted):
    if wanted.startswith("!"):
        return not value.startswith(wanted[1:])
    return value in wanted.split(",")
