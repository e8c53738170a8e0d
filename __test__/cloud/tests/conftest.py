"""Fixtures: a server shared by all tests, a server of one's own, and the corpus where there is one."""

import os

import pytest
from driver import Cloud, Server

APPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "apps")
CORPUS = os.environ.get("CORPUS", "")


@pytest.fixture(scope="session")
def server():
    """A server for all tests that can share one; names keep them apart."""
    running = Server.start(latency_ms=20, settle_ms=60)
    yield running
    running.stop()


@pytest.fixture
def cloud(server):
    """One test's view of the shared server, without faults."""
    view = Cloud(server.endpoint)
    view.control("POST", "/_faults", [])
    view.control("POST", "/_latency", [])
    return view


@pytest.fixture(scope="session")
def emptied_server():
    """A server that is put back to its empty state before each test, and that state's id."""
    running = Server.start(latency_ms=0, settle_ms=0)
    empty = Cloud(running.endpoint).control("POST", "/_snapshot")
    yield running, empty
    running.stop()


@pytest.fixture
def own_cloud(emptied_server):
    """An empty cloud for one test alone, without any latency."""
    running, empty = emptied_server
    view = Cloud(running.endpoint)
    view.control("POST", "/_restore", empty)
    return view


def app_folders():
    """The project's own apps, and those of the corpus when CORPUS names it."""
    folders = []
    for parent in (APPS, CORPUS):
        if os.path.isdir(parent):
            folders += [
                os.path.join(parent, name)
                for name in sorted(os.listdir(parent))
                if os.path.isdir(os.path.join(parent, name, "deployed-stacks"))
            ]
    return folders
