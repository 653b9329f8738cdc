"""All that is measured: distances to the reference, the checks, every percentage, equal bytes."""

import sys

import numpy as np

import quality_bytes
import quality_checks
import quality_programs
import quality_targets
from quality_pictures import Pictures
from quality_reference import (
    add_distances,
    reference,
    reference_clamped_first,
    reference_in_linear_light,
    rounded,
)
from quality_targets import CLAMPED_FIRST

LINEAR = ("RGB8", "gray8", "RGBA8, sprites", "RGB16")


def run(options, work, corpora):
    programs = quality_programs.all_programs(options.binary.resolve(), work)
    if options.only:
        programs = [each for each in programs if each.name in ("imgbatch", options.only)]
    results = {"programs": [each.name for each in programs]}
    results["distances"] = all_distances(programs, Pictures(corpora["photos"], corpora["sprites"]))
    results["checks"], results["linear checks"] = all_checks(programs)
    results["percentages"] = all_percentages(programs)
    results["bytes"] = quality_bytes.run(
        options.binary.resolve(), work, corpora["photos"], corpora["sprites"]
    )
    results["targets"] = quality_targets.all_targets(results)
    return results


def say(text):
    print(text, file=sys.stderr, flush=True)


def all_distances(programs, pictures):
    """By kind of picture and program, what `add_distances` gives."""
    kinds = pictures.kinds()
    distances = {}
    for kind, members in kinds.items():
        say(f"distances: {kind}")
        resizes = {program.name: program.resize for program in programs}
        distances[kind] = distances_of(resizes, members, reference)
    resizes = {program.name: program.resize_in_linear_light for program in programs}
    for kind in LINEAR:
        say(f"distances: {kind} in linear light")
        distances[f"{kind} in linear light"] = distances_of(
            resizes, kinds[kind], reference_in_linear_light
        )
    say(f"distances: {CLAMPED_FIRST}")
    resizes = {program.name: program.resize for program in programs}
    distances[CLAMPED_FIRST] = distances_of(
        resizes, kinds["RGBA8, sprites"], reference_clamped_first
    )
    return distances


def distances_of(resizes, members, reference):
    found = {name: {} for name, resize in resizes.items() if resize is not None}
    for picture, width, height in members:
        exact = reference(picture, width, height)
        full = np.iinfo(picture.dtype).max
        for name in list(found):
            result = resizes[name](picture, width, height)
            if result is None:
                del found[name]
            else:
                add_distances(found[name], result, exact, full)
    return {name: distances for name, distances in found.items() if distances}


def as_program(reference):
    def resize(picture, width, height):
        return rounded(reference(picture, width, height)).astype(picture.dtype)

    return resize


def all_checks(programs):
    """By check and program, with the reference as one of these: once as samples are stored, once
    in linear light."""
    encoded = {"reference": as_program(reference)}
    linear = {"reference": as_program(reference_in_linear_light)}
    for program in programs:
        encoded[program.name] = program.resize
        if program.resize_in_linear_light is not None:
            linear[program.name] = program.resize_in_linear_light
    return (
        checks_of(quality_checks.CHECKS, encoded),
        checks_of(quality_checks.LINEAR_CHECKS, linear),
    )


def checks_of(checks, resizes):
    found = {}
    for check, function in checks.items():
        say(f"check: {check}")
        found[check] = {name: function(resize) for name, resize in resizes.items()}
    return found


def all_percentages(programs):
    """By kind of picture, imgbatch's distances over every percentage from 1 to 200."""
    resizes = {program.name: program.resize for program in programs if program.name == "imgbatch"}
    found = {}
    for channels, kind in ((1, "gray8"), (3, "RGB8"), (4, "RGBA8")):
        say(f"1 to 200 %: {kind}")
        picture, sizes = quality_checks.percentages(channels)
        members = [(picture, *size) for size in sizes]
        found[kind] = distances_of(resizes, members, reference)
    return found
