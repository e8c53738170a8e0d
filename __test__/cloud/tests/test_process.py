"""The process: how it starts, says so, and ends."""

import os
import signal
import subprocess
import sys
import time

from driver import CLOUD_FOLDER, Server

from standin.seed.aws import control, make_client


def is_gone(pid):
    for _ in range(200):
        if not os.path.exists(f"/proc/{pid}") or "Z" in state_of(pid):
            return True
        time.sleep(0.02)
    return False


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rsplit(")", 1)[1]
    except OSError:
        return "Z"


def folders(tmp_path):
    return os.listdir(tmp_path)


def start(tmp_path, *arguments, **more):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "standin", "--latency-ms", "0", "--settle-ms", "0", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CLOUD_FOLDER, env=environment, **more)


def test_it_ends_at_a_signal_and_leaves_nothing(tmp_path):
    for number in (signal.SIGTERM, signal.SIGINT):
        process = start(tmp_path)
        assert '"ready": true' in process.stdout.readline()
        assert folders(tmp_path)
        process.send_signal(number)
        assert process.wait(10) == 0
        assert folders(tmp_path) == []


def test_it_ends_with_its_parent(tmp_path):
    process = start(tmp_path, "--exit-with-parent", stdin=subprocess.PIPE)
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(10) == 0
    assert folders(tmp_path) == []


def test_it_ends_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "p = subprocess.Popen([sys.executable, '-m', 'standin', '--exit-with-parent'],"
            " stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
            "p.stdout.readline()\nprint(p.pid, flush=True)\ntime.sleep(60)\n",
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=CLOUD_FOLDER,
    )
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert is_gone(pid)


def test_two_run_side_by_side_on_free_ports():
    servers = [Server.start(), Server.start()]
    assert len({server.endpoint for server in servers}) == 2
    for server in servers:
        assert control(server.endpoint, "GET", "/_ready") == {"ok": True}
        server.stop()


def test_it_logs_to_a_file(tmp_path):
    log = tmp_path / "calls.jsonl"
    server = Server.start(0, 0, "--log", str(log))
    make_client(server.endpoint, "sts").get_caller_identity()
    server.stop()
    assert '"action": "GetCallerIdentity"' in log.read_text()
