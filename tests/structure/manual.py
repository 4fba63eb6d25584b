"""The manual pages have every option of every command, and every setting.

    manual.py CALLARK
"""

import re
import sys
from pathlib import Path

from help import commands_of, run
from source import TOP, report

PAGE = Path("contrib/man/callark.1")
SETTINGS = Path("contrib/man/callark.conf.5")
KEYS = Path("src/config/keys.c")

# What is told once: under which heading, and the option by which a command that
# has it all is known. Every command has what has none.
SHARED = {"RANGES": "last", "FILTERS": "agent",
          "Options of every command": None}


def sections(page):
    """{heading: lines} of .Sh and .Ss."""
    found, lines = {}, []
    for line in page.splitlines():
        head = re.match(r"\.S[hs] (.*)", line)
        if head:
            lines = found[head[1]] = []
        else:
            lines.append(line)
    return found


def option(line):
    """(letter or "", name, whether it takes a value) of an .It, or None."""
    found = re.match(r"\.It (?:Fl (\w) , )?Fl Fl ([\w-]+)( Ar| No)?", line)
    return found and (found[1] or "", found[2], bool(found[3]))


def options_in(lines):
    return {option(line) for line in lines} - {None}


def options_of_commands(lines, names):
    """{command: its options} of the section of commands."""
    found = {name: set() for name in names}
    at = None
    for line in lines:
        head = re.match(r"\.It Cm (\w+)(?= (Fl .*))?", line)
        if head and head[1] in found:
            at = found[head[1]]
            at |= options_in([f".It {head[2]}"])
        elif option(line) and at is not None:
            at.add(option(line))
    return found


def options_in_help(text):
    return {(letter, name, bool(value)) for letter, name, value in
            re.findall(r"^  (?:-(\w), |    )--([\w-]+)( \S+)?", text, re.M)}


def synopsis_of(lines):
    """{command: the options of its synopsis, without dashes}. A command is
    what stands behind the options of all of them."""
    found, at, last = {}, set(), ""
    for line in lines:
        head = re.match(r"\.Cm (\w+)", line)
        if line == ".Nm":
            at = set()
        elif head and last == ".Op Ar options":
            at = found.setdefault(head[1], set())
        at |= set(re.findall(r"Fl (?:Fl )?([\w-]+)", line))
        last = line
    return found


def check_command(name, own, shared, text):
    """What the manual has of a command, against its help."""
    helped = options_in_help(text)
    names = {one[1] for one in helped} | {None}
    wanted = set(own)
    for heading, options in shared.items():
        if SHARED[heading] in names:
            wanted |= options
    for one in sorted(wanted ^ helped):
        yield (f"{name} --{one[1]}: only "
               f"{'the help' if one in helped else 'callark(1)'} has it so "
               f"(letter {one[0] or 'none'}, "
               f"{'with' if one[2] else 'without'} a value)")


def check_synopsis(name, synopsis, own):
    shown = {letter or long for letter, long, _ in own}
    for word in sorted(shown ^ synopsis):
        yield (f"{name}: {word} is only in "
               f"{'its options' if word in shown else 'the synopsis'}")


def check_filters(lines, helps):
    """The commands that FILTERS begins with are those that have them."""
    told = set()
    for line in lines:
        if not line.startswith(".Cm"):
            if told and "take the same words" in line:
                break
            continue
        told |= set(re.findall(r"\w+", line[len(".Cm"):]))
    have = {name for name, text in helps.items() if "--agent " in text}
    for name in sorted(told ^ have):
        yield f"FILTERS: {name} is {'told' if name in told else 'not told'}"


def check_page(page, helps):
    parts = sections(page)
    shared = {heading: options_in(parts[heading]) for heading in SHARED}
    shared["Options of every command"] -= {("V", "version", False)}
    own = options_of_commands(parts["COMMANDS"], helps)
    synopsis = synopsis_of(parts["SYNOPSIS"])
    for name, text in helps.items():
        yield from check_command(name, own[name], shared, text)
        yield from check_synopsis(name, synopsis.get(name, set()), own[name])
    yield from check_filters(parts["FILTERS"], helps)


def settings_of(page):
    """section.key of every setting that the page has an item for."""
    for heading, lines in sections(page).items():
        if heading.startswith("SECTION "):
            for line in lines:
                item = re.match(r"\.It Ic (\w+) No =", line)
                if item:
                    yield f"{heading.split()[1]}.{item[1]}"


def check_settings(page, source):
    known = set(re.findall(r'^\t\{ "(\w+\.\w+)",', source, re.M))
    for key in sorted(known ^ set(settings_of(page))):
        yield (f"{key}: only "
               f"{KEYS if key in known else SETTINGS} has it")


def check(top, binary):
    names = commands_of(run(binary, "--help")[1])
    helps = {name: run(binary, name, "--help")[1] for name in names}
    yield from check_page((top / PAGE).read_text(), helps)
    yield from check_settings((top / SETTINGS).read_text(),
                              (top / KEYS).read_text())


if __name__ == "__main__":
    report("manual", list(check(TOP, sys.argv[1])))
