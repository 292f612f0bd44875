"""Panels from URLs and pipes, with a server on this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import FormatError, PanelError
from imaginome.formats import ReadOptions, read_panel, write_panel
from imaginome.formats.source import local_file
from imaginome.panel import Panel


class RangeHandler(SimpleHTTPRequestHandler):
    """Serves byte ranges, as every real server of genomes does."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        match = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(match[1]) if match else 0
        stop = int(match[2]) + 1 if match and match[2] else len(content)
        self.send_response(206 if match else 200)
        self.send_header("Content-Length", str(len(content[start:stop])))
        if match:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content[start:stop])

    def log_message(self, *_: object) -> None:
        pass


def serve(folder: str, port: Connection) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(RangeHandler, directory=folder)) as running:
        port.send(running.server_address[1])
        running.serve_forever()


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[str]:
    """Serve the temporary folder from another process: htslib holds the interpreter's lock."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(str(tmp_path), theirs), daemon=True)
    process.start()
    assert ours.poll(30), "the server did not start"
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()
    assert not list(work.iterdir()), "htslib left an index in the working directory"


@pytest.mark.parametrize("name", ["a.vcf.gz", "a.bcf", "a.vcf"])
def test_url(panel: Panel, tmp_path, server, name):
    write_panel(panel, tmp_path / name)
    expected = read_panel(tmp_path / name)
    found = read_panel(f"{server}/{name}")
    assert np.array_equal(found.haplotypes, expected.haplotypes)


@pytest.mark.parametrize("name", ["a.vcf.gz", "a.bcf", "noindex.vcf.gz"])
def test_url_with_regions(panel: Panel, tmp_path, server, name):
    write_panel(panel, tmp_path / name)
    if name.startswith("no"):
        (tmp_path / f"{name}.tbi").unlink()
    options = ReadOptions(regions=(("1", 5000, 9000), ("1", 20000, 21000)))
    expected = read_panel(tmp_path / name, options)
    found = read_panel(f"{server}/{name}", options)
    assert found.sites.keys() == expected.sites.keys()
    assert np.array_equal(found.haplotypes, expected.haplotypes)
    with pytest.raises(PanelError, match=f"^{server}.* spells it '1'"):
        read_panel(f"{server}/{name}", ReadOptions(regions=(("chr1", 1, 10),)))


def test_url_of_nothing_and_of_a_damaged_file(panel: Panel, tmp_path, server, capfd):
    with pytest.raises(FormatError, match=f"{server}/none.vcf.gz cannot be fetched"):
        read_panel(f"{server}/none.vcf.gz")
    write_panel(panel, tmp_path / "a.vcf.gz")
    content = (tmp_path / "a.vcf.gz").read_bytes()
    (tmp_path / "cut.vcf.gz").write_bytes(content[:-28])
    with pytest.raises(FormatError, match=f"^{server}/cut.vcf.gz is damaged"):
        read_panel(f"{server}/cut.vcf.gz")
    assert capfd.readouterr().err == ""


def test_pipe(panel: Panel, tmp_path):
    write_panel(panel, tmp_path / "a.bcf")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = (tmp_path / "a.bcf").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    found = read_panel(pipe)
    writer.join()
    assert found.sites.keys() == read_panel(tmp_path / "a.bcf").sites.keys()


def test_only_the_regions_of_an_indexed_url_are_fetched(panel: Panel, tmp_path, server):
    write_panel(panel, tmp_path / "a.vcf.gz")
    with local_file(f"{server}/a.vcf.gz", (("1", 5000, 9000),)) as copy:
        rows = [line for line in copy.read_text().splitlines() if not line.startswith("#")]
    assert len(rows) == 9
    assert not copy.exists()
