"""A headless Chromium, driven as a person drives it; with a new empty profile each time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

#: Seconds something may take to appear.
PATIENCE = 60

#: CSS pixels of a small phone.
PHONE = (360, 740)

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Phone:
    """A browser the size of a phone."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Go to *url*."""
        self.driver.get(url)

    def type(self, label: str, text: str) -> None:
        """Fill in the field that is labelled *label*."""
        of = self._by_text("label", label).get_attribute("for")
        field = self.driver.find_element(By.ID, of or "")
        field.clear()
        field.send_keys(text)

    def press(self, button: str) -> None:
        """Press the button that says *button*, and wait for what comes."""
        self._by_text("button", button).click()

    def follow(self, link: str) -> None:
        """Follow the link that says *link*."""
        self._by_text("a", link).click()

    def text(self) -> str:
        """All that the page says."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def until(self, text: str) -> None:
        """Wait until the page says *text*."""
        self._wait().until(
            lambda driver: text in driver.find_element(By.TAG_NAME, "body").text, f"{text!r} on the page"
        )

    def until_at(self, start: str) -> str:
        """Wait until the address starts with *start*; returns it."""
        self._wait().until(
            lambda driver: driver.current_url.startswith(start), f"an address that starts with {start}"
        )
        return self.driver.current_url

    def told(self) -> list[str]:
        """What the browser complained about, such as what our own policy forbids."""
        entries: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if "favicon.ico" not in entry["message"]]

    def overflows(self) -> bool:
        """Whether something is wider than the screen."""
        return bool(
            self.driver.execute_script(
                "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
        )

    def dark(self) -> None:
        """Ask for dark pages from now on."""
        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def _wait(self) -> WebDriverWait[Chrome]:
        # While one page goes and the next comes, what is looked at may be gone.
        return WebDriverWait(self.driver, PATIENCE, ignored_exceptions=(WebDriverException,))

    def _by_text(self, tag: str, text: str) -> WebElement:
        return self.driver.find_element(By.XPATH, f"//{tag}[normalize-space()='{text}']")


@contextmanager
def phone() -> Iterator[Phone]:
    """A headless Chromium; skips the test where there is none."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no chromium and chromedriver here; on Debian: apt install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option(
        "mobileEmulation", {"deviceMetrics": {"width": PHONE[0], "height": PHONE[1], "pixelRatio": 2.0}}
    )
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        opened = Chrome(options=options, service=ChromeService(executable_path=driver))
        opened.set_page_load_timeout(PATIENCE)
        try:
            yield Phone(opened)
        finally:
            opened.quit()
