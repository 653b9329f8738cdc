"""What imgbatch has to reach."""

from dataclasses import dataclass

# A picture that is held against another definition, for which there is no target.
CLAMPED_FIRST = "RGBA8, sprites; clamped before division"
LEAST_PSNR = 65
MOST_LEVELS = 1
MOST_BIAS = 0.005
MOST_PHASE = 0.005
# Half of the light has the level 187.5.
CHECKER_MEANS = {False: 127.5, True: 187.5}


@dataclass
class Target:
    name: str
    figure: str
    bound: str
    is_met: bool


def at_most(name, figure, bound, digits=0):
    if figure is None:
        return Target(name, "none", f"at most {bound}", False)
    return Target(name, fixed(figure, digits), f"at most {bound}", abs(figure) <= bound)


def distance_targets(kind, distances):
    targets = []
    for (backdrop, part), distance in distances.items():
        if part != "all":
            continue
        name = f"{kind} {backdrop}".strip()
        digits = 2 if backdrop else 0
        targets.append(
            at_most(f"{name}: max difference", distance.maximum, MOST_LEVELS, digits)
        )
        # 16 bits are held to a level of their own, which is more.
        if distance.full == 255:
            psnr = distance.least_psnr
            bound = f"at least {LEAST_PSNR} dB"
            title = f"{name}: PSNR of the worst picture"
            targets.append(Target(title, f"{psnr:.1f} dB", bound, psnr >= LEAST_PSNR))
            targets.append(at_most(f"{name}: bias", distance.bias, MOST_BIAS, 4))
    return targets


def all_targets(results):
    targets = []
    for kind, found in results["distances"].items():
        if kind != CLAMPED_FIRST and "imgbatch" in found:
            targets += distance_targets(kind, found["imgbatch"])
    for kind, found in results["percentages"].items():
        for (backdrop, part), distance in found["imgbatch"].items():
            if part == "all":
                name = f"1 % to 200 %, {kind} {backdrop}".strip()
                targets.append(
                    at_most(f"{name}: max difference", distance.maximum, MOST_LEVELS, 2)
                )
    targets += check_targets(results["checks"], is_linear=False)
    targets += check_targets(results["linear checks"], is_linear=True)
    for name, is_equal in results["bytes"].items():
        if is_equal is not None:
            targets.append(Target(name, "equal" if is_equal else "differ", "equal", is_equal))
    return targets


def check_targets(checks, is_linear):
    targets = []
    for check, found in checks.items():
        if "imgbatch" not in found:
            continue
        name = f"{check}, in linear light" if is_linear else check
        ours, best = found["imgbatch"], found["reference"]
        if name.startswith("phase"):
            targets.append(at_most(name, ours, MOST_PHASE, 4))
        elif name.startswith("value bias"):
            targets.append(at_most(name, ours, MOST_BIAS, 4))
        elif "rot90" in name or name.startswith(("1×N", "10000×1")):
            targets.append(at_most(name, ours, MOST_LEVELS))
        elif "max" in name and "zone" not in name or name.startswith("hidden"):
            targets.append(at_most(name, ours, 0))
        elif name.startswith("checker"):
            # Just between two levels; which of them is taken at the last is anyone's choice.
            exact = CHECKER_MEANS[is_linear]
            is_met = ours is not None and abs(ours - exact) <= 0.51
            targets.append(Target(name, text(ours), f"{exact} ± 0.5", is_met))
        elif name.startswith(("zone", "Brasseur")):
            # Theirs are what the kernel makes of it: a tenth is within what rounding may add.
            pairs = zip(as_tuple(ours), as_tuple(best))
            is_met = ours is not None and all(abs(one - other) <= 0.1 for one, other in pairs)
            targets.append(Target(name, text(ours), f"as the reference, {text(best)}", is_met))
    return targets


def as_tuple(figure):
    return figure if isinstance(figure, tuple) else (figure,)


def fixed(figure, digits):
    """So many digits, and no zero with a sign."""
    return f"{round(figure, digits) + 0.0:.{digits}f}"


def text(figure):
    """A check's figure, short."""
    if figure is None:
        return "-"
    if isinstance(figure, tuple):
        flat, largest, drawn = figure
        return f"{flat:.2f} ({largest:.0f}), {drawn:.2f}"
    shown = fixed(figure, 4)
    return shown.rstrip("0").rstrip(".")
