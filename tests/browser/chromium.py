"""Debian's Chromium, driven over its debugging pipe.

Nothing but the standard library: no network, no port, no package beside the
browser. The protocol is JSON texts that end with a NUL, on descriptors 3 and 4.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

BINARY = shutil.which("chromium")
PATIENCE = 30       # seconds: the machine may be slow

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--no-default-browser-check", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--lang=en-US",
)

# Keys that are not one character.
NAMED = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
         "Escape": 27, "Tab": 9, "Enter": 13, "PageDown": 34, "PageUp": 33}


class ProtocolError(Exception):
    pass


class Chromium:
    """One browser with a profile of its own, for `with`."""

    def __init__(self, profile=None):
        self.folder = tempfile.TemporaryDirectory(prefix="callark-browser-")
        self.profile = Path(profile or Path(self.folder.name) / "profile")
        self.number = 0
        self.events = []
        self.rest = b""

    def __enter__(self):
        their_in, self.out = os.pipe()
        self.into, their_out = os.pipe()
        redirect = f'exec "$@" 3<&{their_in} 4>&{their_out}'
        self.process = subprocess.Popen(
            ["bash", "-c", redirect, "bash", BINARY, *FLAGS,
             f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(their_in, their_out), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "HOME": self.folder.name})
        os.close(their_in)
        os.close(their_out)
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError, ProtocolError):
            self.call("Browser.close")
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.out)
        os.close(self.into)
        with contextlib.suppress(OSError):
            self.folder.cleanup()

    def read(self, until):
        """The next message, or None when the time is over."""
        while b"\0" not in self.rest:
            wait = until - time.monotonic()
            if wait <= 0 or not select.select([self.into], [], [], wait)[0]:
                return None
            part = os.read(self.into, 1 << 20)
            if not part:
                raise ProtocolError("the browser is gone")
            self.rest += part
        text, _, self.rest = self.rest.partition(b"\0")
        return json.loads(text)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.read(until)
            if answer is None:
                raise ProtocolError(f"{method}: no answer in {PATIENCE} s")
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise ProtocolError(f"{method}: {answer['error']}")
            return answer["result"]

    def page(self, url=None, **how):
        page = Page(self, **how)
        if url:
            page.open(url)
        return page


class Page:
    """One tab. What it complained of is in `complaints()`."""

    def __init__(self, browser, width=1440, height=900):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")
        self.target = target["targetId"]
        self.session = browser.call("Target.attachToTarget", flatten=True,
                                    targetId=self.target)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.size(width, height)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def media(self, **features):
        """media(prefers_color_scheme="dark")"""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": n.replace("_", "-"), "value": v}
            for n, v in features.items()])

    def open(self, url, is_review=True):
        self.call("Page.navigate", url=url)
        if is_review:
            self.wait("document.documentElement?.dataset.ready === 'yes'")

    def reload(self):
        self.run("delete document.documentElement.dataset.ready")
        self.call("Page.reload")
        self.wait("document.documentElement?.dataset.ready === 'yes'")

    def forget(self):
        """As if nobody had ever scored here."""
        self.run("review.current = null; localStorage.clear()")
        self.reload()

    def run(self, script):
        """The value of an expression; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script,
                           returnByValue=True, awaitPromise=True,
                           userGesture=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise ProtocolError(details.get("exception", {}).get(
                "description") or details["text"])
        return answer["result"].get("value")

    def wait(self, script, seconds=PATIENCE):
        until = time.monotonic() + seconds
        while True:
            try:
                value = self.run(script)
            except ProtocolError:       # the page is just being replaced
                value = None
            if value:
                return value
            assert time.monotonic() < until, f"never came true: {script}"
            time.sleep(0.03)

    def key(self, key, shift=False):
        code = NAMED.get(key)
        params = {"key": key, "modifiers": 8 if shift else 0}
        if code:
            params["windowsVirtualKeyCode"] = code
            params["code"] = key
        else:
            params["text"] = key
            params["windowsVirtualKeyCode"] = ord(key.upper())
        if key == "Enter":
            params["text"] = "\r"
        self.call("Input.dispatchKeyEvent", type="keyDown", **params)
        params.pop("text", None)
        self.call("Input.dispatchKeyEvent", type="keyUp", **params)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def mouse(self, kind, x, y, shift=False, buttons=1):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                  button="left", buttons=buttons, clickCount=1,
                  modifiers=8 if shift else 0)

    def drag(self, start, end, shift=False):
        self.mouse("mousePressed", *start, shift=shift)
        for i in (1, 2, 3):
            self.mouse("mouseMoved", start[0] + (end[0] - start[0]) * i / 3,
                       start[1] + (end[1] - start[1]) * i / 3, shift=shift)
        self.mouse("mouseReleased", *end, shift=shift, buttons=0)

    def box(self, selector):
        """x, y, width, height of an element."""
        return self.run(f"(() => {{ const b = document.querySelector("
                        f"{json.dumps(selector)}).getBoundingClientRect();"
                        "return [b.x, b.y, b.width, b.height]; })()")

    def click(self, selector):
        x, y, width, height = self.box(selector)
        at = (x + width / 2, y + height / 2)
        self.mouse("mousePressed", *at)
        self.mouse("mouseReleased", *at, buttons=0)

    def fill(self, selector, text):
        self.run(f"(() => {{ const e = document.querySelector("
                 f"{json.dumps(selector)}); e.value = {json.dumps(text)};"
                 "e.dispatchEvent(new Event('input', {bubbles: true}));"
                 "e.dispatchEvent(new Event('change', {bubbles: true})); })()")

    def choose_file(self, selector, path):
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)
        self.call("DOM.setFileInputFiles", nodeId=node["nodeId"],
                  files=[str(path)])

    def downloads_to(self, folder):
        self.browser.call("Browser.setDownloadBehavior", behavior="allow",
                          downloadPath=str(folder))

    def screenshot(self, path, is_whole=False):
        data = self.call("Page.captureScreenshot", format="png",
                         captureBeyondViewport=is_whole)["data"]
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(base64.b64decode(data))

    def complaints(self):
        """Exceptions, refusals of the Content-Security-Policy, failed loads."""
        self.run("1")       # what came before it has been read now
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(json.dumps(params["exceptionDetails"])[:600])
            elif event["method"] == "Log.entryAdded" and \
                    params["entry"]["level"] in ("error", "warning"):
                found.append(params["entry"]["text"])
            elif event["method"] == "Page.javascriptDialogOpening":
                found.append("a dialog: " + params["message"])
        return found

    def requests(self):
        """The addresses of all that was asked for."""
        return [e["params"]["request"]["url"] for e in self.browser.events
                if e.get("sessionId") == self.session and
                e["method"] == "Network.requestWillBeSent"]
