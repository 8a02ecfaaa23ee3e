"""The web server of `make run`. A deployment may use this file with its own HOST and PORT."""

import os
import signal

_host = os.environ.get("HOST", "127.0.0.1")
_port = os.environ.get("PORT", "8000")

bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
workers = 2
# Threads, so that the idle connections browsers open ahead of time never hold a worker.
worker_class = "gthread"
threads = 4
graceful_timeout = 30
control_socket_disable = True
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")


def when_ready(server):
    """Stop when the terminal is closed, rather than reload and hold the port for ever."""
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
