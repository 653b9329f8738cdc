"""Where the instructions go: callgrind's counts, function by function.

Counts hardly vary from run to run, so a machine that is busy does not matter.
"""

import collections
import re
import shutil
import subprocess
import sys

from corpora import pixel_count

SPRITES = 20
SHOWN = 20


def count_instructions(command, file):
    """Instructions by function, without those of the functions that it calls."""
    valgrind = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={file}"]
    process = subprocess.run([str(part) for part in valgrind + command], capture_output=True)
    if process.returncode != 0:
        return None
    counts = collections.Counter()
    names = {}
    function = None
    is_call = False
    with open(file, errors="replace") as lines:
        for line in lines:
            # A name stands behind its number once, and the number alone after that.
            match = re.match(r"c?fn=\((\d+)\)(?: (.*))?", line)
            if match:
                number, name = match.groups()
                if name:
                    names[number] = name
                if not line.startswith("c"):
                    function = number
            elif line.startswith("calls="):
                is_call = True
            elif re.match(r"[+*\-\d]", line):
                # The line behind a call has what the callee took.
                if not is_call:
                    counts[function] += int(line.split()[1])
                is_call = False
    # Several functions may have one name: each module has its own.
    named = collections.Counter()
    for number, count in counts.items():
        named[names[number]] += count
    return named


def readable(names):
    """A short name for each symbol: without modules, parameters and generic arguments."""
    names = list(names)
    text = "\n".join(names)
    # Those of Swift, then those of C++, of which the runtime is made.
    for demangle in (["swift", "demangle", "--simplified"], ["c++filt"]):
        if shutil.which(demangle[0]) is not None:
            text = subprocess.run(demangle, input=text, capture_output=True, text=True).stdout
    return {name: shortened(line) for name, line in zip(names, text.splitlines(), strict=True)}


def shortened(text):
    text = re.sub(r"'\d+$", "", text).replace("(anonymous namespace)::", "")
    text = re.sub(r"\b(specialized|static|merged|partial apply for|implicit closure) ", "", text)
    parts = []
    for part in text.split(" in "):
        name = re.split(r"[(<]", part, maxsplit=1)[0].strip()
        parts.append(re.sub(r" #\d+$", "", name))
    return " in ".join(part for part in parts if part) or text


def measured(name, command, pixels, file):
    counts = count_instructions(command, file)
    if counts is None:
        print(f"failed: callgrind on {name}", file=sys.stderr)
        return []
    short = readable(counts)
    merged = collections.Counter()
    for function, count in counts.items():
        merged[short[function]] += count
    total = merged.total()
    functions = [
        {"name": function, "instructions": count, "share": count / total}
        for function, count in merged.most_common(SHOWN)
    ]
    return [{"run": name, "instructions": total, "pixels": pixels, "functions": functions}]


def without_debugging(binary, work):
    """A copy: not every valgrind can read the debugging information of a newer compiler."""
    plain = work / binary.name
    subprocess.run(["strip", "--strip-debug", "-o", plain, binary], check=True)
    return plain


def run(binary, photos, sprites, work):
    """One photo, some sprites, and a start without any work."""
    for tool, package in (("valgrind", "valgrind"), ("strip", "binutils")):
        if shutil.which(tool) is None:
            print(f"missing: {tool}, in Debian's package {package}", file=sys.stderr)
            return []
    plain, loop = without_debugging(binary, work), None
    if (binary.parent / "bare-loop").exists():
        loop = without_debugging(binary.parent / "bare-loop", work)
    chosen = {}
    if photos is not None:
        by_size = sorted(photos.glob("*.png"), key=lambda path: (pixel_count(path), path.name))
        chosen["one photo, fit 1024"] = ([by_size[len(by_size) // 2]], "1024")
    if sprites is not None:
        chosen[f"{SPRITES} sprites, 50 %"] = (sorted(sprites.rglob("*.png"))[:SPRITES], "50%")
    rows = measured("--version", [plain, "--version"], 0, work / "callgrind")
    for name, (paths, size) in chosen.items():
        folder, output = work / "counted", work / "counted-out"
        folder.mkdir()
        for path in paths:
            shutil.copy(path, folder)
        command = [plain, "resize", folder, output, "--size", size, "--workers", 1, "--quiet"]
        pixels = sum(map(pixel_count, folder.iterdir()))
        rows += measured(name, command, pixels, work / "callgrind")
        if loop is not None:
            command = [loop, size, folder, output]
            rows += measured(f"{name}, bare loop", command, pixels, work / "callgrind")
        shutil.rmtree(folder)
        shutil.rmtree(output, ignore_errors=True)
    return rows
