# SPDX-License-Identifier: GPL-2.0-or-later
"""A Slurm of its own: munged, slurmctld and two slurmd on loopback, all of it below one folder,
ended by their process IDs."""
import os
import shutil
import signal
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "scancel")
CONF = """ClusterName=vmspec
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={top}/munge.socket
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={top}/state
SlurmdSpoolDir={top}/%n
SlurmctldPidFile={top}/slurmctld.pid
SlurmdPidFile={top}/%n.pid
SlurmctldLogFile={top}/slurmctld.log
SlurmdLogFile={top}/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={n1} CPUs=2
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={n2} CPUs=2
PartitionName=all Nodes=n1,n2 Default=YES State=UP
"""


def which(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def missing():
    return [p for p in PROGRAMS if not which(p)]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as f:
        return int(f.read().rsplit(")", 1)[1].split()[1])


def command_of(pid):
    with open(f"/proc/{pid}/comm") as f:
        return f.read().strip()


class Cluster:
    def __init__(self, top):
        self.top = top
        self.processes = []
        top.mkdir()
        for name in ("state", "n1", "n2"):
            (top / name).mkdir()
        (top / "munge.key").write_bytes(os.urandom(128))
        (top / "munge.key").chmod(0o600)
        (top / "slurm.conf").write_text(CONF.format(
            host=socket.gethostname(), top=top, user=os.environ.get("USER") or "root", ctld=free_port(), n1=free_port(), n2=free_port()))
        self.env = {**os.environ, "SLURM_CONF": str(top / "slurm.conf")}

    def start(self, program, *args):
        with open(self.top / (os.path.basename(program) + ".out"), "ab") as log:
            self.processes.append(subprocess.Popen([which(program), *args], env=self.env, stdin=subprocess.DEVNULL,
                                                   stdout=log, stderr=log))

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def up(self):
        self.start("munged", "--foreground", f"--socket={self.top}/munge.socket", f"--key-file={self.top}/munge.key",
                   f"--pid-file={self.top}/munge.pid", f"--seed-file={self.top}/munge.seed",
                   f"--log-file={self.top}/munge.log", "--force")
        self.until("munged", lambda: (self.top / "munge.socket").exists())
        self.start("slurmctld", "-D", "-c")
        self.start("slurmd", "-D", "-N", "n1")
        self.start("slurmd", "-D", "-N", "n2")
        self.until("two idle nodes", lambda: self.run("sinfo", "-h", "-N", "-o", "%N %T").split() ==
                   ["n1", "idle", "n2", "idle"])

    def __exit__(self, *_):
        if len(self.processes) > 1:
            self.run("scancel", "--full", "--signal=KILL", "--state=RUNNING", check=False)
            self.run("scancel", "--state=PENDING", check=False)
        for p in reversed(self.processes):
            p.send_signal(signal.SIGTERM)
            try:
                p.wait(15)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()

    def run(self, *command, check=True):
        p = subprocess.run(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        if check and p.returncode:
            raise RuntimeError(f"{command}: {p.returncode}: {p.stdout.decode()}")
        return p.stdout.decode()

    def until(self, what, good, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                if good():
                    return
                why = ""
            except RuntimeError as e:
                why = str(e)
            if time.monotonic() > end:
                raise RuntimeError(f"no {what} in {seconds} s {why}\n" + self.run("squeue", "--all", "-o", "%i %T %r %S", check=False))
            time.sleep(0.1)

    def job(self, number):
        """What scontrol says of a job, or of an array's task: {"JobState": "COMPLETED", ...}"""
        text = self.run("scontrol", "-o", "show", "job", str(number)).splitlines()[0]
        return dict(w.split("=", 1) for w in text.split() if "=" in w)

    def wait(self, number, seconds=120):
        """The exit status of a job once it has ended."""
        self.until(f"end of job {number}", lambda: self.job(number)["JobState"] in
                   ("COMPLETED", "FAILED", "CANCELLED", "NODE_FAIL", "TIMEOUT"), seconds)
        return int(self.job(number)["ExitCode"].split(":")[0])

    def lose(self, node, pid):
        """The power of a node fails while `pid`, of one of its tasks, runs; then it comes back."""
        stepd = pid
        while stepd > 1 and not command_of(stepd).startswith("slurmstepd"):
            stepd = parent_of(stepd)
        if stepd <= 1:
            raise RuntimeError(f"{pid} runs below no slurmstepd")
        slurmd = next(p for p in self.processes if p.args[-1] == node)
        slurmd.kill()
        slurmd.wait()
        self.processes.remove(slurmd)
        os.kill(stepd, signal.SIGKILL)
        os.killpg(os.getpgid(pid), signal.SIGKILL)
        self.run("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")
        self.start("slurmd", "-D", "-c", "-N", node)
        self.until(f"{node} up again", lambda: self.run("sinfo", "-h", "-n", node, "-o", "%T").strip() in
                   ("idle", "mixed", "allocated"))
        time.sleep(3)       # what is left of the task is ended there: that is what Slurm's two minutes are for

    def now(self, *tasks):
        """Slurm waits two minutes before it runs a requeued task again; we do not."""
        for task in tasks:
            self.until(f"{task} requeued", lambda: self.job(task)["JobState"] in ("PENDING", "RUNNING", "COMPLETED"))
            if self.job(task)["JobState"] == "PENDING":
                self.run("scontrol", "update", f"jobid={task}", "StartTime=now", check=False)

    def array_of(self, join):
        """The job array that a joining job waits for: it was submitted before it."""
        name = self.job(join)["Dependency"]
        return int(name.split(":")[1].split("_")[0].split("(")[0])
