"""Debian's Firefox, driven over Marionette, its own protocol: JSON with its
length in front, on a port of this machine that Firefox chooses."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

BINARY = shutil.which("firefox-esr")
PATIENCE = 60

PREFERENCES = {
    "marionette.port": 0, "media.autoplay.default": 0,
    "media.volume_scale": "0.0", "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "toolkit.telemetry.enabled": False, "network.captive-portal-service.enabled":
    False, "network.connectivity-service.enabled": False,
    "network.dns.disabled": True, "services.settings.server": "data:,",
    "browser.newtabpage.enabled": False, "browser.startup.page": 0,
    "extensions.update.enabled": False, "intl.accept_languages": "en-US, en",
}


class Firefox:
    """One browser with a profile of its own, for `with`."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="callark-firefox-")
        profile = Path(self.folder.name)
        (profile / "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in PREFERENCES.items()))
        self.process = subprocess.Popen(
            [BINARY, "--headless", "--marionette", "--no-remote",
             "--profile", str(profile)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "HOME": self.folder.name,
                 "MOZ_DISABLE_CONTENT_SANDBOX": "1"})
        try:
            self.connect(profile / "MarionetteActivePort")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if getattr(self, "line", None):
            self.line.close()
        with contextlib.suppress(OSError):
            self.folder.cleanup()

    def connect(self, path):
        until = time.monotonic() + PATIENCE
        while not (path.exists() and path.read_text().strip()):
            assert time.monotonic() < until, "Firefox does not listen"
            assert self.process.poll() is None, "Firefox is gone"
            time.sleep(0.05)
        self.line = socket.create_connection(
            ("127.0.0.1", int(path.read_text())), timeout=PATIENCE)
        self.number = 0
        self.read()
        self.call("WebDriver:NewSession", capabilities={})

    def read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.line.recv(1)
        data, wanted = b"", int(length[:-1])
        while len(data) < wanted:
            data += self.line.recv(wanted - len(data))
        return json.loads(data)

    def call(self, command, **params):
        self.number += 1
        data = json.dumps([0, self.number, command, params]).encode()
        self.line.sendall(b"%d:%s" % (len(data), data))
        _, number, error, result = self.read()
        assert number == self.number and not error, (command, error)
        return result

    def run(self, script):
        """What a function with this body returns; it sees the elements."""
        return self.call("WebDriver:ExecuteScript", script=script,
                         args=[])["value"]

    def wait(self, expression):
        until = time.monotonic() + PATIENCE
        while not self.run("return " + expression):
            assert time.monotonic() < until, expression
            time.sleep(0.05)

    def open(self, url):
        self.call("WebDriver:Navigate", url=url)
        self.wait("document.documentElement.dataset.ready === 'yes'")

    def keys(self, text):
        actions = [{"type": kind, "value": key} for key in text
                   for kind in ("keyDown", "keyUp")]
        self.call("WebDriver:PerformActions", actions=[
            {"type": "key", "id": "keys", "actions": actions}])

    def screenshot(self, path):
        Path(path).write_bytes(base64.b64decode(
            self.call("WebDriver:TakeScreenshot", full=False)["value"]))
