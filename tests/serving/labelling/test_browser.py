"""The labelling page in a real browser, as people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.serving.browsers import TOO_WIDE, UNNAMED, open_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SAVED = "#save-state[data-state=saved]"


def labels(folder: Path) -> dict[str, Any]:
    lines = (folder / "annotations.jsonl").read_text().splitlines()
    return {record["image"]: record for record in map(json.loads, lines)}


def wait_saved(page: Page) -> None:
    page.wait_for_selector("#undo:enabled")
    page.wait_for_selector(SAVED)


def test_label_a_picture_by_keyboard_alone(browser: Browser, address: str, pictures: Path) -> None:
    with open_page(browser) as page:
        page.goto(address)
        page.wait_for_selector("#proposals li")
        page.keyboard.press("a")  # what the models see
        page.keyboard.press("n")  # and one by hand
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("3")
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("ab-12")
        assert page.input_value("#plate-text") == "AB12"
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        page.keyboard.press("Control+z")
        page.keyboard.press("d")
        page.wait_for_selector("#picture-name:text-is('none.tiff')")
        page.wait_for_selector("#progress-words:text-is('1 of 3 done')")
        record = labels(pictures)["a.png"]
        assert record["done"] is True
        assert [plate["text"] for plate in record["plates"]] == ["A", "AB12"]
        by_hand = record["plates"][1]
        assert by_hand["rows"] == 1
        x1, y1, x2, y2 = by_hand["box"]
        assert x1 + x2 > 128 + 2  # moved to the right
        assert (y2 - y1) * 3 > (x2 - x1) + 3  # its lower edge moved alone
        assert page.evaluate(UNNAMED) == []


def test_draw_drag_and_undo_by_mouse(browser: Browser, address: str, pictures: Path) -> None:
    with open_page(browser) as page:
        page.goto(f"{address}/#none.tiff")
        page.wait_for_selector("#stage image[href*=none]")
        frame = page.locator("#stage").bounding_box()
        assert frame is not None
        x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
        page.mouse.move(x - 60, y - 20)
        page.mouse.down()
        page.mouse.move(x, y, steps=3)
        page.mouse.move(x + 60, y + 20, steps=3)
        page.mouse.up()
        wait_saved(page)
        drawn = labels(pictures)["none.tiff"]["plates"][0]
        assert "corners" not in drawn
        page.keyboard.press("Escape")
        page.keyboard.press("o")  # corners of its own
        page.mouse.move(x + 60, y + 20)
        page.mouse.down()
        page.mouse.move(x + 90, y + 50, steps=4)
        page.mouse.up()
        page.wait_for_selector("#save-state:not([data-state=saved])")
        page.wait_for_selector(SAVED)
        dragged = labels(pictures)["none.tiff"]["plates"][0]
        assert dragged["corners"][0] == drawn["box"][:2]
        assert dragged["corners"][2][0] > drawn["box"][2] + 5
        assert dragged["box"][2] == dragged["corners"][2][0]
        for _ in range(3):
            page.keyboard.press("Control+z")
        page.wait_for_selector(SAVED)
        page.wait_for_selector("#no-plates:visible")


def test_two_people_change_one_picture(browser: Browser, address: str, pictures: Path) -> None:
    with open_page(browser) as ada, open_page(browser) as bob:
        for page in (ada, bob):
            page.goto(f"{address}/#sub%2Fb.png")
            page.wait_for_selector("#proposals li")
        ada.keyboard.press("a")
        wait_saved(ada)
        first = labels(pictures)["sub/b.png"]["plates"]
        bob.keyboard.press("n")
        bob.wait_for_selector("#conflict-dialog[open]")
        assert labels(pictures)["sub/b.png"]["plates"] == first  # nothing is lost meanwhile
        assert bob.inner_text("#conflict-theirs") == first[0]["text"]
        bob.click("#keep-both")
        bob.wait_for_selector(SAVED)
        both = labels(pictures)["sub/b.png"]["plates"]
        assert both[0] == first[0]
        assert len(both) == 2
        # Ada sees it without doing anything.
        ada.wait_for_selector("#plates li >> nth=1")


def test_a_finger_moves_a_corner_on_a_phone(browser: Browser, address: str, pictures: Path) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with open_page(browser, **phone) as page:
        page.goto(f"{address}/#a.png")
        page.wait_for_selector("#proposals li")
        assert page.evaluate(TOO_WIDE) <= 0
        page.tap("#accept-all")
        page.tap("#plates button")
        wait_saved(page)
        before = labels(pictures)["a.png"]["plates"][0]
        grip = page.locator("#stage .grip").nth(2).bounding_box()
        assert grip is not None
        x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
        touch = page.context.new_cdp_session(page)
        for kind, at in (("Start", (x, y)), ("Move", (x + 9, y + 9)), ("Move", (x + 18, y + 12))):
            points = [{"x": at[0], "y": at[1]}]
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_selector("#save-state:not([data-state=saved])")
        page.wait_for_selector(SAVED)
        after = labels(pictures)["a.png"]["plates"][0]
        assert after["corners"][:2] == before["corners"][:2]
        assert after["corners"][2][0] > before["corners"][2][0] + 3


ORDER = """async (all) => {
  const { inOrder } = await import('/static/js/label/shapes.js');
  return all.map(inOrder);
}"""


def test_clicked_corners_are_put_in_the_order_that_readers_use(
    browser: Browser, address: str
) -> None:
    rng = np.random.default_rng(3)
    wanted = []
    for width, height, most in ((90, 30, 80), (60, 45, 35), (40, 50, 25)):
        plate = np.array([[0, 0], [width, 0], [width, height], [0, height]])
        for angle in np.radians(rng.uniform(-most, most, 15)):
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            wanted.append(plate @ turn + 200 + rng.uniform(-4, 4, (4, 2)))
    clicked = [corners[rng.permutation(4)].tolist() for corners in wanted]
    with open_page(browser) as page:
        page.goto(address)
        found = page.evaluate(ORDER, clicked)
    assert np.allclose(found, wanted)


def test_two_fingers_zoom_and_draw_nothing(browser: Browser, address: str) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with open_page(browser, **phone) as page:
        page.goto(f"{address}/#a.png")
        page.wait_for_selector("#proposals li")
        page.tap("#tool-box")
        frame = page.locator("#stage").bounding_box()
        assert frame is not None
        x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
        before = page.get_attribute("#stage svg", "viewBox")
        touch = page.context.new_cdp_session(page)
        for kind, apart in (("Start", 0), ("Start", 20), ("Move", 40), ("Move", 60), ("End", 0)):
            fingers = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
            points = [] if kind == "End" else fingers if apart else fingers[:1]
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        after = page.get_attribute("#stage svg", "viewBox")
        assert before is not None
        assert after is not None
        assert float(after.split()[2]) == pytest.approx(float(before.split()[2]) / 3, rel=0.05)
        assert page.is_visible("#no-plates")
