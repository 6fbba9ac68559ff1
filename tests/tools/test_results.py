"""Tests of tools/results.py as far as nothing is measured."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Changes(unittest.TestCase):
    """The page names the commit that was measured."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.sources = Path(folder.name)
        shutil.copytree(ROOT / "tools", self.sources / "tools",
                        ignore=shutil.ignore_patterns("__pycache__"))
        self.git("init", "-q")
        self.git("add", ".")
        self.git("-c", "user.name=test", "-c", "user.email=test", "commit", "-qm", "all")

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.sources, check=True)

    def results(self, *words):
        return subprocess.run([sys.executable, "-B", self.sources / "tools/results.py", "--assets",
                               self.sources / "none", *words], capture_output=True, text=True,
                              check=False)

    def test_changed_files_are_refused_unless_told_otherwise(self):
        done = self.results("--only", "2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("skipped: 2.", done.stdout)  # no assets, so it got as far as that
        with open(self.sources / "tools/results.py", "a", encoding="utf-8") as program:
            program.write("# changed\n")
        done = self.results("--only", "2")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("give --dirty: M tools/results.py", done.stderr)
        for words in [["--only", "2", "--dirty"], ["--list"]]:
            self.assertEqual(self.results(*words).returncode, 0)

    def test_the_page_and_new_files_do_not_count(self):
        page = self.sources / "docs/results.md"
        page.parent.mkdir()
        for text in ["", "new"]:
            page.write_text(text, encoding="utf-8")
            self.assertEqual(self.results("--only", "2").returncode, 0)
            self.git("add", "docs")


if __name__ == "__main__":
    if not shutil.which("git"):
        print("SKIPPED: no git")
        sys.exit(77)
    unittest.main()
