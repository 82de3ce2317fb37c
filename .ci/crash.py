#!/usr/bin/env python3
"""kill -9 during a mixed load with sealing and merging, over and over: every acknowledged record must be there afterwards,
exactly once, and the start must succeed.

  crash.py --bin .build/release --times 100 [--seed 1] [--syscalls 0.7] [--power]

Half and half of: killed at a random moment; killed by strace on entering the n-th system call of one kind in one of its
threads (`--syscalls` is their share; needs strace, else all are random moments). A start may be what is killed.
--power: the data lies on a small ext4 on a loop device, and with the kill the file system is shut down without flushing
(EXT4_IOC_SHUTDOWN): what was not synced is gone as when power is lost. Needs root and loop devices.
"""
import argparse, collections, os, random, shutil, signal, threading, time
from power import LoopDisk, is_possible
from load import Load
from server import Checks, Teled

CONFIG = """memory: 64MiB
storage: {seal_bytes: 128KiB, seal_age: 500ms, wal_bytes: 1MiB, merge_inputs: 3}
"""
# How many calls of one kind one thread makes in a round, at most about.
CALLS = {"write": 200, "fdatasync": 200, "fsync": 120, "rename": 120, "unlink": 120, "openat": 200, "statfs": 100, "pread64": 100, "close": 200}


def traced(pid):
    """The process that strace runs."""
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        children = f.read().split()
    return int(children[0]) if children else None


class Round:
    def __init__(self, teled, load, rnd):
        self.teled, self.load, self.rnd = teled, load, rnd

    def at_random(self):
        """The running server gets load, and is killed."""
        stop = threading.Event()
        threads = self.load.run(self.teled.http, stop)
        time.sleep(0.05 + self.rnd.random() ** 2 * 1.5)
        self.teled.process.kill()
        self.teled.process.wait()
        stop.set()
        for t in threads:
            t.join()
        return "a random moment"

    def at_call(self):
        """The server is started anew under strace, and ends at a system call of its start or under load."""
        if self.rnd.random() < 0.5:
            self.teled.process.kill()
        else:
            self.teled.process.terminate()
        self.teled.process.wait(timeout=20)
        call = self.rnd.choice(list(CALLS))
        n = max(1, int(CALLS[call] ** self.rnd.random()))
        self.teled.launch(["strace", "-f", "-qq", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}", "-o", "/dev/null"])
        stop = threading.Event()
        end = time.monotonic() + 20
        while self.teled.process.poll() is None and not self.teled.is_ready() and time.monotonic() < end:
            time.sleep(0.02)
        threads = self.load.run(self.teled.http, stop)
        end = time.monotonic() + 1.5
        while self.teled.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        was_hit = self.teled.process.poll() is not None
        if not was_hit:
            child = traced(self.teled.process.pid)
            if child:
                os.kill(child, signal.SIGKILL)
            self.teled.process.wait(timeout=10)
        stop.set()
        for t in threads:
            t.join()
        return call if was_hit else "a random moment under strace"


def gauge(teled, name):
    lines = [l.split()[1] for l in teled.get("/metrics")[1].decode().splitlines() if l.startswith(name + " ")]
    return float(lines[0]) if lines else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--syscalls", type=float, default=0.5)
    parser.add_argument("--power", action="store_true")
    parser.add_argument("--durability", default="fsync", help="with interval, --power has to find losses: the test is able to fail")
    parser.add_argument("--keep", action="store_true", help="leave the data folder where something failed")
    o = parser.parse_args()
    rnd = random.Random(o.seed)
    if o.syscalls and not shutil.which("strace"):
        print("no strace: all kills are at random moments")
        o.syscalls = 0
    if o.power and not is_possible():
        print("skipped: no loop devices here, or not root")
        return
    disk = LoopDisk(megabytes=512) if o.power else None
    teled = Teled(o.bin, CONFIG + f"durability: {o.durability}\n", data=os.path.join(disk.mounted, "data") if disk else None)
    load = Load()
    c = Checks()
    kinds = collections.Counter()
    torn = 0
    begun = time.monotonic()
    try:
        for turn in range(o.times):
            round = Round(teled, load, rnd)
            if disk:
                kind = power_loss(round, disk)
            else:
                kind = (round.at_call if rnd.random() < o.syscalls else round.at_random)()
            kinds[kind] += 1
            teled.log.close()
            teled.start()
            wrong = load.settle(teled)
            c.check(f"seed {o.seed} round {turn} ({kind}): what was acknowledged is there once", not wrong, wrong[:5])
            totals, expected = load.totals(teled), load.expected()
            c.check(f"seed {o.seed} round {turn} ({kind}): nothing else came or went", totals == expected, f"{totals}, expected {expected}")
            ready = teled.get("/ready")[1].decode()
            c.equal(f"seed {o.seed} round {turn} ({kind}): nothing is called damaged", ready, "ready\n")
            torn += gauge(teled, "teled_wal_torn_bytes") > 0
            if c.failed >= 3:
                break
        everything(load, teled, c)
        status = teled.get("/metrics")[1].decode()
        print(f"killed {o.times} times in {time.monotonic() - begun:.0f} s: " + ", ".join(f"{n} at {k}" for k, n in kinds.most_common()))
        print("acknowledged requests: " + ", ".join(f"{len(load.acknowledged[s])} {s}" for s in load.signals)
              + "; records stored: " + ", ".join(f"{n} {s}" for s, n in load.expected().items()) + f"; starts that found a torn end: {torn}")
        print("segments now: " + ", ".join(l.split("signal=")[1] for l in status.splitlines() if l.startswith("teled_segments{")))
        c.equal("stops when asked", teled.stop(remove=False), 0)
        done = teled.telectl("segments", "verify", teled.data)
        c.check("telectl segments verify", done[0] == 0, done[2])
    finally:
        if teled.process.poll() is None:
            teled.kill()
        if not (o.keep and c.failed):
            shutil.rmtree(teled.folder)
        if disk:
            disk.remove()
    if o.keep and c.failed:
        print("left in", teled.folder)
    c.finish()


def everything(load, teled, c):
    """All records once more, at the end: after all merges."""
    load.looked, before = 1, {s: set(v) for s, v in load.settled.items()}
    for s in load.signals:
        load.settled[s] = set()
    wrong = load.settle(teled)
    c.check("all that was there after each crash is there at the end", not wrong and load.settled == before, wrong[:5])


def power_loss(round, disk):
    stop = threading.Event()
    threads = round.load.run(round.teled.http, stop)
    time.sleep(0.05 + round.rnd.random() ** 2 * 1.5)
    with round.load.lock:
        before = {s: set(round.load.acknowledged[s]) for s in round.load.signals}
    disk.lose_power()
    round.teled.process.kill()
    round.teled.process.wait()
    stop.set()
    for t in threads:
        t.join()
    # Answers that came while the file system went down would never have left a machine without power.
    round.load.acknowledged = before
    disk.restore_power()
    return "power loss"


main()
