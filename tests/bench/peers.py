"""The peers, each told to do what callark does at its best settings: fetch
the files of a corpus over HTTP/1.1 into a folder, nothing else.

A peer is a function from a Job and a folder to a command. All read no
settings of the user, check the certificate and print nothing.
"""

from dataclasses import dataclass
from pathlib import Path

from corpus import Corpus


@dataclass(frozen=True)
class Job:
    """What is to be fetched, from where, so many at a time."""

    corpus: Corpus
    address: str        # of the corpus' folder, with / behind
    concurrency: int
    certificate: Path
    urls: Path          # a file of addresses, one a line
    names: Path         # a file of names, one a line


def curl_parallel(job, out):
    last = job.corpus.count - 1
    return ["curl", "-q", "--silent", "--fail", "--http1.1",
            "--cacert", job.certificate, "--parallel", "--parallel-immediate",
            "--parallel-max", job.concurrency, "--output-dir", out,
            "--output", "c#1.wav", f"{job.address}c[00000-{last:05d}].wav"]


def curl_xargs(job, out):
    """As many processes as transfers, each with its share of the files."""
    share = -(-job.corpus.count // job.concurrency)
    return ["xargs", "-a", job.urls, "-P", job.concurrency, "-n", share,
            "curl", "-q", "--silent", "--fail", "--http1.1",
            "--cacert", job.certificate, "--output-dir", out,
            "--remote-name-all"]


def wget2(job, out):
    return ["wget2", "--no-config", "--quiet", "--progress=none",
            "--robots=off", "--no-hsts", "--no-hpkp", "--no-ocsp",
            "--no-cookies", "--no-xattr", "--http2=off",
            f"--max-threads={job.concurrency}",
            f"--ca-certificate={job.certificate}",
            "--no-directories", "-P", out, "-i", job.urls]


def aria2c(job, out):
    return ["aria2c", "--no-conf", "--quiet", "-i", job.urls, "-d", out,
            "-j", job.concurrency, "-x", 1, "-s", 1,
            "--file-allocation=none", "--async-dns=false",
            "--deferred-input=true", "--max-download-result=0",
            "--allow-overwrite=true", "--auto-file-renaming=false",
            "--disk-cache=32M", "--summary-interval=0", "--enable-dht=false",
            f"--ca-certificate={job.certificate}"]


def rclone(job, out):
    return ["rclone", "copy", "--quiet", "--config", "/dev/null",
            "--http-url", job.address, "--http-no-head", ":http:", out,
            "--files-from-raw", job.names, "--no-traverse",
            "--no-check-dest", "--ignore-checksum", "--no-update-modtime",
            "--multi-thread-streams", 0, "--buffer-size", 0,
            "--transfers", job.concurrency, "--checkers", job.concurrency,
            "--disable-http2", "--ca-cert", job.certificate]


def lftp(job, out):
    settings = (
        "set xfer:log no", "set net:max-retries 2",
        "set cmd:save-rl-history no", "set xfer:clobber yes",
        "set net:connection-limit 0", 'set http:cookie ""',
        f"set ssl:ca-file {job.certificate}",
        f"mirror --parallel={job.concurrency} --no-recursion --no-perms"
        f" --ignore-time --ignore-size {job.address} {out}")
    return ["lftp", "--norc", "-c", "; ".join(settings)]


PEERS = {
    "curl --parallel": curl_parallel,
    "xargs curl": curl_xargs,
    "wget2": wget2,
    "aria2c": aria2c,
    "rclone copy": rclone,
    "lftp mirror": lftp,
}
