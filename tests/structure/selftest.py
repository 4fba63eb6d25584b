"""Tests of the checks themselves: each finds what it is there to find."""

import contextlib
import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

import banned
import hardening
import help as help_check
import manual
import map as map_check
import symbols
import top
from source import Room, code_only, without_comments

MAP = """# Map

| room | level | may include | through | foreign header |
| --- | --- | --- | --- | --- |
| base | 0 | | | |
| http | 1 | base | | `curl/` |
| model | 1 | base | | |
| cli | 2 | base | http | |

## base

- `a.h`: a
- `hidden.h` *(private)*: hidden

## http

- `h.[hc]`: h

## model

- `m.c`: m

## cli

- `main.c`: main
"""

FILES = {
    "src/README.md": MAP,
    "src/CMakeLists.txt": "room(base)\nroom(http\tUSES base\tLIBS X::Y)\n"
                          "room(model\tUSES base)\nroom(cli USES http base)\n",
    "src/base/a.h": "#include <stdint.h>\n",
    "src/base/hidden.h": "",
    "src/http/h.h": "",
    "src/http/h.c": '#include <curl/curl.h>\n#include "base/a.h"\n'
                    '#include "http/h.h"\n',
    "src/model/m.c": '#include "callark/x.h"\n',
    "src/cli/main.c": '/* #include "http/h.h" */\n#include "base/a.h"\n',
    "include/callark/x.h": "#include <stddef.h>\n",
}


@contextlib.contextmanager
def tree(**changes):
    """A good tree, with some files changed; None leaves one out."""
    files = {**FILES, **{k.replace("__", "/"): v for k, v in changes.items()}}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            if text is not None:
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        yield Path(folder)


class Map(unittest.TestCase):
    def expect(self, wanted, **changes):
        files = {k: v for k, v in changes.items()}
        with tree(**files) as folder:
            found = "\n".join(map_check.check(folder))
        if wanted:
            self.assertIn(wanted, found)
        else:
            self.assertEqual(found, "")

    def test_good_tree(self):
        self.expect("")

    def test_arrows(self):
        for name, line, wanted in (
                ("src__model/m.c", '#include "http/h.h"',
                 'm.c:1: model may not include "http/h.h"'),
                ("src__cli/main.c", '\n#include "http/h.h"',
                 'main.c:2: cli may not include "http/h.h"'),
                ("src__http/h.c", '#include "base/hidden.h"', "is private"),
                ("src__http/h.c", '#include "h.h"', "no room/header"),
                ("src__http/h.c", "#include <sqlite3.h>", "<sqlite3.h>"),
                ("src__model/m.c", "#include <curl/curl.h>", "<curl/curl.h>"),
                ("include__callark/x.h", '#include "base/a.h"', "public"),
                ("include__callark/x.h", "#include <unistd.h>", "public")):
            with self.subTest(line=line):
                self.expect(wanted, **{name: line + "\n"})

    def test_files(self):
        self.expect("src/model/new.c: not listed", **{"src__model/new.c": ""})
        self.expect("lists h.h, which is not", **{"src__http/h.h": None,
                                                  "src__http/h.c": ""})
        self.expect("src/other: no room", **{"src__other/x.c": ""})

    def test_build(self):
        build = FILES["src/CMakeLists.txt"]
        self.expect("model uses http", **{"src__CMakeLists.txt": build.replace(
            "room(model\tUSES base", "room(model\tUSES http base")})
        self.expect("model: in the map or", **{
            "src__CMakeLists.txt": build.replace("room(model", "room(mode")})

    def test_levels(self):
        self.expect("model (level 1) must not use http (level 1)", **{
            "src__README.md": MAP.replace("model | 1 | base",
                                          "model | 1 | http base")})
        self.expect("`curl/`" [1:-1] + " has owners: http model", **{
            "src__README.md": MAP.replace("model | 1 | base | | |",
                                          "model | 1 | base | | `curl/` |")})


class Source(unittest.TestCase):
    def test_comments_and_strings(self):
        text = 'a /* b\n"c" */ "d // e" // f\n\'"\' g\n'
        self.assertEqual(without_comments(text).split(),
                         ["a", '"d', "//", 'e"', "'\"'", "g"])
        self.assertEqual(code_only(text).split(),
                         ["a", '"', '"', "'", "'", "g"])
        self.assertEqual(code_only(text).count("\n"), text.count("\n"))

    def test_banned(self):
        text = ('/* strcpy(a, b) */\nputs("gets(x)");\np->system(x);\n'
                "my_atoi(x); int random, y = (random);\nx = atoi (y);\n")
        with tree(**{"src__model/m.c": text}) as folder:
            self.assertEqual(list(banned.check(folder)), [
                "src/model/m.c:5: atoi; instead: text_to_int"])


class Top(unittest.TestCase):
    def test_folder(self):
        with tree(**{"stray.txt": "", "LICENSE": "", "build-x/y": "",
                     ".hidden": ""}) as folder:
            found = list(top.check(folder))
        self.assertIn("stray.txt: has no place at the top level", found)
        self.assertIn("README.md: missing from the top level", found)
        self.assertNotIn("build-x", "".join(found))
        self.assertNotIn("LICENSE", "".join(found))


class Symbols(unittest.TestCase):
    rooms = {name: Room(name, level, may, through, "")
             for name, level, may, through in (
                 ("base", 0, "", ""), ("http", 1, "base", ""),
                 ("flow", 2, "http", ""), ("cli", 3, "", "flow"))}

    def expect(self, wanted, **needs):
        defined = {"base": {"buf_add"}, "http": {"url_parse"},
                   "flow": {"ark_sync", "judge"}, "cli": {"cli_main"}}
        found = list(symbols.check(self.rooms, {
            name: (names, needs.get(name, set()))
            for name, names in defined.items()}))
        self.assertEqual(found, wanted)

    def test_uses(self):
        self.expect([], http={"buf_add", "memcpy"}, cli={"ark_sync"})
        self.expect(["base needs url_parse of http, which it may not use"],
                    base={"url_parse"})
        self.expect(["flow needs buf_add of base, which it may not use"],
                    flow={"buf_add"})
        self.expect(["cli needs judge of flow, which is not public"],
                    cli={"judge"})

    def test_defined_twice(self):
        found = list(symbols.check(self.rooms, {
            "base": ({"x"}, set()), "http": ({"x"}, set())}))
        self.assertEqual(found, ["x is defined in base and in http"])


class Programs(unittest.TestCase):
    def program(self, folder, text):
        path = Path(folder) / "program"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return str(path)

    def test_help(self):
        with tempfile.TemporaryDirectory() as folder:
            found = "\n".join(help_check.check(self.program(
                folder, f"echo usage: {'x' * 80}\n")))
        self.assertIn("callark --help: 87 columns", found)
        self.assertIn("only 0 commands", found)
        self.assertIn("callark alone: status 0", found)

    def test_commands(self):
        self.assertEqual(help_check.commands_of(
            "usage\n\nCommands:\n  one  x\n  two  y\n\nOptions:\n  no  z\n"),
            ["one", "two"])

    def test_hardening(self):
        with tempfile.TemporaryDirectory() as folder:
            found = list(hardening.check(self.program(
                folder, 'echo "GNU_STACK 0x0 RWE"\n'), "x"))
        self.assertEqual(len(found), 6, found)


PAGE = """.Sh SYNOPSIS
.Nm
.Op Ar options
.Cm find
.Op Ar range
.Op Fl n
.Op Fl Fl null
.Nm
.Fl h
.Sh DESCRIPTION
.Ss Options of every command
.It Fl Fl log-format Ar word
.It Fl V , Fl Fl version
.Sh COMMANDS
.It Cm find
.It Fl n , Fl Fl number Ar n
.It Fl Fl null
.It Cm table
.Sh RANGES
.It Fl Fl last Ar span
.Sh FILTERS
.Cm find
take the same words.
.Fl Fl agent
.It Fl Fl agent Ar glob
"""
HELP = """usage: callark find

  -n, --number N            of how many --null is one
      --null                nothing
      --last SPAN           days
      --agent GLOB          somebody
      --log-format WORD     text or json
"""


class Manual(unittest.TestCase):
    def found(self, page=PAGE, text=HELP):
        return "\n".join(manual.check_page(page, {"find": text}))

    def test_what_agrees(self):
        self.assertEqual(self.found(), "")

    def test_options(self):
        for page, text, word in (
                (PAGE, HELP.replace("-n,", "-m,"), "letter m"),
                (PAGE, HELP.replace("--number N", "--number  "), "without"),
                (PAGE.replace(".It Fl Fl null\n", ""), HELP, "only the help"),
                (PAGE, HELP.replace("      --null ", "      --zero "), "--zero"),
                (PAGE, HELP.replace("      --last", "      --first"),
                 "--first"),
                (PAGE, HELP.replace("--log-format", "--log-form"),
                 "--log-format: only callark(1)"),
                (PAGE.replace(".Op Fl n\n", ""), HELP, "n is only in its"),
                (PAGE.replace("Op Fl n\n", "Op Fl x\n"), HELP, "x is only in the"),
                (PAGE.replace(".Cm find\ntake", ".Cm sync\ntake"), HELP,
                 "FILTERS: find is not told")):
            self.assertIn(word, self.found(page, text))

    def test_settings(self):
        page = ".Sh SECTION a\n.It Ic one No = Ar x\n.Sh B\n.It Ic c No =\n"
        source = '\t{ "a.one", "text",\n'
        self.assertEqual(list(manual.check_settings(page, source)), [])
        self.assertEqual(len(list(manual.check_settings(
            page, source.replace("one", "two")))), 2)


class Analysis(unittest.TestCase):
    def test_no_finding_hides_another(self):
        path = Path(__file__).resolve().parents[2] / "contrib/dev/analyse"
        loader = importlib.machinery.SourceFileLoader("analyse", str(path))
        analyse = importlib.util.module_from_spec(
            importlib.util.spec_from_loader("analyse", loader))
        loader.exec_module(analyse)
        said = (f"{path}:1:9: warning: one [a-one]\n  code\n  ^~~~\n"
                f"{path}:2:9: note: of the first\n"
                f"{path}:3:9: warning: two\nand three [b.Two,c]\n  code\n"
                f"{path}:4:9: error: four [d]\n")
        self.assertEqual(
            [(f.line, f.check, f.text)
             for f in analyse.findings_in("a tool", said)],
            [(1, "a-one", "one"), (3, "b.Two,c", "two and three"),
             (4, "d", "four")])


if __name__ == "__main__":
    unittest.main()
