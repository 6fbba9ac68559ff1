"""Tests of benchmarks/compare.py and of graft_bench as it is called. Arguments: the folder of
programs, and that of the device modules of tests/fake_driver."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "benchmarks/peers"), str(ROOT / "tools")]

from compare import print_outcome  # noqa: E402
import serve  # noqa: E402
from comparison.contestant import Absent, Failed, Sample, Served, run_measured  # noqa: E402
from comparison.files import Folder  # noqa: E402
from comparison.kernels import KERNELS, Kernels  # noqa: E402
from comparison.outcome import Outcome  # noqa: E402
from comparison.rounds import Contest, steady, take_rounds  # noqa: E402
from comparison.row import Case, Row  # noqa: E402
from comparison.targets import Target  # noqa: E402
from measurements import speed  # noqa: E402

DRIVERS = Path(sys.argv.pop())
BINARIES = Path(sys.argv.pop())
# A GPU that is host memory and runs the CPU's kernels.
WITH_DEVICE = dict(os.environ, LD_LIBRARY_PATH=str(DRIVERS / "driver"),
                   GRAFT_BACKEND_PATH=str(DRIVERS / "whole"), FAKE_MODULE_OPEN="1")
WITHOUT_DEVICE = WITH_DEVICE | {"FAKE_CUDA_DEVICES": "0"}
IDS = ("script script-aug r18-full mbv2-full r50-full r18-eval mbv2-eval r50-eval b1-r18 b1-mbv2 "
       "bf16 gemm small memory loader startup kernels").split()
DEVICE_IDS = "r50-train r18-tune r50-features b1 gemm bandwidth memory".split()
KEYS = {"ratio", "lowest", "highest", "graft", "peer", "peer_name", "unit", "others", "absent",
        "target", "source", "rounds", "dropped", "probe"}


def bench(*arguments, env=None, stdin=None):
    return subprocess.run([BINARIES / "graft_bench", *arguments], capture_output=True, text=True,
                          check=False, env=env, input=stdin)


def compare(*arguments, python=sys.executable, env=None):
    return subprocess.run([python, "-B", ROOT / "benchmarks/compare.py", *arguments],
                          capture_output=True, text=True, check=False, env=env)


class WithoutPeers(unittest.TestCase):
    def test_every_row_that_was_asked_for_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            venv.create(folder, symlinks=True)  # no packages
            done = compare("--only", "small,loader,startup", "--rounds", "1", "--seconds", "0.001",
                           "--json", "--binaries", BINARIES, "--files", folder,
                           python=Path(folder) / "bin/python3")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        self.assertEqual(list(rows), ["small", "loader", "startup"])
        for row in rows.values():
            for case in [row, *row["cases"].values()]:
                self.assertLessEqual(KEYS, set(case))
        small = rows["small"]["cases"]["mlp3"]
        self.assertGreater(small["graft"], 0)
        self.assertEqual((small["ratio"], small["peer"], small["peer_name"]), (None, None, None))
        self.assertEqual(small["absent"], {"PyTorch": "no Python package torch"})
        self.assertIsNone(rows["loader"]["graft"])
        self.assertIn("NumPy", rows["loader"]["absent"]["Graft"])
        self.assertEqual(rows["startup"]["cases"]["size"]["peer_name"], "limit")

    def test_the_page_of_results_says_so(self):
        row = {"ratio": None, "target": 2, "absent": {"PyTorch": "gone"}}
        line = speed.line_of("claim", row, "command")
        self.assertEqual((line.measured, line.met), ("not measured: PyTorch: gone", None))


class Arguments(unittest.TestCase):
    def test_rows(self):
        rows = compare("--list").stdout.splitlines()
        self.assertEqual([row.split()[0] for row in rows], IDS)

    def test_what_compare_refuses(self):
        for wrong, message in [(["--only", "small,nosuch"], "no row 'nosuch'; --list names them"),
                               (["--only", ""], "no row ''"), (["--rounds", "0"], "'0'"),
                               (["--only", "small", "--binaries", "/nosuch"], "/nosuch")]:
            done = compare(*wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""), wrong)
            self.assertIn(message, done.stderr)

    def test_what_graft_bench_refuses(self):
        for wrong in ["--pictures=. --decoder=gif", "--decoder=stb", "--model=resnet18 --batch=1.5",
                      "--model=resnet18 --step=head", "--model=nosuch", "--product=1,2",
                      "--linear=1,2,0", "--only=nosuch", "--ceiling --list", "--nosuch"]:
            done = bench(*wrong.split())
            self.assertEqual(done.returncode, 2, wrong)
            self.assertTrue(done.stderr, wrong)


class Bench(unittest.TestCase):
    def lines(self, *arguments):
        done = bench(*arguments, "--min-time=0.001", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_operations(self):
        first, *timings = self.lines("--only=linear,softmax")
        self.assertGreater(first["ceiling"]["gflops"], 0)
        self.assertEqual({(line["op"], line["direction"]) for line in timings},
                         {(op, direction) for op in ["linear", "softmax"]
                          for direction in ["forward", "backward"]})
        self.assertGreater(min(line["seconds"] for line in timings), 0)

    def test_a_dense_layer(self):
        line, = self.lines("--linear=64,32,16")
        self.assertEqual(line["work"], "linear 64 x 32 x 16")
        self.assertGreaterEqual(line["median"], line["best"])
        self.assertGreater(line["best"], 0)


@unittest.skipUnless(DRIVERS.is_dir(), "this build has no fake driver")
class Device(unittest.TestCase):
    def test_without_one(self):
        why = "device: cuda:0 is not available: "
        for done in [bench("--device=cuda", "--small=head", env=WITHOUT_DEVICE),
                     compare("--device=cuda", "--binaries", BINARIES, env=WITHOUT_DEVICE)]:
            self.assertEqual((done.returncode, done.stdout), (5, ""))
            self.assertIn(why, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_graft_bench_measures_whenever_it_is_asked(self):
        for words in ["--small=mlp3 --batch=4", "--product=8,4,2", "--linear=8,4,2 --latency"]:
            done = bench(*words.split(), "--device=cuda:1", "--json", "--serve", env=WITH_DEVICE,
                         stdin="0.001\n0.001\n")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            ready, *lines = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual((ready, len(lines)), ({"ready": "Graft"}, 2))
            self.assertEqual(lines[0]["device"], "cuda:1")
            self.assertGreater(min(lines[1]["best"], lines[1]["peak_bytes"]), 0)

    def test_operations(self):
        done = bench("--only=softmax", "--device=cuda", "--json", "--min-time=0.001",
                     env=WITH_DEVICE)
        first, *timings = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(first["ceiling"]["device"], "cuda:0")
        self.assertEqual([line["direction"] for line in timings], ["forward", "backward"])

    def test_rows(self):
        rows = compare("--device=cuda", "--list").stdout.splitlines()
        self.assertEqual([row.split()[0] for row in rows], DEVICE_IDS)

    def test_a_rehearsal(self):
        with tempfile.TemporaryDirectory() as folder:
            venv.create(folder, symlinks=True)  # no packages
            done = compare("--device=cuda", "--rehearse", "--only", "b1,bandwidth", "--rounds", "1",
                           "--seconds", "0.001", "--json", "--binaries", BINARIES, env=WITH_DEVICE,
                           python=Path(folder) / "bin/python3")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        self.assertGreater(rows["b1"]["cases"]["resnet18"]["graft"], 0)
        self.assertEqual(rows["b1"]["absent"]["PyTorch bf16-weights latency"], "no Python package torch")
        for case in rows["bandwidth"]["cases"].values():
            self.assertLessEqual(KEYS, set(case))
            self.assertEqual(case["peer_name"], "copy")
            self.assertGreater(case["ratio"], 0)


class Peers(unittest.TestCase):
    class Queue(serve.Host):
        """Calls take no time until they are waited for."""
        queues, waits = True, 0

        def synchronize(self):
            self.waits += 1

    def test_queued_calls_are_timed_together(self):
        calls, queue = [], self.Queue()
        serve.median_seconds(lambda: calls.append(0), 0, queue)
        self.assertEqual((queue.waits, len(calls)), (2, 1 + serve.MOST_CALLS))

    def test_others_one_by_one(self):
        calls = []
        serve.median_seconds(lambda: calls.append(0), 0)
        self.assertEqual(len(calls), 1)

    def test_one_that_is_late_is_absent(self):
        late = Served("late", [sys.executable, "-c", "import time; time.sleep(60)"], limit=0.1)
        with self.assertRaisesRegex(Absent, "^not ready after 0.1 s$"):
            late.start()
        late.close()

    def test_one_that_is_not_there_is_a_failure(self):
        gone = Served("gone", ["/nosuch/program"])
        with self.assertRaisesRegex(Failed, "^/nosuch/program: No such file"):
            gone.start()
        gone.close()


class Rounds(unittest.TestCase):
    def probes(self, *speeds):
        """The values of the rounds that count, numbered from 0, and how many were taken."""
        rest, numbers = list(speeds), iter(range(99))
        rounds = take_rounds(3, lambda: rest.pop(0), lambda: next(numbers))
        return [round_.values for round_ in steady(rounds)], len(rounds)

    def test_all_are_steady(self):
        self.assertEqual(self.probes(100, 99, 98, 97), ([0, 1, 2], 3))

    def test_a_slow_probe_spoils_both_its_neighbours(self):
        self.assertEqual(self.probes(100, 100, 50, 100, 100, 100), ([0, 3, 4], 5))

    def test_a_slow_start_is_dropped_when_better_probes_follow(self):
        self.assertEqual(self.probes(50, 50, 100, 100, 100, 100), ([2, 3, 4], 5))

    def test_there_is_always_a_result(self):
        self.assertEqual(self.probes(100, 50, 80, 50, 90, 60, 70), ([4], 6))


class Numbers:
    """A contestant that answers with the seconds given, then fails."""

    def __init__(self, name, *seconds):
        self.name, self.seconds, self.closed = name, list(seconds), False

    launched = False

    def launch(self):
        self.launched = True

    def start(self):
        if not self.seconds:
            raise Absent("not here")

    def measure(self, _seconds):
        if not self.seconds:
            raise Failed("broke")
        return Sample(self.seconds.pop(0))

    def close(self):
        self.closed = True


class Cases(unittest.TestCase):
    class Options:
        rounds, seconds = 3, 0

    def outcome(self, graft, *peers):
        case = Case("", Target(1, "a test"), graft, peers, unit="s")
        outcome = case.contest.outcome(case, self.Options, lambda: 100)
        self.assertTrue(all(one.closed for one in [graft, *peers]))
        return outcome

    def test_the_fastest_peer_counts(self):
        json_ = self.outcome(Numbers("Graft", 1, 2, 1), Numbers("slow", 9, 9, 9),
                             Numbers("fast", 3, 4, 5), Numbers("gone")).as_json()
        self.assertEqual((json_["ratio"], json_["lowest"], json_["highest"]), (3, 2, 5))
        self.assertEqual((json_["graft"], json_["peer"], json_["peer_name"]), (1, 4, "fast"))
        self.assertEqual((json_["others"], json_["absent"]), ({"slow": 9}, {"gone": "not here"}))

    def test_a_peer_that_breaks_leaves_the_others(self):
        json_ = self.outcome(Numbers("Graft", 1, 1, 1), Numbers("breaks", 2, 2),
                             Numbers("lasts", 4, 4, 4)).as_json()
        self.assertEqual((json_["peer_name"], json_["absent"]), ("lasts", {"breaks": "broke"}))

    def test_two_views_of_the_same_rounds(self):
        graft, peer = Numbers("Graft", 1, 2, 3), Numbers("peer", 2, 2, 3)
        case = Case("time", Target(1, "a test"), graft, [peer], unit="s")
        views = [case, case.beside("more", Target(1, "a test"), "ms")]
        row = Row("id", "work", *views)
        self.assertEqual([outcome.as_json()["graft"] for outcome in
                          row.measure(self.Options, lambda: 100)], [2, 2000])

    def test_all_may_get_ready_at_once(self):
        for at_once in [False, True]:
            both = Numbers("Graft", 1, 1, 1), Numbers("peer", 1, 1, 1)
            Contest(both[0], both[1:], at_once).outcome(Case("", Target(1, "a test"), None, []),
                                                        self.Options, lambda: 100)
            self.assertEqual([one.launched for one in both], [at_once] * 2)

    def test_what_graft_lacks_is_no_failure_but_an_error_is(self):
        absent, failed = self.outcome(Numbers("Graft")), self.outcome(Numbers("Graft", 1))
        self.assertEqual((absent.failed, absent.as_json()["absent"]), (False, {"Graft": "not here"}))
        self.assertEqual((failed.failed, failed.as_json()["graft"]), (True, None))


def outcome_of(name, target, graft=(), **peers):
    """An outcome of contestants with these milliseconds, round by round."""
    values = {"Graft": list(graft), **peers} if graft else {}
    absent = {} if graft else {"Graft": "no power"}
    return Outcome(Case(name, Target(target, "a test"), None, []), values, absent)


class Summaries(unittest.TestCase):
    def row(self, *outcomes):
        return Row("id", "work").summary({outcome.case.name: outcome.as_json()
                                          for outcome in outcomes})

    def test_a_row_of_one_case_is_that_case(self):
        outcome = outcome_of("", 2, [1], peer=[3])
        self.assertEqual(self.row(outcome), outcome.as_json())

    def test_a_row_is_the_case_furthest_behind_its_target(self):
        row = self.row(outcome_of("double", 4, [1], peer=[3]), outcome_of("near", 1, [1], peer=[2]),
                       outcome_of("none", 1))
        self.assertEqual((row["ratio"], row["target"]), (3, 4))
        self.assertEqual(list(row["cases"]), ["double", "near", "none"])
        self.assertEqual(row["absent"], {"Graft": "no power"})

    def test_a_row_without_a_measured_case_has_no_ratio(self):
        self.assertIsNone(self.row(outcome_of("a", 1), outcome_of("b", 2))["ratio"])

    def test_the_kernels_are_summed_up_by_the_geometric_mean(self):
        kernels = Kernels("graft_bench", 1)
        names = list(KERNELS.values())
        shares = dict.fromkeys(names, 0.5) | {names[0]: 0.25, names[1]: 1}
        targets = dict.fromkeys(names, 0.9) | {names[0]: 0.81, names[1]: 1}
        cases = {name: outcome_of(name, targets[name], [1], ceiling=[share]).as_json()
                 for name, share in shares.items()}
        row = kernels.summary(cases)
        self.assertAlmostEqual(row["ratio"], 0.5)
        self.assertAlmostEqual(row["target"], 0.9)
        self.assertEqual((row["lowest"], row["highest"], row["others"]), (0.25, 1, shares))
        cases[names[2]] = outcome_of(names[2], 0.9).as_json()
        self.assertIsNone(kernels.summary(cases)["ratio"])  # the mean of the others is another

    def test_convolutions_and_products_have_targets_of_their_own(self):
        targets = {case.name: case.target.ratio for case in Kernels("graft_bench", 1).cases}
        self.assertEqual({targets.pop("product"), targets.pop("linear")}, {0.92})
        self.assertEqual(set(targets.values()), {0.88})

    def printed(self, outcome):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            print_outcome(Row("id", "work"), outcome)
        return " ".join(out.getvalue().split())

    def test_the_printed_line(self):
        outcome = outcome_of("case", 2, [1, 2, 2], slow=[9, 9, 9], fast=[3, 5, 3])
        outcome.dropped = 1
        self.assertEqual(self.printed(outcome), "id case 2.00 ms 3.00 2.50 (1.50 to 3.00) 2.00 met "
                         "fast; slow 9.00; 1 unsteady rounds dropped")
        self.assertEqual(self.printed(outcome_of("", 2, [2], peer=[3])),
                         "id 2.00 ms 3.00 1.50 (1.50 to 1.50) 2.00 below peer")
        self.assertEqual(self.printed(outcome_of("", 2, [2])), "id 2.00 ms no peer")
        self.assertEqual(self.printed(outcome_of("", 2)), "id - no power")


class Processes(unittest.TestCase):
    def test_much_on_stderr_does_not_block(self):
        chatty = "import sys; sys.stderr.write('x' * 10**6 + '\\nlast'); print('done'); sys.exit({})"
        self.assertEqual(run_measured([sys.executable, "-c", chatty.format(0)])[0], "done\n")
        with self.assertRaisesRegex(Failed, "^last$"):
            run_measured([sys.executable, "-c", chatty.format(3)])

    def test_the_reason_is_the_exception_not_the_advice_below_it(self):
        with self.assertRaisesRegex(Failed, "^ValueError: too big$"):
            run_measured([sys.executable, "-c", "import atexit, sys; atexit.register("
                          "lambda: print('try again', file=sys.stderr)); raise ValueError('too big')"])

    def test_a_folder_is_complete_or_absent(self):
        with tempfile.TemporaryDirectory() as above:
            tries = []

            def fill(folder):
                tries.append(folder)
                (Path(folder) / "half").write_text("half", encoding="utf-8")
                raise Absent("no power")
            folder = Folder(str(Path(above) / "made"), fill)
            for _ in range(2):
                with self.assertRaisesRegex(Absent, "^no made: no power$"):
                    folder.provide()
            self.assertEqual((len(tries), list(Path(above).iterdir())), (1, []))


if __name__ == "__main__":
    unittest.main()
