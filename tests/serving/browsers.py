"""A real Chromium, and real servers for it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000  # of a machine that does much else


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium with a new profile; skips the test where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def open_page(browser: Browser, **settings: Any) -> Iterator[Page]:
    """Open a window of its own cookies; what its scripts or its policy complain of fails."""
    context = browser.new_context(**settings)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if _is_fault(m.type, m.text) else None)
    try:
        yield page
    finally:
        context.close()
    assert complaints == []


def _is_fault(kind: str, text: str) -> bool:
    # A refused request (409) is told by the page itself.
    return kind in ("error", "warning") and "Failed to load resource" not in text


@contextlib.contextmanager
def serve(app: Any) -> Iterator[str]:
    """Serve an application on a free port of this machine; gives its address."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as opened:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            limit = time.monotonic() + 20
            while not server.started:
                assert thread.is_alive()
                assert time.monotonic() < limit
                time.sleep(0.01)
            yield f"http://127.0.0.1:{opened.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


UNNAMED = """() => {
  const name = (e) => e.getAttribute('aria-label') || e.getAttribute('title')
    || e.textContent.trim()
    || [...(e.labels ?? [])].map((l) => l.textContent.trim()).join('')
    || (e.getAttribute('aria-labelledby') ?? '').split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '').join('').trim();
  const kinds = 'button, a[href], input, select, textarea, progress, dialog, nav, [role=img]';
  const all = [...document.querySelectorAll(kinds)].filter((e) => e.type !== 'hidden');
  const bad = all.filter((e) => !name(e)).map((e) => e.outerHTML.slice(0, 120));
  bad.push(...[...document.querySelectorAll('img:not([alt])')].map((e) => e.outerHTML));
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  bad.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `id ${id} twice`));
  for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for'])
    for (const e of document.querySelectorAll(`[${attribute}]`))
      for (const id of (e.getAttribute(attribute) ?? '').split(' ').filter(Boolean))
        if (!document.getElementById(id)) bad.push(`${attribute}=${id} points nowhere`);
  if (!document.documentElement.lang) bad.push('no language');
  if (!document.title) bad.push('no title');
  if (document.querySelectorAll('main').length !== 1) bad.push('not one main');
  if (document.querySelectorAll('h1').length !== 1) bad.push('not one h1');
  return bad;
}"""
"""A script that gives what people who listen to the page would miss."""

TOO_WIDE = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
"""A script that gives by how much the page is wider than its window."""
