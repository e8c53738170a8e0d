"""The JavaScript side, where there is Node."""

import shutil
import subprocess

import pytest
from driver import CLOUD_FOLDER


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node")
def test_the_javascript_side():
    result = subprocess.run(["node", "--test", "cloud.test.mjs"], cwd=CLOUD_FOLDER, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
