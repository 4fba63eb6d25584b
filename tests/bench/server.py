"""The server of everything: nginx on free loopback ports, http and https."""

import os
import resource
import shutil
import socket
import subprocess
import time
from pathlib import Path

from listing import EMPTY_PAGE, LOGIN_ANSWER, TOKEN_ANSWER

SCHEMES = ("http", "https")
_START_TRIES = 5
_START_WAIT_S = 10
_MAX_FILES = 65536

# $day and $page are read from the query as callark writes it; a day that was
# not written is one without calls.
_CONFIGURATION = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 2;
worker_rlimit_nofile {files};
events {{ worker_connections 4096; }}
http {{
  types {{ audio/x-wav wav; application/json json; text/html html; }}
  default_type application/octet-stream;
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_timeout 300s;
  keepalive_requests 100000000;
  open_file_cache max={cached} inactive=3600s;
  open_file_cache_valid 3600s;
  open_file_cache_errors on;
  client_body_temp_path {folder}/tmp-body;
  proxy_temp_path {folder}/tmp-proxy;
  fastcgi_temp_path {folder}/tmp-fastcgi;
  uwsgi_temp_path {folder}/tmp-uwsgi;
  scgi_temp_path {folder}/tmp-scgi;
  ssl_certificate {folder}/certificate.pem;
  ssl_certificate_key {folder}/key.pem;
  ssl_protocols TLSv1.3;
  ssl_session_cache shared:sessions:10m;
  map $args $day {{ "~(?:^|&)date_ini=(?<d>\\d{{4}}-\\d\\d-\\d\\d)" $d; }}
  map $args $page {{ default 0; "~(?:^|&)report-skip=(?<p>\\d+)" $p; }}
  server {{
    listen 127.0.0.1:{http};
    listen 127.0.0.1:{https} ssl;
    root {folder}/served;
    location /corpus/ {{ autoindex on; }}
    location /one/ {{ try_files /one.wav =404; }}
    location ~ ^/api/[a-z0-9-]+/v1/Login/loginApi$ {{
      default_type application/json;
      return 200 '{login}';
    }}
    location ~ ^/api/[a-z0-9-]+/v1/Login/organization$ {{
      default_type application/json;
      return 200 '{token}';
    }}
    location ~ ^/api/(?<name>[^/]+)/v1/ReportsApi/service-history-audio-links$ {{
      try_files /pages/$name/$day/$page.json
                /pages/$name/$day/beyond.json /empty.json =500;
    }}
  }}
}}
"""


class ServerFailed(Exception):
    """nginx or its certificate could not be made to work."""


class Server:
    """with Server(folder) as server: serves folder/served until the end.

    served/corpus/NAME/   files, with an index
    served/one.wav        what every name below /one/ brings
    served/pages/NAME/    the pages of a listing, behind base_url(.., NAME)
    """

    def __init__(self, folder):
        self._folder = Path(folder)
        self._process = None
        self._ports = {}
        self.certificate = self._folder / "certificate.pem"
        self.served = self._folder / "served"

    def __enter__(self):
        (self.served / "corpus").mkdir(parents=True)
        (self.served / "pages").mkdir()
        (self.served / "empty.json").write_text(EMPTY_PAGE)
        self._make_certificate()
        for _ in range(_START_TRIES):
            if self._start():
                return self
        log = (self._folder / "nginx.log").read_text(errors="replace")
        raise ServerFailed("nginx does not start: %s" % log.strip()[-500:])

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """End the server by its process id."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def address(self, scheme, path=""):
        """http://127.0.0.1:PORT/path, or the same for https."""
        return f"{scheme}://127.0.0.1:{self._ports[scheme]}/{path}"

    def base_url(self, scheme, name):
        """The API whose report is the listing `name`."""
        return self.address(scheme, f"api/{name}/v1")

    def _make_certificate(self):
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "30", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-out", self.certificate, "-keyout", self._folder / "key.pem"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False)
        if made.returncode:
            raise ServerFailed("openssl: %s" % made.stderr.strip())

    def _start(self):
        """Start on ports that are free now; whether nobody was faster."""
        self._ports = dict(zip(SCHEMES, free_ports(len(SCHEMES))))
        configuration = self._folder / "nginx.conf"
        configuration.write_text(self._configuration())
        self._process = subprocess.Popen(
            [program(), "-e", self._folder / "nginx.log",
             "-p", self._folder, "-c", configuration],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + _START_WAIT_S
        while self._process.poll() is None and time.monotonic() < end:
            if all(is_open(port) for port in self._ports.values()):
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def _configuration(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        files = _MAX_FILES if hard < 0 else min(hard, _MAX_FILES)
        return _CONFIGURATION.format(
            folder=self._folder, files=files, cached=files * 2 // 3,
            user="user root;" if os.getuid() == 0 else "",
            login=LOGIN_ANSWER, token=TOKEN_ANSWER, **self._ports)


def program():
    """Where nginx is; users' PATH often leaves /usr/sbin out."""
    return shutil.which("nginx") or "/usr/sbin/nginx"


def free_ports(count):
    """So many different ports on which nobody listens."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports


def is_open(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
