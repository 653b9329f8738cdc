"""Whether imgbatch's bytes are the same for any number of workers, and without AVX2."""

import shutil
import struct
import subprocess
from pathlib import Path

from measure import digest

WORKERS = (1, 2, 7)
PHOTOS = 6
SPRITES = 200


def run(binary, work, photos, sprites):
    """What was compared, and whether it was equal; None where that cannot be told here."""
    folder = work / "equal"
    for corpus, count in ((photos, PHOTOS), (sprites, SPRITES)):
        paths = sorted(corpus.rglob("*.png")) if corpus else []
        for path in paths[:: max(1, len(paths) // count)][:count]:
            copy = folder / path.relative_to(corpus)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)

    def made_by(program, workers):
        output = work / "equal-out"
        shutil.rmtree(output, ignore_errors=True)
        command = [program, "resize", folder, output, "--size", "37%", "--workers", workers]
        done = subprocess.run([str(part) for part in [*command, "--quiet"]], capture_output=True)
        return digest(output) if done.returncode == 0 else None

    digests = {made_by(binary, workers) for workers in WORKERS}
    found = {"bytes with 1, 2 and 7 workers": len(digests) == 1 and None not in digests}
    plain = without_avx2(binary, work)
    found["bytes with and without AVX2"] = plain and {made_by(plain, 1)} == digests
    return found


def without_avx2(binary, work):
    """A copy that is told that there is no AVX2, and would die of using it; None where there is no
    AVX2, or no symbol to find that out by."""
    if " avx2 " not in Path("/proc/cpuinfo").read_text():
        return None
    content = bytearray(binary.read_bytes())
    if content[:4] != b"\x7fELF":
        return None
    places = functions(content)
    try:
        patches = {places["ckernels_has_avx2"]: b"\x31\xc0\xc3"}  # xor eax, eax; ret
        kernels = ["weigh_rows", "weigh_pixels", "premultiply", "unpremultiply", "round"]
        for name in [*kernels, "unfilter_four_rows"]:
            patches[places[f"ckernels_{name}"]] = b"\x0f\x0b"  # ud2
    except KeyError:
        return None
    for place, code in patches.items():
        content[place : place + len(code)] = code
    plain = work / "imgbatch-without-avx2"
    plain.write_bytes(content)
    plain.chmod(0o755)
    return plain


def functions(content):
    """Where in a file of the Executable and Linkable Format (64 bits) each function starts."""
    start, size, count = struct.unpack_from("<40xQ10xHH", content)
    # Type, address, offset, size, the section that it refers to.
    sections = [struct.unpack_from("<4xI8xQQQI", content, start + i * size) for i in range(count)]
    found = {}
    for kind, _, offset, length, names in sections:
        if kind != 2:
            continue
        for entry in range(offset, offset + length, 24):
            name, section, address = struct.unpack_from("<IxxHQ", content, entry)
            if 0 < section < count:
                place = sections[names][2] + name
                text = content[place : content.index(b"\0", place)].decode()
                found[text] = address - sections[section][1] + sections[section][2]
    return found
