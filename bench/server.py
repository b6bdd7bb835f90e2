"""The app in a process of its own, on a free port of this machine, to be measured or filmed."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = ("-m", "streamlit", "run", "streamlit_app.py")


class Server:
    """`with Server() as server` has `server.port` and `server.address`, once the app answers.

    `options` are those of `streamlit run`; `environment` comes on top of this process's own.
    `start` is what Python runs in `folder`.
    """

    def __init__(self, *options, start=HERE, folder=ROOT, **environment):
        self._command, self._folder = [sys.executable, *start], folder
        self._options, self._environment = options, environment

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = tempfile.TemporaryFile("w+")
        command = [*self._command, "--server.address=127.0.0.1", f"--server.port={self.port}"]
        command += ["--server.headless=true", "--server.fileWatcherType=none", *self._options]
        environment = {**os.environ, **self._environment}
        self.process = subprocess.Popen(
            command, cwd=self._folder, env=environment, stdout=self.log, stderr=subprocess.STDOUT
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1)
                return self
            except OSError:
                time.sleep(0.1)
        self.process.terminate()
        raise SystemExit("the app did not start within a minute")

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(20)

    def status(self):
        """(threads, megabytes) of the process now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return int(values["Threads"]), int(values["VmRSS"].split()[0]) / 1024

    def complaints(self):
        """The lines of its log that tell of errors."""
        self.log.seek(0)
        return [line.strip() for line in self.log if "Error" in line or "Traceback" in line]
