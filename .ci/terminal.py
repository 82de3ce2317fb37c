#!/usr/bin/env python3
"""The live screen in a real terminal (tmux) against teled's demo: opened, walked in and back, resized, stopped, quit and
killed; the terminal has to be as it was each time. Needs tmux. Usage: terminal.py --bin FOLDER"""
import argparse
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
options = parser.parse_args()
programs = pathlib.Path(options.bin).resolve()
work = pathlib.Path(tempfile.mkdtemp(prefix="tele-terminal-"))
tmux_socket = str(work / "tmux")
failures = []
passed = 0


def check(what, is_true, shown=""):
    global passed
    if is_true:
        passed += 1
        return
    failures.append(what)
    print(f"FAILED: {what}\n{shown}")


def tmux(*arguments):
    return subprocess.run(
        ["tmux", "-S", tmux_socket, "-f", "/dev/null", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True
    ).stdout


def screen():
    return tmux("capture-pane", "-p", "-t", "top")


def state():
    """What has to be as before: the screen in use, the cursor, the terminal's modes."""
    flags = tmux("display", "-p", "-t", "top", "#{alternate_on} #{cursor_flag} #{wrap_flag}").strip()
    tty = tmux("display", "-p", "-t", "top", "#{pane_tty}").strip()
    modes = subprocess.run(["stty", "-F", tty, "-g"], capture_output=True, text=True).stdout.strip()
    return flags, modes


def wait(text, seconds=20, gone=False):
    """Until the screen has the text (or no longer has it); the screen then. The first that does not come ends the walk."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown = screen()
        if (text in shown) != gone:
            return shown
        time.sleep(0.1)
    check(f"'{text}' {'goes' if gone else 'comes'} within {seconds} s", False, shown)
    raise SystemExit(1)


def keys(*names):
    tmux("send-keys", "-t", "top", *names)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def processes(name):
    """Of this terminal only."""
    tty = tmux("display", "-p", "-t", "top", "#{pane_tty}").strip().removeprefix("/dev/")
    out = subprocess.run(["ps", "-t", tty, "-o", "pid=,comm="], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in out.splitlines() if line.split()[1] == name]


def walk():
    shown = wait("inventory")
    check("every service of the demo is listed", all(name in shown for name in ["checkout", "inventory", "orders", "payments"]), shown)
    check("80x24 is filled and not exceeded", len(shown.splitlines()) <= 24 and "q quit" in shown.splitlines()[-1], shown)
    wait("newest errors: ", 20)
    wait("█", 50)
    keys("Down", "Enter")
    shown = wait("/checkout")
    check("a service shows its operations", "> gateway" in shown and "operation" in shown, shown)
    keys("Enter")
    wait("took ")
    shown = wait("gateway /checkout")
    keys("Enter")
    shown = wait("spans · ")
    check("a trace is a waterfall", "spans" in shown and "░" in shown and "payments" in shown, shown)
    keys("/")
    wait("search: ")
    tmux("send-keys", "-t", "top", "-l", "authorize")
    keys("Enter")
    shown = wait("authorize card · at")
    keys("Enter")
    shown = wait("attributes")
    check("a span shows its resource", "service.name" in shown and "payments" in shown, shown)
    keys("Escape")
    wait("authorize card · at")
    keys("w")
    shown = wait("critical path")
    check("why names the operation that held the trace up", "authorize card" in shown, shown)
    for expected in ["enter span", "enter open", "enter its slow traces", "tab section"]:
        keys("BSpace" if "span" not in expected else "Escape")
        wait(expected, 5)
    keys("/")
    tmux("send-keys", "-t", "top", "-l", "orders")
    shown = wait("gateway  ", 5, gone=True)
    keys("Enter", "Escape")
    wait("gateway  ", 5)


def resize():
    for width, height in [(120, 40), (60, 12), (80, 24)]:
        tmux("resize-window", "-t", "top", "-x", str(width), "-y", str(height))
        time.sleep(0.5)
        shown = screen()
        lines = shown.splitlines()
        check(f"{width}x{height}: title, table and keys", lines and "tele 127" in lines[0] and "q quit" in lines[-1] and "service" in shown, shown)
        check(f"{width}x{height}: the clock stands at the right", lines[0].rstrip().endswith("UTC") and len(lines[0].rstrip()) <= width, shown)


def main():
    if subprocess.run(["which", "tmux"], capture_output=True).returncode != 0:
        print("no tmux: apt-get install tmux")
        return 1
    port = free_port()
    teled = subprocess.Popen(
        [programs / "teled", "--demo", "--data", work / "data", "--http", f"127.0.0.1:{port}", "--grpc", "127.0.0.1:0"],
        stdout=subprocess.DEVNULL, stderr=open(work / "teled.log", "w"))
    try:
        environment = dict(os.environ, TERM="screen-256color", LANG="C.UTF-8")
        subprocess.run(
            ["tmux", "-S", tmux_socket, "-f", "/dev/null", "new-session", "-d", "-s", "top", "-x", "80", "-y", "24",
             "env", f"TELE_SERVER=http://127.0.0.1:{port}", "PS1=$ ", "bash", "--norc"], env=environment, check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tmux("set", "-g", "escape-time", "0")
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        wait("$", 5)
        keys("echo before", "Enter")
        wait("before\n$", 5)
        before = state()
        command = f"{programs / 'telectl'} top"

        def start():
            keys(command, "Enter")
            wait("q quit", 10)

        def ended(how):
            shown = wait("before", 5)
            time.sleep(0.2)
            check(f"{how}: what stood there stands there again", "q quit" not in screen(), shown)
            check(f"{how}: screen, cursor and modes as before", state() == before, f"{before}\n{state()}")

        start()
        check("it takes the terminal", state() != before and state()[0].startswith("1 0"), str(state()))
        keys("C-z")
        ended("ctrl-z")
        keys("fg", "Enter")
        wait("q quit", 5)
        keys("q")
        ended("q")
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV]:
            start()
            for process in processes("telectl"):
                os.kill(process, number)
            ended(number.name)
        start()
        keys("C-c")
        ended("ctrl-c")
        start()
        walk()
        resize()
        keys("q")
        wait("q quit", 5, gone=True)
        check("after resizes: screen, cursor and modes as before", state() == before, f"{before}\n{state()}")
        start()
        teled.send_signal(signal.SIGTERM)
        teled.wait(10)
        wait("can't reach", 10)
        keys("q")
        wait("q quit", 5, gone=True)
        check("without a server: screen, cursor and modes as before", state() == before, f"{before}\n{state()}")
        plain = subprocess.run([programs / "telectl", "top"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        check("a pipe is refused as usage", plain.returncode == 64 and plain.stdout == "", plain.stderr)
    finally:
        teled.kill()
        tmux("kill-server")
    print(f"{passed} checks passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
