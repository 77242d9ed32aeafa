#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run the host tests and bounded fuzzing, and report them as one TAP.

    run_host.py DIRECTORY [--fuzz SECONDS] [--fuzz-only]

DIRECTORY has what the makefile built: the programs in m64/ and m32/ (where
this machine can build that) and the fuzzers in fuzz/.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).parent
RESULT = re.compile(r"^(not )?ok \d+ - (\S+)(.*)$")
DONE = re.compile(r"^Done (.*)$", re.M)
TIMEOUT = 600


def unpack_corpus(text, folder):
    """Make a file of each line of a kept corpus."""
    folder.mkdir()
    for number, line in enumerate(text.read_text().splitlines()):
        if not line.startswith("#"):
            (folder / str(number)).write_bytes(bytes.fromhex(line))


class Report:
    """One TAP of many."""

    def __init__(self):
        self.count = self.failed = 0

    def result(self, good, name, note=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}{note}",
              flush=True)

    def program(self, program, prefix):
        """Run a program that prints TAP; all its results count."""
        print(f"# {prefix}{program.name}", flush=True)
        run = subprocess.run([program], capture_output=True, text=True,
                             check=False, timeout=TIMEOUT)
        bad = False
        for line in run.stdout.splitlines():
            found = RESULT.match(line)
            if found:
                bad |= bool(found[1])
                self.result(not found[1], prefix + found[2], found[3])
            elif line.startswith("#"):
                print(line)
        if run.returncode and not bad:
            print("\n".join(f"# {line}" for line in run.stderr.splitlines()))
            self.result(False, f"{prefix}{program.name}_ends_well")

    def fuzzer(self, program, seconds):
        """Run a fuzzer for a bounded time, from a copy of the kept corpus."""
        with tempfile.TemporaryDirectory() as scratch:
            corpus = pathlib.Path(scratch) / "corpus"
            unpack_corpus(TESTS / "corpus" / f"{program.name}.txt", corpus)
            # To libFuzzer 0 seconds are for ever: the corpus alone is run
            bound = f"-max_total_time={seconds}" if seconds else "-runs=0"
            command = [program, bound, "-max_len=512", "-timeout=10",
                       f"-artifact_prefix={program.parent}/", corpus]
            run = subprocess.run(command, capture_output=True, text=True,
                                 check=False)
        if run.returncode:
            print("\n".join(f"# {line}" for line in run.stderr.splitlines()))
        for done in DONE.findall(run.stderr):
            print(f"# {program.name}: {done}")
        self.result(run.returncode == 0,
                    f"{program.name}_finds_nothing_in_{seconds}_s")


def names_each_file(text):
    """Whether a text names all files of lib/, and none that is not there."""
    named = set(re.findall(r"lib/(\w+\.c)\b", text.read_text()))
    return named == {path.name for path in (TESTS.parent / "lib").glob("*.c")}


def run_tests(report, build):
    """Run the tests that the makefile could build, and name those missing."""
    report.result(names_each_file(TESTS.parent / "CMakeLists.txt"),
                  "cmake_builds_all_of_lib")
    for bits in ("64", "32"):
        for program in sorted((build / f"m{bits}").glob("*_test")):
            report.program(program, f"lib{bits}_")
    if not (build / "m32" / "lib_test").exists():
        report.result(True, "lib32", " # SKIP this machine links no 32-bit "
                      "programs")


def run_fuzzers(report, build, seconds):
    """Run each fuzzer for so long."""
    fuzzers = sorted((build / "fuzz").glob("fuzz_*"))
    for program in fuzzers:
        report.fuzzer(program, seconds)
    if not fuzzers:
        report.result(True, "fuzz", " # SKIP no clang with libFuzzer")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--fuzz", type=int, default=5)
    parser.add_argument("--fuzz-only", action="store_true",
                        help="not the tests, and no word that they are missing")
    args = parser.parse_args()
    report = Report()
    if not args.fuzz_only:
        run_tests(report, args.build)
    run_fuzzers(report, args.build, args.fuzz)
    print(f"1..{report.count}")
    return 1 if report.failed or not report.count else 0


if __name__ == "__main__":
    sys.exit(main())
