"""The figures as Markdown."""

from quality_targets import CLAMPED_FIRST, fixed, text
from report import table


def decibels(value):
    return "equal" if value == float("inf") else f"{value:.1f}"


def both(distances, backdrop, figure):
    """All of the picture, and its interior where that is another figure."""
    found = [
        figure(distances[backdrop, part])
        for part in ("all", "interior")
        if (backdrop, part) in distances
    ]
    return " / ".join(dict.fromkeys(found))


def distance_rows(kind, found, programs):
    rows = []
    backdrops = list(dict.fromkeys(key[0] for each in found.values() for key in each))
    for backdrop in backdrops:
        name = f"{kind} {backdrop}".strip()
        for program in programs:
            if program not in found:
                continue
            own = found[program]
            figures = [
                lambda each: decibels(each.psnr),
                lambda each: decibels(each.least_psnr),
                lambda each: fixed(each.maximum, 1 if backdrop else 0),
                lambda each: fixed(each.mean, 3),
                lambda each: fixed(100 * each.far_share, 3) + " %",
                lambda each: fixed(each.bias, 4),
            ]
            rows.append([name, program, *(both(own, backdrop, figure) for figure in figures)])
    return rows


def distances(results):
    head = ["picture", "program", "PSNR dB", "least of a picture", "max", "mean", "off by > 1"]
    parts = {
        "### Against the reference: edges included / 8 pixels off the edge": [],
        "### The same in linear light, of those that have it": [],
        "### The same, clamped before the division by alpha: not imgbatch's way": [],
    }
    plain, linear, clamped = parts.values()
    for kind, found in results["distances"].items():
        rows = clamped if kind == CLAMPED_FIRST else linear if "linear" in kind else plain
        rows += distance_rows(kind, found, results["programs"])
    lines = []
    for title, rows in parts.items():
        lines += [title, "", *table([*head, "bias"], rows)]
    return lines


def checks(title, found):
    programs = list(next(iter(found.values())))
    rows = [
        [name, *(text(figures[program]) for program in programs)]
        for name, figures in found.items()
    ]
    return [title, "", *table(["check", *programs], rows)]


def percentages(results):
    rows = []
    for kind, found in results["percentages"].items():
        for (backdrop, part), distance in found["imgbatch"].items():
            if part == "all":
                name = f"{kind} {backdrop}".strip()
                largest = f"{distance.maximum:.2f}"
                rows.append([name, largest, decibels(distance.psnr)])
    title = "### imgbatch at every percentage from 1 to 200, 97×61 pixels"
    return [title, "", *table(["picture", "max difference", "PSNR dB, all together"], rows)]


def targets(results):
    rows = [
        [target.name, target.figure, target.bound, "met" if target.is_met else "**NOT met**"]
        for target in results["targets"]
    ]
    lines = ["### What imgbatch has to reach", ""]
    lines += table(["figure", "imgbatch", "target", ""], rows)
    if "imgbatch" not in results["linear checks"][next(iter(results["linear checks"]))]:
        lines += ["Linear light is not there in imgbatch.", ""]
    for name, is_equal in results["bytes"].items():
        if is_equal is None:
            lines += [f"Not told: {name}.", ""]
    return lines


def markdown(results):
    lines = [" · ".join(results["machine"]), "", *targets(results), *distances(results)]
    lines += checks("### Critical pictures", results["checks"])
    lines += checks("### The same in linear light", results["linear checks"])
    lines += percentages(results)
    return "\n".join(lines)
