"""The command: arguments, two listeners, and an end at SIGTERM."""

import argparse
import json
import os
import signal
import sys
import threading

from .app import App
from .faults import UnknownFault
from .scenario import ScenarioError, assignment, merged
from .wire import Listener


def _arguments(argv):
    parser = argparse.ArgumentParser(prog="omnisim")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0,
                        help="of the API; 0 takes a free one")
    parser.add_argument("--media-port", type=int, default=0)
    parser.add_argument("--scenario", metavar="FILE")
    parser.add_argument("--set", metavar="KEY.PATH=VALUE", action="append",
                        default=[])
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--name", help="host name to print and to link with")
    return parser.parse_args(argv)


def _scenario(options):
    scenario = {}
    if options.scenario:
        with open(options.scenario, encoding="utf-8") as file:
            scenario = json.load(file)
    scenario = merged(scenario)
    for text in options.set:
        scenario = merged(assignment(text), scenario)
    return scenario


def main(argv):
    options = _arguments(argv)
    try:
        app = App(_scenario(options))
    except (ScenarioError, UnknownFault, ValueError, OSError) as error:
        print("omnisim: %s" % error, file=sys.stderr)
        return 2
    threading.stack_size(512 << 10)
    app.scheme = "https" if options.tls else "http"
    listeners = []
    for role, port in (("api", options.port), ("media", options.media_port)):
        listener = Listener(app, role, (options.host, port), options.tls)
        app.origins[role] = "%s://%s:%d" % (
            app.scheme, options.name or options.host, listener.port)
        listeners.append(listener)
    for listener in listeners:
        threading.Thread(target=listener.run, daemon=True).start()
    print("omnisim listening on %s" % app.origins["api"])
    print("omnisim media on %s" % app.origins["media"], flush=True)
    return _wait()


def _wait():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    while True:
        signal.pause()
