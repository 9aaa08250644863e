#!/usr/bin/python3
"""A file includes only from its own layer and those before it, and meson knows every source."""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tap  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAYERS = "base json item lang aws net dynamo model plan run out session complete line cmd shell".split()
# Where the terminal's own libraries may be named at all.
ONLY = {"histedit.h": ("src/line/",), "yajl/": ("src/json/",), "curl/": ("src/net/", "src/aws/"),
        "openssl/": ("src/base/", "src/aws/", "src/net/")}


def sources():
    for path in sorted(glob.glob(os.path.join(TOP, "src/**/*.[ch]"), recursive=True)
                       + glob.glob(os.path.join(TOP, "include/pksk/**/*.h"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            yield os.path.relpath(path, TOP), file.read()


def layer_of(path):
    parts = path.split("/")
    name = parts[1] if parts[0] == "src" else parts[2]
    return name if name in LAYERS else "main" if path == "src/main.c" else None


@tap.test("every file includes only its own layer and those before it")
def _():
    wrong = []
    for path, text in sources():
        layer = layer_of(path)
        if layer is None:
            wrong.append(f"{path}: in no layer")
            continue
        allowed = LAYERS if layer == "main" else LAYERS[:LAYERS.index(layer) + 1]
        for number, line in enumerate(text.splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+["<]pksk/(\w+)/', line)
            if found and found.group(1) not in allowed:
                wrong.append(f"{path}:{number}: {layer} includes {found.group(1)}, which comes after it")
    tap.check(not wrong, *wrong)


@tap.test("every foreign library has its own corner")
def _():
    wrong = []
    for path, text in sources():
        for number, line in enumerate(text.splitlines(), 1):
            for name, corners in ONLY.items():
                if re.match(r"\s*#\s*include\s+<" + re.escape(name), line) \
                        and not path.replace("include/pksk/", "src/").startswith(corners):
                    wrong.append(f"{path}:{number}: {name} belongs to {', '.join(corners)}")
    tap.check(not wrong, *wrong)


@tap.test("every source is in its folder's meson.build")
def _():
    wrong = []
    for path, _text in sources():
        folder, name = os.path.split(path)
        if path.startswith("src/") and name.endswith(".c"):
            listing = os.path.join(TOP, "meson.build" if folder == "src" else f"{folder}/meson.build")
            with open(listing, encoding="utf-8") as file:
                if f"'{name}'" not in file.read() and path != "src/main.c":
                    wrong.append(f"{path} is not in {os.path.relpath(listing, TOP)}")
    tap.check(not wrong, *wrong)


@tap.test("headers include no layer in a circle")
def _():
    includes = {path[len("include/"):]: re.findall(r'#include "(pksk/[^"]+)"', text)
                for path, text in sources() if path.startswith("include/")}
    done, wrong = set(), []

    def visit(name, way):
        if name in way:
            wrong.append(" → ".join(way[way.index(name):] + [name]))
        elif name not in done:
            for other in includes.get(name, []):
                visit(other, way + [name])
            done.add(name)

    for name in includes:
        visit(name, [])
    tap.check(not wrong, *wrong)


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', text)


def defined(texts):
    """Which file defines each function and object that others can see."""
    found = {}
    for path, text in texts.items():
        for name in re.findall(r"^(?!static|typedef|extern)[a-z_][\w \t*]*?[ *](\w+)\([^;{}]*\)\s*\n\{", text, re.M) \
                + re.findall(r"^(?:const )?struct \w+ \*?(?:const )?(\w+)(?:\[[^\]]*\])? = ", text, re.M):
            found.setdefault(name, path)
    return found


def uses(texts):
    """Layer → file → the files of that layer of which it uses a function or an object, with one such name.
    Parsers that call each other share parser.h, and are let be."""
    where, result = defined(texts), {}
    with open(os.path.join(TOP, "include/pksk/lang/parser.h"), encoding="utf-8") as file:
        shared = set(re.findall(r"\b(\w+)\(", file.read())) | {"verb_name"}
    for path, text in texts.items():
        for name in set(re.findall(r"\b[a-z_]\w+\b", text)) - shared:
            other = where.get(name)
            if other and other != path and layer_of(other) == layer_of(path):
                result.setdefault(layer_of(path), {}).setdefault(path, {})[other] = name
    return result


@tap.test("no circles of files inside a layer")
def _():
    texts = {path: without_comments(text) for path, text in sources() if path.startswith("src/") and path.endswith(".c")}
    wrong = []
    for files in uses(texts).values():
        done = set()

        def visit(path, way):
            if path in way:
                circle = way[way.index(path):] + [path]
                wrong.append(", ".join(f"{a} uses {files[a][b]}() of {b}" for a, b in zip(circle, circle[1:])))
            elif path not in done:
                for other in files.get(path, {}):
                    visit(other, way + [path])
                done.add(path)

        for path in list(files):
            visit(path, [])
    tap.check(not wrong, *wrong)


tap.main()
