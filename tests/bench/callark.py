"""callark as the benchmark calls it: its settings, and its commands."""

import json
from pathlib import Path

_CONFIGURATION = """\
[omni]
base_url = {base_url}
login = bench@callark.example
api_key_file = {folder}/api-key
password_file = {folder}/password

[archive]
reserve = 0

[transfer]
max_concurrency = 64

[network]
ca_file = {certificate}
allow_http = yes
allow_private = 127.0.0.0/8
"""


class Callark:
    """The program, and a file of settings for each place it is sent to."""

    def __init__(self, program, folder, certificate):
        self.program = Path(program)
        self._folder = Path(folder)
        self._folder.mkdir()
        self._certificate = certificate
        for name in ("api-key", "password"):
            path = self._folder / name
            path.write_text("bench\n")
            path.chmod(0o600)

    def settings(self, name, base_url):
        """Write the settings `name` for the API at base_url; their file."""
        path = self._folder / f"{name}.conf"
        path.write_text(_CONFIGURATION.format(
            base_url=base_url, folder=self._folder,
            certificate=self._certificate))
        return path

    def command(self, settings, *words):
        return [self.program, "--config", settings, *words]

    def sync(self, settings, listing, out, *options):
        """Sync a listing into out/archive; the account is beside it."""
        return self.command(
            settings, "--archive", archive_in(out), "sync", *listing.range,
            "--summary-json", summary_in(out), *options)

    def list(self, settings, listing):
        """List and print nothing: every call has a link, or none has."""
        links = "yes" if listing.is_without_links else "no"
        return self.command(settings, "list", *listing.range,
                            "--links", links, "--format", "ndjson")

    def verify(self, settings, out):
        return self.command(settings, "--archive", archive_in(out), "verify")


def archive_in(out):
    return out / "archive"


def summary_in(out):
    return out / "summary.json"


def read_summary(out):
    """The account of the last sync into `out`."""
    return json.loads(summary_in(out).read_text())
