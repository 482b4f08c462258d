# SPDX-License-Identifier: GPL-2.0-or-later
"""Out of memory: each allocation of a run fails once (by each way that leads to it: memory.c), and all from one on.
What comes out is what comes out with memory enough, or exit status 4 with one line that says so; nothing in between."""
import concurrent.futures, json, os, re, subprocess

# what two runs of the same differ by
TIMES = re.compile(r'20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?|\b1[789]\d{8}\b|"seconds": [0-9.]+|after \d+ s\b|[0-9.]+ s after')


class Sweep:
    def __init__(self, library, of):
        self.env = {**os.environ, "LD_PRELOAD": str(library), "VMSPEC_MEMORY_OF": of}
        self.log = str(library) + ".log"

    def run(self, command, **more):
        p = subprocess.run(command, env={**self.env, **more}, capture_output=True, text=True, timeout=120, check=False)
        return p.returncode, TIMES.sub("T", p.stdout), p.stderr

    def ways(self, command):
        """What comes out with memory enough, and the number of the first allocation of each way to one."""
        base = self.run(command, VMSPEC_MEMORY_LOG=self.log)
        with open(self.log) as f:
            return base, [int(n) for n in f]

    def judge(self, base, got):
        """What is wrong with it; "" is right."""
        if got == base:
            return ""
        # a thread that cannot be made says so in its own words
        if got[0] != 4 or not got[2].endswith(("out of memory\n", "Resource temporarily unavailable\n")) or got[2].count("\n") != 1:
            return "status %d, %d bytes, %s" % (got[0], len(got[1]), got[2][:200])
        # of what goes to a pipe a part may be gone by then; an image of several that could not be judged says so
        if base[1].startswith(got[1]) or all(c["reason"] == "out of memory" for c in json.loads(got[1])["checks"]):
            return ""
        return "another document, status 4"

    def all(self, command, most=0, at_once=None):
        """(ways tried, wrong); of the ways `most`, evenly taken (0: all)."""
        base, numbers = self.ways(command)

        def one(n):
            return n, self.judge(base, self.run(command, VMSPEC_MEMORY_FAIL=str(n)))

        if most and len(numbers) > most:
            numbers = [numbers[i * len(numbers) // most] for i in range(most)]
        # and nothing to be had any more from some places on
        tries = numbers + ["%d+" % n for n in numbers[::max(1, len(numbers) // 20)]]
        with concurrent.futures.ThreadPoolExecutor(at_once or os.cpu_count()) as pool:
            wrong = ["allocation %s: %s" % (n, why) for n, why in pool.map(one, tries) if why]
        return len(tries), wrong
