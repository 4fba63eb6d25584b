"""Sockets: listeners, connections, and replies played step by step."""

import select
import socket
import ssl
import struct
import sys
import threading
from itertools import count
from time import monotonic, sleep

from .message import BadRequest, Request

_RECEIVE = 65536
_MAX_HEAD = 262144
_idents = count(1)


class Gone(Exception):
    """The client closed the connection."""


class Connection:
    def __init__(self, sock, app, role):
        self.sock = sock
        self.app = app
        self.role = role
        self.ident = next(_idents)
        self.bandwidth = None   # bytes a second of this connection
        self.line = None        # and of all of them together
        self.served = 0
        self._buffer = b""
        self._entry = None

    def run(self):
        try:
            while self._serve_one():
                pass
            self._close()
        except BadRequest as error:
            self.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n"
                              b"Connection: close\r\n\r\n")
            print("omnisim: bad request: %s" % error, file=sys.stderr)
            self.sock.close()
        except (Gone, OSError):
            self.sock.close()

    # -- reading --------------------------------------------------------------

    def _more(self):
        data = self.sock.recv(_RECEIVE)
        if not data:
            raise Gone
        self._buffer += data

    def _request(self):
        self.sock.settimeout(
            self.app.world.scenario["wire"]["idle_close_s"])
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end >= 0:
                break
            if len(self._buffer) > _MAX_HEAD:
                raise BadRequest("head too long")
            self._more()
        self.sock.settimeout(None)
        request = Request(self._buffer[:end])
        self._buffer = self._buffer[end + 4:]
        length = request.headers.get("content-length")
        if length is not None:
            request.body = self._take(int(length), request)
        elif "chunked" in request.headers.get("transfer-encoding", ""):
            request.body = self._take_chunked()
        request.role = self.role
        request.number = self.served
        return request

    def _take(self, length, request=None):
        if request and "100-continue" in request.headers.get("expect", ""):
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return body

    def _take_chunked(self):
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                self._more()
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            size = int(line.split(b";")[0], 16)
            body += self._take(size)
            self._take(2)
            if size == 0:
                return body

    def _serve_one(self):
        request = self._request()
        rules = self.app.world.scenario["wire"]
        if self.served and rules["drop_reused"]:
            state = self.app.world.state
            with state.lock:
                state.drops += 1
                is_dropped = state.drops <= rules["drop_reused"]
            if is_dropped:
                entry = self.app.log.start(request, 1 << 30)
                entry.update(connection=self.ident, status=0, done=True,
                             fault="drop-reused")
                return False
        goes_on = self.app.serve(request, self)
        self.served += 1
        limit = rules["keepalive_requests"]
        if limit is not None and self.served >= limit:
            return False
        return goes_on and not request.wants_close

    # -- playing --------------------------------------------------------------

    def play(self, reply, entry):
        """Does the steps of a reply; returns whether to go on."""
        self._entry = entry
        for step in reply.steps:
            getattr(self, "_step_" + step[0])(*step[1:])
        return reply.keep

    def _out(self, data):
        self.sock.sendall(data)
        if self._entry is not None:
            self._entry["sent"] += len(data)

    def _step_send(self, data):
        rate = self.bandwidth
        if not rate and not self.line:
            self._out(data)
            return
        part = max(1, int(rate / 20)) if rate else 8192
        view = memoryview(data)
        for at in range(0, len(view), part):
            piece = view[at:at + part]
            until = monotonic() + (len(piece) / rate if rate else 0)
            if self.line:
                until = max(until, self.app.world.state.take_line(
                    len(piece) / self.line, monotonic()))
            self._out(piece)
            sleep(max(0, until - monotonic()))

    def _step_wait(self, seconds):
        """Waits, but not longer than the client stays."""
        ready, _, _ = select.select([self.sock], [], [], seconds)
        if ready:
            self._more()  # raises Gone at the end of the stream

    def _step_drip(self, data, part, seconds):
        for at in range(0, len(data), part):
            self._out(data[at:at + part])
            sleep(seconds)

    def _step_repeat(self, data, total):
        data = data * max(1, 65536 // len(data))
        while total > 0:
            self._step_send(data[:total])
            total -= len(data)

    def _step_reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()
        raise Gone

    def _step_fin(self):
        # Under TLS without close_notify: a cut must look like a cut.
        _finish(self.sock)
        raise Gone

    def _close(self):
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(1)
            self.sock = self.sock.unwrap()
        _finish(self.sock)


def _finish(sock):
    """FIN, then what the client still says is read, so that no RST follows.

    Closing with unread bytes would turn the FIN into an RST.
    """
    raw = socket.socket(fileno=sock.detach())
    try:
        raw.shutdown(socket.SHUT_WR)
        raw.settimeout(0.5)
        while raw.recv(_RECEIVE):
            pass
    finally:
        raw.close()


class Listener:
    """One listening socket; each connection gets its thread."""

    def __init__(self, app, role, address, tls):
        self.app = app
        self.role = role
        self.tls = tls
        self.sock = socket.create_server(address, backlog=1024)
        self.port = self.sock.getsockname()[1]
        self._context = (None, None)

    def run(self):
        while True:
            sock, _ = self.sock.accept()
            threading.Thread(target=self._welcome, args=(sock,),
                             daemon=True).start()

    def _welcome(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wish = self._greeting()
        if wish is not None:
            _greet_badly(sock, wish)
            return
        try:
            if self.tls:
                sock = self._handshake(sock)
        except OSError:
            sock.close()
            return
        Connection(sock, self.app, self.role).run()

    def _greeting(self):
        """How this accept goes wrong: reset, close, alert or None."""
        world = self.app.world
        rules, used = world.scenario["wire"], world.state.greeted
        with world.state.lock:
            for name in ("reset_accepts", "close_accepts", "tls_alerts"):
                if used.get(name, 0) < rules[name]:
                    used[name] = used.get(name, 0) + 1
                    return name
        return None

    def _handshake(self, sock):
        version = self.app.world.scenario["wire"]["tls_max"]
        if self._context[0] is None or self._context[1] != version:
            self._context = (_tls_context(self.tls, version), version)
        return self._context[0].wrap_socket(sock, server_side=True)


def _tls_context(files, version):
    """A context of at most `version` ("1.0" to "1.3"), None for any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # A certificate that is too weak must be served before it can be refused.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(*files)
    if version:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[
            "TLSv" + version.replace(".", "_").replace("_0", "")]
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _greet_badly(sock, wish):
    if wish == "reset_accepts":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    elif wish == "tls_alerts":
        sock.recv(_RECEIVE)
        sock.sendall(b"\x15\x03\x03\x00\x02\x02\x28")  # handshake_failure
    sock.close()
