"""Plays calls on a demo desk and takes the pictures of docs/images; `scripts/screenshots` runs it."""

from __future__ import annotations

import asyncio
import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FONTS = ROOT / "src/pupitre/web/demo/static/fonts"
JEANNE, MARCEL, FATIMA = "+33639981201", "+33639981202", "+33639981204"
BOOKING = ("Je voudrais un rendez-vous", "Oui, c’est bien moi", "Plutôt mercredi, ou vendredi matin")
TYPED = ("je voudrais un rendez-vous", "oui", "mercredi matin ou jeudi vers 15 heures", "#2", "juste la veille")
COLOURS = {"31": "#ff9a8e", "33": "#f0ad3f", "35": "#d9a8e8", "36": "#79cfae"}


@contextmanager
def demo() -> Iterator[str]:
    """A demo desk of its own; its address."""
    command = [sys.executable, "-m", "pupitre", "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        try:
            yield next(line.split()[1] for line in desk.stdout if line.startswith("ready "))
        finally:
            desk.terminate()


async def call(page: Page, number: str, sentences: Sequence[str]) -> None:
    """Phone as this patient, say these sentences, and wait until the page has settled."""
    callers = await page.locator("#caller option").all_inner_texts()
    spaced = "\u00a0".join(re.findall("..", number.replace("+33", "0")))
    await page.select_option("#caller", index=next(n for n, text in enumerate(callers) if spaced in text))
    await page.click("#call")
    for sentence in sentences:
        await page.wait_for_selector('.phone[data-phase="listening"]')
        await page.fill("#words", sentence)
        await page.press("#words", "Enter")
    await page.wait_for_selector(
        '.phone:is([data-phase="listening"], [data-phase="ended"], [data-phase="transferring"])'
    )
    await page.wait_for_timeout(1600)


async def visit(browser: Browser, address: str, width: int, height: int, scheme: str, scale: float = 1.2) -> Page:
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=scale,
    )
    await page.goto(address)
    await page.wait_for_selector("html[data-ready]")
    return page


async def picture_the_page(browser: Browser, address: str) -> None:
    page = await visit(browser, address, 1440, 900, "light")
    await call(page, JEANNE, (*BOOKING, "Le premier", "Oui, volontiers"))
    await page.wait_for_timeout(9000)  # the notice of the booking goes
    await call(page, FATIMA, ("Je voudrais déplacer mon rendez-vous", "Oui", "Le premier", "Jeudi ou vendredi"))
    await page.screenshot(path=IMAGES / "demo.png")
    await page.click("#call")
    await page.close()

    dark = await visit(browser, address, 1440, 900, "dark")
    await call(dark, MARCEL, ("Je voudrais déplacer mon rendez-vous", "Oui", "Mardi après 14 heures", "Le premier"))
    await dark.screenshot(path=IMAGES / "demo-dark.png")
    await dark.close()

    small = await visit(browser, address, 390, 1010, "light", scale=1.5)
    await call(small, JEANNE, ("Au secours, je suis tombée",))
    await small.screenshot(path=IMAGES / "demo-emergency.png")
    await small.close()


async def picture_both_sides(browser: Browser, address: str) -> None:
    """An agent has moved an event in Google; then time passes until a reminder rings."""
    page = await visit(browser, address, 1440, 900, "light")
    await page.locator(".booked:not(.ghost)", has_text="Lucien Faure").first.locator("button").click()
    await page.wait_for_selector("#sides [data-play]")
    await page.click('#sides [data-what="move"]')
    await page.wait_for_selector("#sides [data-keep]")
    await page.wait_for_timeout(1600)
    await page.screenshot(path=IMAGES / "demo-both-sides.png")
    await page.close()

    small = await visit(browser, address, 390, 760, "light", scale=1.5)
    await small.click("#time")
    await small.locator("#ahead button").first.click()
    await small.wait_for_selector("#ringing:not([hidden])")
    await small.wait_for_selector("#time-menu", state="hidden")
    await small.evaluate("scrollTo(0, 0)")
    await small.wait_for_timeout(600)
    await small.screenshot(path=IMAGES / "demo-reminder.png")
    await small.close()


async def picture_the_terminal(browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 860, "height": 200}, device_scale_factor=1.5)
    await page.set_content(terminal_page(talk()))
    await page.wait_for_timeout(300)
    await page.locator("main").screenshot(path=IMAGES / "talk.png")
    await page.close()


def talk() -> str:
    """A call typed in a real terminal; what the terminal shows at the end, with its colours."""
    tmux = ["tmux", "-L", "pupitre-screenshots"]
    command = f"PS1= exec {sys.executable} -m pupitre talk --from {JEANNE}"
    subprocess.run([*tmux, "new-session", "-d", "-x", "84", "-y", "60", f"{command}; sleep 30"], check=True, cwd=ROOT)
    try:
        subprocess.run([*tmux, "set-option", "-g", "remain-on-exit", "on"], check=True)
        for line in TYPED:
            _until_prompted(tmux)
            subprocess.run([*tmux, "send-keys", "-l", line], check=True)
            subprocess.run([*tmux, "send-keys", "Enter"], check=True)
            time.sleep(0.5)
        time.sleep(3)
        return subprocess.run([*tmux, "capture-pane", "-p", "-e"], check=True, capture_output=True, text=True).stdout
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)


def _until_prompted(tmux: Sequence[str]) -> None:
    for _ in range(100):
        shown = subprocess.run([*tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout
        if shown.rstrip().endswith("│"):
            return
        time.sleep(0.2)
    raise TimeoutError("`pupitre talk` did not ask for a line")


def terminal_page(screen: str) -> str:
    """What a terminal shows (SGR colours, bold, dim, italics) as a page."""
    lines = screen.rstrip().splitlines()
    lines = lines[: next((n for n, line in enumerate(lines) if "Pane is dead" in line), len(lines))]
    body = "".join(_spans("\n".join(lines).rstrip()))
    woff = (FONTS / "atkinson-hyperlegible-mono.woff2").read_bytes().hex()
    return f"""<!doctype html><meta charset="utf-8"><style>
      body {{ margin: 0; background: #0f1412 }}
      main {{ display: inline-block; padding: 22px 30px 26px; background: #131a17; color: #e9eee7; white-space: pre;
              font: 16px/1.5 Mono, monospace }}
      b {{ font-weight: 700 }} .dim {{ color: #95a39b }} .it {{ font-style: italic }}</style>
      <script>const woff = Uint8Array.from("{woff}".match(/../g), (x) => parseInt(x, 16));
        new FontFace("Mono", woff, {{weight: "200 800"}}).load().then((font) => document.fonts.add(font))</script>
      <main>{body}</main>"""


def _spans(screen: str) -> Iterator[str]:
    codes: set[str] = set()
    for part in re.split(r"(\x1b\[[\d;]*m)", screen):
        if part.startswith("\x1b["):
            for code in part[2:-1].split(";"):
                codes = set() if code in {"", "0"} else codes - set(COLOURS) if code == "39" else codes | {code}
            continue
        colour = next((COLOURS[code] for code in codes if code in COLOURS), "inherit")
        classes = " ".join(name for code, name in (("2", "dim"), ("3", "it")) if code in codes)
        text = html.escape(part)
        style = f' style="color:{colour}"' if colour != "inherit" else ""
        yield f'<span class="{classes}"{style}>{f"<b>{text}</b>" if "1" in codes else text}</span>'


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo() as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            await picture_the_page(browser, address)
            await picture_both_sides(browser, address)
            await picture_the_terminal(browser)
            await browser.close()
    for image in sorted(IMAGES.glob("*.png")):
        print(f"{image.relative_to(ROOT)}  {image.stat().st_size // 1024} kB")


if __name__ == "__main__":
    asyncio.run(main())
