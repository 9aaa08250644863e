#!/usr/bin/python3
"""man/cmd/*.md and man/topic/*.md to C tables and to man pages.

A page is: "# name", a "Group: summary" line, for commands an indented
grammar, then text in paragraphs, indented blocks and
"## headings". Nothing else of Markdown is used but `code`. There must be one page a verb of LANG_VERBS, and no other.

    pages.py c VERBS_HEADER PAGE… > pages.c
    pages.py man VERSION TEMPLATE OPTIONS_C SETTINGS_H PAGE… > a man page
    pages.py examples PAGE…                           the lines under "## Examples", NAME<tab>LINE each
"""
import contextlib
import io
import re
import sys


def fail(message):
    sys.exit(f"man/pages.py: {message}")


def read_page(path):
    lines = open(path, encoding="utf-8").read().rstrip("\n").split("\n")
    if not lines[0].startswith("# ") or len(lines) < 4:
        fail(f"{path}: a page begins with '# name'")
    head = re.fullmatch(r"([A-Z][a-z ]*): (.+)", lines[1])
    if not head:
        fail(f"{path}:2: expected 'Group: summary'")
    topic = "/topic/" in path
    i = 3
    grammar = []
    while not topic and i < len(lines) and lines[i].startswith("    "):
        grammar.append(lines[i][4:])
        i += 1
    text = "\n".join(lines[i:]).strip("\n")
    return {"name": lines[0][2:], "group": head[1], "summary": head[2], "grammar": "\n".join(grammar),
            "text": text, "path": path, "topic": topic}


def c_string(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "\n        ".join(f'"{line}\\n"' for line in escaped.split("\n")).removesuffix('\\n"') + '"'


def c_entry(page):
    fields = ", ".join(c_string(page[k]) for k in ("name", "group", "summary"))
    return f"{{{fields},\n        {c_string(page['grammar'])},\n        {c_string(page['text'])}}}"


def emit_c(header, pages):
    verbs = re.findall(r"^\s*V\((\w+), (\w+)\)", open(header, encoding="utf-8").read(), re.M)
    by_name = {p["path"].rsplit("/", 1)[1][:-3]: p for p in pages if not p["topic"]}
    for upper, lower in verbs:
        if lower not in by_name:
            fail(f"the verb {lower} has no page man/cmd/{lower}.md")
    for name in by_name:
        if name not in [lower for _, lower in verbs]:
            fail(f"man/cmd/{name}.md is the page of no verb")
    print('#include "pksk/cmd/command.h"\n\nconst struct command_page command_pages[VERB_COUNT] = {')
    for upper, lower in verbs:
        print(f"    [VERB_{upper}] = {c_entry(by_name[lower])},")
    print("};\n\nconst struct command_page topic_pages[] = {")
    for page in pages:
        if page["topic"]:
            print(f"    {c_entry(page)},")
    print("    {0},\n};")


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\0")
    text = re.sub("\0([^\0]*)\0", r"\\fB\1\\fR", text).replace("\0", "`")
    return "\\&" + text if text[:1] in (".", "\\(aq") else text


def emit_text(text):
    block = False
    for line in text.split("\n"):
        code = line.startswith("    ")
        if code != block:
            print(".PP\n.nf\n.RS 4" if code else ".RE\n.fi")
            block = code
        if code:
            print(roff_code(line[4:]))
        elif line.startswith("## "):
            print(f".PP\n\\fI{roff(line[3:])}\\fR")
        elif line == "":
            print(".PP")
        else:
            print(roff(line))
    if block:
        print(".RE\n.fi")


def roff_code(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\\&" + text


def emit_page(page):
    print(f".SS {roff(page['name'])}: {roff(page['summary'])}")
    if page["grammar"]:
        print(".nf\n.RS 4")
        for line in page["grammar"].split("\n"):
            print(roff_code(line))
        print(".RE\n.fi\n.PP")
    emit_text(page["text"])


def emit_options(source):
    rows = re.findall(r"O\(\w+, '(.)', \"([^\"]+)\", (NULL|\"[^\"]*\"),\s*\\?\s*\"((?:[^\"\\\\]|\\\\.)*)\"\)",
                      open(source, encoding="utf-8").read())
    if not rows:
        fail(f"{source}: no options found")
    for letter, name, argument, text in rows:
        argument = "" if argument == "NULL" else argument.strip('"')
        optional = argument.startswith("[")
        shown = f"[=\\fI{argument[1:-1]}\\fR]" if optional else f" \\fI{argument}\\fR" if argument else ""
        print(f".TP\n\\fB\\-{letter}\\fR, \\fB\\-\\-{roff(name)}\\fR{shown}\n{roff(text)}")


def emit_settings(source):
    text = open(source, encoding="utf-8").read().replace("\\\n", "\n")
    rows = re.findall(r'S\((\w+), \w+, "([^"]+)", "([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\)', text)
    if not rows:
        fail(f"{source}: no settings found")
    for _, name, otherwise, values, help_text in rows:
        shown = otherwise or "empty"
        print(f".TP\n\\fB{roff(name)}\\fR ({roff(values)}; at first {roff(shown)})\n{roff(help_text)}")


def emit_man(version, template, options, settings, pages):
    for line in open(template, encoding="utf-8").read().rstrip("\n").split("\n"):
        if line == "@COMMANDS@":
            for page in [p for p in pages if not p["topic"]]:
                emit_page(page)
        elif line == "@TOPICS@":
            for page in [p for p in pages if p["topic"]]:
                emit_page(page)
        elif line == "@OPTIONS@":
            emit_options(options)
        elif line == "@SETTINGS@":
            emit_settings(settings)
        else:
            print(line.replace("@VERSION@", version))


def tidy(lines):
    """What mandoc's lint asks for: no paragraph without text, no line of source over 80 bytes."""
    kept, literal = [], False
    for line in lines:
        if kept and kept[-1] == ".PP" and (line.startswith((".PP", ".SS", ".SH"))):
            kept.pop()
        if line == ".PP" and kept and kept[-1].startswith((".SS", ".SH")):
            continue
        literal = line == ".nf" or literal and line != ".fi"
        kept += [line] if literal or line.startswith(".") else fold(line)
    return kept


def fold(line):
    folded = [""]
    for word in line.split(" "):
        # What is not ASCII is counted as the escape that it becomes.
        if folded[-1] and len(re.sub(r"[^\x00-\x7f]", "8 columns", f"{folded[-1]} {word}")) > 80:
            folded.append("\\&" + word if word[:1] in (".", "'") else word)
        else:
            folded[-1] += (" " if folded[-1] else "") + word
    return folded


def emit_examples(pages):
    for page in pages:
        inside = False
        for line in page["text"].split("\n"):
            if line.startswith("## "):
                inside = line == "## Examples"
            elif inside and line.startswith("    "):
                print(f"{page['name']}\t{line[4:]}")


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "c":
        emit_c(rest[0], [read_page(p) for p in rest[1:]])
    elif what == "man":
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            emit_man(*rest[:4], [read_page(p) for p in rest[4:]])
        print("\n".join(tidy(text.getvalue().rstrip("\n").split("\n"))))
    elif what == "examples":
        emit_examples([read_page(p) for p in rest])
    else:
        fail(f"unknown output {what}")


if __name__ == "__main__":
    main()
