"""What it costs to start: milliseconds from posix_spawn to the end of the process."""

import os
import shutil
import statistics
import sys
import time


def spawn_milliseconds(command, actions):
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status = os.waitpid(process, 0)
    milliseconds = 1000 * (time.perf_counter() - start)
    return milliseconds if status == 0 else None


def commands(binary, icon, output):
    """What is started, by name: the emptiest program there is, then imgbatch, then peers."""
    found = {"/bin/true": ["/bin/true"]}
    if binary is not None and binary.exists():
        found["imgbatch --version"] = [binary, "--version"]
        if icon is not None:
            found["imgbatch resize of one icon"] = [
                binary, "resize", icon, output / "icon.png", "--size", "50%", "--quiet"
            ]
    if icon is not None:
        thumbnail, magick = shutil.which("vipsthumbnail"), shutil.which("gm")
        if thumbnail is not None:
            found["vipsthumbnail of one icon"] = [
                thumbnail, icon, "--size", "36x36>", "--output", output / "icon.png"
            ]
        if magick is not None:
            found["gm convert of one icon"] = [
                magick, "convert", icon, "-resize", "50%", output / "icon.png"
            ]
    return {name: [str(part) for part in command] for name, command in found.items()}


def run(binary, icon, output, count):
    """Each of them once, by turns, as often as `count` says."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    started = commands(binary, icon, output)
    figures = {name: [] for name in started}
    with open(os.devnull, "w") as null:
        actions = [(os.POSIX_SPAWN_DUP2, null.fileno(), stream) for stream in (1, 2)]
        for _ in range(count):
            for name, command in list(started.items()):
                milliseconds = spawn_milliseconds(command, actions)
                if milliseconds is None:
                    print(f"failed: {name}", file=sys.stderr)
                    del started[name], figures[name]
                else:
                    figures[name].append(milliseconds)
    return [
        {"program": name, "median": statistics.median(times), "least": min(times), "count": count}
        for name, times in figures.items()
    ]
