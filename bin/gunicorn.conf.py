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
# Loaded once, before the workers: less memory, and workers that answer at once.
preload_app = True
graceful_timeout = 30
control_socket_disable = True
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")


def post_fork(server, worker):
    """Let a stop end a worker that is still starting: it holds its parent's handlers, which do nothing."""
    for number in (signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def post_worker_init(worker):
    """Leave Ctrl-C to the parent: a worker's own answer can lock itself out while it takes a request."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def when_ready(server):
    """Stop gracefully on Ctrl-C (at once on a second one), and when the terminal is closed.

    By default a closed terminal makes the server reload, and it would hold the port for ever.
    """
    at_once = signal.getsignal(signal.SIGINT)

    def stop(*_):
        signal.signal(signal.SIGINT, at_once)
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, stop)
