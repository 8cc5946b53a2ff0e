"""The pages in a real browser, as people use them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from platelens.serving.web.menu import PLACES
from platelens.store import ReadQuery, Store
from tests.serving.browsers import TOO_WIDE, UNNAMED, open_page
from tests.serving.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STREET = Path(__file__).parents[3] / "examples/street.jpg"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def log_in(page: Page, address: str, path: str = "/") -> None:
    page.goto(f"{address}{path}")
    page.fill("#name", "anna")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".nav a[href='{path}'][aria-current=page]", state="attached")
    page.wait_for_load_state()  # with its scripts


def upload(page: Page) -> None:
    page.set_input_files("#files", STREET)
    page.wait_for_selector(".found-plates a >> nth=1")


def test_a_picture_is_read_and_found(browser: Browser, address: str) -> None:
    with open_page(browser) as page:
        log_in(page, address)
        upload(page)
        assert page.inner_text(".found-plates .plate >> nth=0") == "PL24ENS"
        page.wait_for_selector(".shown .outline >> nth=1", state="attached")

        page.click(".nav a[href='/reads']")
        page.fill("#q-plate", "pl24 e*")
        page.keyboard.press("Enter")
        page.wait_for_selector("#reads a:text-is('PL24ENS')")
        page.wait_for_selector("#found:text-is('1 read')")
        with page.expect_download() as download:
            page.click("#export-menu summary")
            page.click("[data-format=csv]")
        assert "PL24ENS" in Path(download.value.path()).read_text()


def test_reads_are_reviewed_and_deleted(browser: Browser, address: str, store: Store) -> None:
    with open_page(browser) as page:
        log_in(page, address)
        upload(page)
        page.goto(f"{address}/review")
        page.select_option("#below", "1")
        page.wait_for_selector("#queue-state:has-text('2 reads to review')")
        first = page.input_value("#case-text")
        page.keyboard.press("e")
        page.keyboard.type("9")
        page.keyboard.press("Enter")  # corrects the first
        page.wait_for_selector("#queue-state:has-text('1 done')")
        page.keyboard.press("Enter")  # confirms the second
        page.wait_for_selector("#queue-empty:visible")
        (corrected,) = store.reads.search(ReadQuery(review="corrected")).reads
        assert (corrected.text_as_read, corrected.text) == (first, f"{first}9")
        assert corrected.review is not None
        assert corrected.review.by == "anna"

        page.goto(f"{address}/reads/{corrected.id}")
        page.wait_for_selector("#facts:has-text('corrected by anna')")
        page.on("dialog", lambda dialog: dialog.accept())
        page.click("#delete")
        page.wait_for_url("**/reads")
        assert len(store.reads.search(ReadQuery()).reads) == 1
        page.goto(f"{address}/reads?review=confirmed")
        page.wait_for_selector("#found:text-is('1 read')")
        page.click("#export-menu summary")
        page.click("#delete-found")
        page.wait_for_selector("#nothing:visible")
        assert store.reads.search(ReadQuery()).reads == ()


DROP = """(data) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], 'dropped.jpg', { type: 'image/jpeg' }));
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes.slice(0, 100)], 'pasted.png', { type: 'image/png' }));
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
}"""


def test_pictures_are_dropped_and_pasted_and_nothing_is_kept(
    browser: Browser, address: str, store: Store
) -> None:
    with open_page(browser) as page:
        log_in(page, address)
        page.uncheck("#keep")
        page.evaluate(DROP, base64.b64encode(STREET.read_bytes()).decode())
        page.wait_for_selector("article:has(h2:text-is('dropped.jpg')) .plate >> nth=1")
        page.wait_for_selector("article:has(h2:text-is('pasted.png')) .notice.bad")
        assert store.reads.search(ReadQuery()).reads == ()


def test_an_alert_comes_live(browser: Browser, address: str) -> None:
    with open_page(browser) as page:
        log_in(page, address, "/watch")
        page.click("#add")
        page.fill("#e-text", "PL24*\nAB12CDE")
        page.select_option("#e-kind", "pattern")
        page.fill("#e-label", "staff")
        page.click("#entry-form [type=submit]")
        page.wait_for_selector("#entries tr >> nth=1")
        page.fill("#try-text", "PL24 XYZ")
        page.keyboard.press("Enter")
        page.wait_for_selector("#tried:has-text('staff')")
        page.click(".nav a[href='/live']")
        page.wait_for_selector("#live-state:has-text('connected')")
        other = page.context.new_page()
        other.goto(address)
        upload(other)
        page.wait_for_selector("#alerts a:text-is('PL24ENS')")
        page.wait_for_selector("#latest li >> nth=1")


def test_every_page_fits_a_phone_and_is_named(browser: Browser, address: str) -> None:
    with open_page(browser, **PHONE, color_scheme="dark") as page:
        log_in(page, address)
        upload(page)
        for path in [*(place.path for place in PLACES), "/reads/1", "/settings/access", "/login"]:
            page.goto(f"{address}{path}")
            page.wait_for_timeout(150)  # what the API gives is there
            assert page.evaluate(UNNAMED) == [], path
            assert page.evaluate(TOO_WIDE) <= 0, path
        page.goto(f"{address}/statistics")
        page.wait_for_selector("#by-time rect >> nth=1", state="attached")
        page.tap("#by-time summary")
        page.wait_for_selector("#by-time td:has-text('2')")
        page.tap("#menu")
        page.tap(".nav a[href='/settings']")
        page.wait_for_selector("#audit tr")
        page.tap("#menu")
        page.tap(".nav form button")
        page.wait_for_selector("#password")


def test_cameras_and_targets_are_set_up(browser: Browser, address: str, store: Store) -> None:
    with open_page(browser) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        log_in(page, address, "/live")
        page.click("#add-camera")
        page.fill("#c-name", "gate")
        page.fill("#c-source", "/etc/passwd")
        page.click("#camera-form [type=submit]")
        page.wait_for_selector("#camera-fault:has-text('source: expected')")
        page.fill("#c-source", "")
        page.fill("#c-days", "7")
        page.keyboard.press("Enter")
        page.wait_for_selector("#cameras li:has-text('gate')")
        assert store.cameras.get("gate").retention_days == 7

        page.goto(f"{address}/settings")
        page.wait_for_selector("#no-targets:has-text('Nowhere')")
        page.click("#add-target")
        page.fill("#t-name", "home")
        page.select_option("#t-kind", "mqtt")
        page.fill("#t-url", "mqtt://broker:1883")
        page.fill("#t-secret", "very secret")
        page.uncheck("#t-active")
        page.keyboard.press("Enter")
        page.wait_for_selector("#targets .tag:has-text('off')")
        (target,) = store.outbox.targets()
        assert (target.target.kind, target.target.is_active) == ("mqtt", False)
        page.click("#targets [title='Change home']")
        assert "secret" not in page.input_value("#t-secret")
        page.keyboard.press("Escape")
        page.click("#targets [title='Remove home']")
        page.wait_for_selector("#no-targets:has-text('Nowhere')")
        assert store.outbox.targets() == []


def test_people_and_tokens_are_seen_to(browser: Browser, address: str, store: Store) -> None:
    with open_page(browser) as page:
        log_in(page, address, "/settings")
        page.click("a:has-text('People and tokens')")
        page.click("summary:text-is('Add a person')")
        page.fill("#name", "bob")
        page.fill("#first", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".entries li:has-text('bob')")
        page.click("summary:text-is('Make a token')")
        page.fill("#token-name", "gate")
        page.keyboard.press("Enter")
        page.wait_for_selector("#secret:focus")
        secret = page.input_value("#secret")
        assert store.access.find_token(secret) is not None
        page.goto(f"{address}/settings/access")
        assert secret not in page.content()
        page.click("summary:has-text('Revoke gate')")
        page.click("button:has-text('Revoke gate')")
        page.wait_for_selector("td:has-text('revoked')")
        assert store.access.find_token(secret) is None

        page.click("summary:has-text('Change anna')")
        page.click("button:has-text('Remove anna')")
        page.wait_for_selector("[role=alert]:has-text('anna is the last who may administer')")
        page.click("summary:has-text('Change bob')")
        page.click("button:has-text('Remove bob')")
        page.wait_for_selector(".entries:not(:has-text('bob'))")
        assert [user.name for user in store.access.users()] == ["anna"]


def test_a_password_is_changed_without_scripts(browser: Browser, address: str) -> None:
    new = "another password"
    with (
        open_page(browser) as other,
        open_page(browser, **PHONE, java_script_enabled=False) as page,
    ):
        log_in(other, address, "/reads")
        log_in(page, address, "/settings")
        page.tap("a:has-text('People and tokens')")
        for old in ("a wrong password", PASSWORD):
            for field, value in (("#old", old), ("#new", new), ("#again", new)):
                page.fill(field, value)
            page.tap("button:has-text('Change password')")
            page.wait_for_selector("[role=alert], [role=status]:has-text('is changed')")
        assert page.query_selector("[role=alert]") is None
        other.reload()
        other.wait_for_selector("#password")


def test_an_unknown_page_leads_back(browser: Browser, address: str) -> None:
    with open_page(browser, **PHONE, color_scheme="dark") as page:
        page.goto(f"{address}/no/such")
        page.wait_for_selector("p:has-text('There is no such page.')")
        assert page.evaluate(UNNAMED) == []
        page.tap("a:has-text('To the first page')")
        page.wait_for_selector("#password")
        log_in(page, address, "/reads")
        page.goto(f"{address}/reads/999")
        page.wait_for_selector("p:has-text('no read 999')")
        page.tap("#menu")
        page.tap(".nav a[href='/watch']")
        page.wait_for_selector("#try-text")
