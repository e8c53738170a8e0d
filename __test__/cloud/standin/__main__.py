"""Start the stand-in: one process, one port of 127.0.0.1, every service.

python -m standin [--port P] [--latency-ms N] [--settle-ms N] [--log FILE] [--exit-with-parent]

The first line on stdout is machine readable: {"ready": true, "endpoint": ..., "port": ..., "pid": ...}.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--settle-ms", type=float, default=300)
    parser.add_argument("--log")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when stdin is closed")
    return parser.parse_args()


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def prepare_environment(port, folder):
    os.environ.update(BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port), LAMBDA_EXECUTOR="local")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ.setdefault("MINISTACK_ACCOUNT_ID", "123456789012")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    os.environ["TMPDIR"] = tempfile.tempdir = folder


def stop_when_stdin_closes(loop, stop):
    def wait():
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, daemon=True).start()


async def serve_until_stopped(options, listener, port):
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from standin.web.front import application

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "ERROR"
    config.graceful_timeout = 1
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stop.set)
    if options.exit_with_parent:
        stop_when_stdin_closes(loop, stop)
    print(
        json.dumps({"ready": True, "endpoint": f"http://127.0.0.1:{port}", "port": port, "pid": os.getpid()}),
        flush=True,
    )
    await serve(application, config, shutdown_trigger=stop.wait)


def main():
    options = arguments()
    listener = listen(options.port)
    port = listener.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="stand-in-cloud-")
    try:
        prepare_environment(port, folder)
        # only now: ministack reads the environment when it is imported
        from standin.install import install
        from standin.settings import settings
        from standin.web import request_log

        install()
        settings.update(latency_ms=options.latency_ms, settle_ms=options.settle_ms)
        if options.log:
            request_log.write_to(options.log)
        asyncio.run(serve_until_stopped(options, listener, port))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    os._exit(0)  # ministack's worker threads must not hold the process


if __name__ == "__main__":
    main()
