"""The figures as Markdown."""

import statistics

from peers import LEFT_OUT


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return lines + [f"| {' | '.join(row)} |" for row in rows] + [""]


def own(row):
    """Whether it is imgbatch, whose workers are threads: the others' are processes, and the peak
    that is told of these is the largest one's."""
    return row["program"] == "imgbatch"


def cases(rows):
    head = ["case", "workers", "program", "wall s", "× imgbatch", "processor s"]
    head += ["peak MB", "MB out"]
    return table(
        head,
        [
            [
                row["case"],
                str(row["workers"]),
                row["program"],
                f"{row['wall']:.2f}",
                f"{row['ratio']:.2f}" if row["ratio"] is not None else "",
                f"{row['cpu']:.2f}",
                f"{row['megabytes']:.0f}" if row["workers"] == 1 or own(row) else "",
                f"{row['bytes'] / 1e6:.2f}",
            ]
            for row in rows
        ],
    ) + [
        "Each program has as many processors as it has workers. Ratios above 1 are how many times "
        "longer the others took. " + LEFT_OUT,
        "",
    ]


def pipeline(rows):
    """imgbatch with one worker beside the bare loop over the same calls."""
    loops = {row["case"]: row for row in rows if row["program"] == "bare-loop"}
    lines = []
    for row in rows:
        loop = loops.get(row["case"])
        if row["program"] != "imgbatch" or row["workers"] != 1 or loop is None:
            continue
        # Round by round: what else the machine does falls on both alike.
        pairs = list(zip(row["runs"], loop["runs"]))
        shares = [run["cpu"] / bare["cpu"] - 1 for run, bare in pairs if bare["cpu"] > 0]
        share = f"{100 * statistics.median(shares):+.1f} %" if shares else ""
        lines.append(
            [
                row["case"],
                f"{row['wall']:.2f}",
                f"{loop['wall']:.2f}",
                f"{row['cpu']:.2f}",
                f"{loop['cpu']:.2f}",
                share,
                "yes" if row.get("same bytes") else "no",
            ]
        )
    head = ["case", "wall s", "bare loop", "processor s", "bare loop", "the batch", "same bytes"]
    return ["### The batch around the codecs, one worker", "", *table(head, lines)] if lines else []


def levels(rows):
    found = {(row["corpus"], row["level"]): row for row in rows}
    lines = []
    for level in range(13):
        cells = [str(level)]
        for corpus in ("photos", "sprites"):
            row = found.get((corpus, level))
            cells += [f"{row['wall']:.2f}", f"{row['bytes'] / 1e6:.2f}"] if row else ["", ""]
        lines.append(cells)
    head = ["level", "photos, fit 1024: s", "MB", "sprites, 50 %: s", "MB"]
    return ["### --compression, one run each", "", *table(head, lines)]


def optimize(rows):
    found = {(row["corpus"], row["program"], row["level"]): row for row in rows}
    corpora = list(dict.fromkeys(row["corpus"] for row in rows))
    programs = list(dict.fromkeys(row["program"] for row in rows))
    columns = [(corpus, program) for corpus in corpora for program in programs]
    lines = []
    for level in sorted({row["level"] for row in rows}):
        cells = [str(level)]
        for corpus, program in columns:
            row = found.get((corpus, program, level))
            cells += [f"{row['cpu']:.1f}", f"{row['bytes'] / 1e3:,.0f}"] if row else ["", ""]
        lines.append(cells)
    head = ["level"]
    for corpus, program in columns:
        head += [f"{corpus}, {program}: processor s", "kB"]
    before = {row["corpus"]: f"{row['before'] / 1e3:,.0f}" for row in rows}
    sizes = ", ".join(f"{corpus} {size}" for corpus, size in before.items())
    title = "### optimize, one run each, one worker"
    return [title, "", f"kB before: {sizes}.", "", *table(head, lines)]


def startup(rows):
    lines = [[row["program"], f"{row['median']:.2f}", f"{row['least']:.2f}"] for row in rows]
    title = f"### Start to end of a process, {rows[0]['count']} times by turns"
    return [title, "", *table(["program", "median ms", "least"], lines)]


def kernels(rows):
    totals = [
        [
            row["run"],
            f"{row['instructions'] / 1e6:.1f}",
            f"{row['instructions'] / row['pixels']:.1f}" if row["pixels"] else "",
        ]
        for row in rows
    ]
    lines = ["### Instructions, by callgrind", ""]
    lines += table(["run", "millions", "an input pixel"], totals)
    for row in rows:
        if row["pixels"] == 0 or "bare loop" in row["run"]:
            continue
        functions = [
            [
                f"`{function['name']}`",
                f"{function['instructions'] / 1e6:.1f}",
                f"{100 * function['share']:.1f}",
                f"{function['instructions'] / row['pixels']:.2f}",
            ]
            for function in row["functions"]
        ]
        lines += [f"{row['run']}:", ""]
        lines += table(["function", "millions", "%", "an input pixel"], functions)
    return lines


def scale(counts, workers):
    lines = [
        [
            f"{row['files']:,}",
            row["job"],
            f"{row['wall']:.2f}",
            f"{row['cpu']:.2f}",
            f"{row['megabytes']:.0f}",
            f"{1e6 * row['wall'] / row['files']:.0f}",
            f"{row['first']:.3f}" if row["first"] is not None else "",
        ]
        for row in counts
    ]
    head = ["files", "job", "wall s", "processor s", "peak MB", "µs a file", "first output s"]
    text = ["### Many files of 8×8 pixels, two workers", "", *table(head, lines)]
    lines = [
        [
            str(row["workers"]),
            f"{1e6 * row['wall'] / row['files']:.0f}",
            f"{1e6 * row['cpu'] / row['files']:.0f}",
            f"{row['megabytes']:.0f}",
        ]
        for row in workers
    ]
    head = ["workers", "µs a job", "processor µs a job", "peak MB"]
    count = f"{workers[0]['files']:,}" if workers else "no"
    return text + [f"### {count} of them by workers", "", *table(head, lines)]


def markdown(results):
    lines = [" · ".join(results["machine"]) + f" · {results['rounds']} rounds, medians", ""]
    if results["cases"]:
        lines += cases(results["cases"]) + pipeline(results["cases"])
    if results["levels"]:
        lines += levels(results["levels"])
    if results["optimize"]:
        lines += optimize(results["optimize"])
    if results["startup"]:
        lines += startup(results["startup"])
    if results["kernels"]:
        lines += kernels(results["kernels"])
    if results["scale"]:
        lines += scale(results["scale"], results["workers"])
    return "\n".join(lines)
