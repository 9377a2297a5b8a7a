"""Every page from 320 to 1280 px with values as long as they may be: nothing sticks out, is cut or too small to hit."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import PHONE
from .portals import Portal
from .scenes import Scene
from .steps import sign_in

Opening = Callable[..., Page]

WIDTHS = (320, 360, 768, 1280)


def test_nothing_sticks_out_is_cut_or_too_small(viewed: Page) -> None:
    for width in WIDTHS:
        viewed.set_viewport_size({"width": width, "height": 800})
        assert viewed.evaluate(FAULTS) == [], f"at {width} px"


FAULTS = """() => {
  const faults = []
  const root = document.documentElement
  const hidden = (element) => element.closest(".visually-hidden, .directory thead, .skip-link") !== null && getComputedStyle(element.closest(".visually-hidden, .directory thead, .skip-link")).position === "absolute" || !element.checkVisibility({ visibilityProperty: true })
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> ${(element.textContent || element.value || "").trim().replace(/\\s+/g, " ").slice(0, 50)}`
  const clipper = (element) => {
    for (let box = element; box && box !== root; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible" && getComputedStyle(box).display !== "contents") return box
    return root
  }

  if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`)

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode, element = text.parentElement
    if (!text.data.trim() || hidden(element) || ["OPTION", "SCRIPT", "STYLE"].includes(element.tagName)) continue
    const within = clipper(element)
    if (scrolls(within)) continue
    const frame = within === root ? { left: 0, right: root.clientWidth, top: -Infinity, bottom: Infinity } : within.getBoundingClientRect()
    const range = document.createRange()
    range.selectNodeContents(text)
    let block = element
    while (getComputedStyle(block).display === "inline") block = block.parentElement
    const own = block.getBoundingClientRect()
    for (const line of range.getClientRects()) {
      if (line.left < frame.left - 1 || line.right > frame.right + 1 || line.top < frame.top - 3 || line.bottom > frame.bottom + 3) { faults.push(`cut: ${name(element)}`); break }
      if (line.left < own.left - 1 || line.right > own.right + 1) { faults.push(`sticks out of its ${block.tagName}: ${name(element)}`); break }
    }
  }

  const inSentence = (link) => getComputedStyle(link).display === "inline" && [...link.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())
  for (const control of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {
    if (hidden(control) || inSentence(control)) continue
    const boxes = [control, ...(["checkbox", "radio"].includes(control.type) ? control.labels : [])].map((part) => part.getBoundingClientRect())
    const width = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left))
    const height = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top))
    if (width < 24 || height < 24) faults.push(`only ${Math.round(width * 10) / 10} by ${Math.round(height * 10) / 10}: ${name(control)}`)
  }
  return faults
}"""


SCREENS = (
    "/sip-accounts",
    "/sip-accounts/add",
    "/registrations",
    "/providers",
    "/providers/add",
    "/provider-registrations",
    "/dial-plans",
    "/dial-plans/add",
    "/calls",
    "/cdrs",
    "/account",
    "/account/password",
    "/account/delete",
    "/help",
    "/about",
    "/developers",
)


@pytest.mark.parametrize("screen", SCREENS)
def test_without_scripts_a_screen_fits_a_phone_and_has_no_button_that_does_nothing(
    open_page: Opening, scene: Scene, screen: str
) -> None:
    page = scene.page_of(scene.owner, open_page, width=PHONE, scripts=False)
    page.goto(screen)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(BUTTONS_WITHOUT_A_FORM) == []


BUTTONS_WITHOUT_A_FORM = """() => [...document.querySelectorAll("button")]
  .filter((button) => button.checkVisibility() && (button.type !== "submit" || button.form === null))
  .map((button) => button.textContent.trim())"""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_chosen_appearance_holds_on_every_page_and_after_signing_out(
    open_page: Opening, usual: Portal, scripts: bool
) -> None:
    page = open_page(usual, PHONE, scripts, color_scheme="light")
    sign_in(page, usual.customer("alice"))
    page.goto("/sip-accounts?q=alice")
    assert ground(page) == LIGHT
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(f"{usual.address}/sip-accounts?q=alice")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert ground(page) == DARK
    page.goto("/account")
    assert ground(page) == DARK
    page.context.clear_cookies(name="sipsorcery_session")
    page.goto("/login")
    assert ground(page) == DARK
    page.goto("/about")
    page.get_by_role("button", name="As my device").click()
    expect(page.get_by_role("button", name="As my device")).to_have_attribute("aria-pressed", "true")
    assert ground(page) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert ground(page) == DARK


LIGHT, DARK = "rgb(250, 248, 242)", "rgb(17, 20, 14)"


def ground(page: Page) -> str:
    """The colour of the paper."""
    colour: str = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    return colour
