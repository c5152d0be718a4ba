"""Pictures come from the device or by their address."""

import io

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser


def png(width: int = 60, height: int = 40) -> FilePayload:
    octets = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(octets, "PNG")
    return {"name": "pier.png", "mimeType": "image/png", "buffer": octets.getvalue()}


def test_an_image_is_added_and_given_its_words(editing: Editing) -> None:
    editing.choose("Add a section", "Image")
    section = editing.tab.locator(".sect").last
    picture = png()
    editing.issue.installation.add_to_library(picture["buffer"], credit="From the library")
    section.locator("input[type=file]").set_input_files([picture])
    expect(section.locator("img")).to_have_js_property("naturalWidth", 60)
    section.get_by_label("Alt text").fill("A pier at dusk")
    section.get_by_label("Licence").fill("CC BY 4.0")
    image = editing.saved().sections[3].image  # type: ignore[union-attr]
    assert image
    assert image.src.startswith("media:")
    assert (image.width, image.height) == (60, 40)
    assert (image.alt, image.credit, image.licence) == ("A pier at dusk", "From the library", "CC BY 4.0")


def test_what_is_no_image_is_refused_in_place(editing: Editing) -> None:
    editing.choose("Add a section", "Image")
    section = editing.tab.locator(".sect").last
    chooser = section.locator("input[type=file]")
    chooser.set_input_files([FilePayload(name="a.txt", mimeType="text/plain", buffer=b"words")])
    expect(section.get_by_role("alert")).to_contain_text("“a.txt” is not an image.")
    chooser.set_input_files([FilePayload(name="a.png", mimeType="image/png", buffer=b"words")])
    expect(section.get_by_role("alert")).to_contain_text("This file is not a JPEG, PNG, GIF or WebP image.")
    section.get_by_role("button", name="From a URL").click()
    section.get_by_label("URL").fill("http://x.example/a.png")
    editing.tab.keyboard.press("Tab")
    expect(section.get_by_text("A link must begin with https://.")).to_be_visible()
