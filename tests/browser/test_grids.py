"""The grids in a real browser: searched, sorted, filtered, acted in by key, in light and dark."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from contract import CourseMode
from db.people import courses, users
from db.values import Role
from tests.browser import furnished
from tests.browser.test_accessibility import found
from tests.browser.test_live_page import sign_in
from tests.browser.traffic import Traffic
from tests.builders.classroom import Classroom

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]

NAMES = [f"Student {number:02}" for number in range(30)]


@pytest.fixture
def office(page: Page, classroom: Classroom) -> Page:
    """The admin at a page of 32 people."""
    for name in NAMES:
        users.add_user(
            classroom.app.store, login=name.lower(), name=name, role=Role.STUDENT,
            password_hash=None, now=classroom.clock(),
        )  # fmt: skip
    sign_in(page, "admin")
    page.goto("/admin/people")
    expect(page.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    return page


def rows(page: Page) -> Locator:
    return page.locator(".ag-center-cols-container .ag-row")


def names(page: Page) -> list[str]:
    return page.locator(".ag-row .cp-name").all_text_contents()


def test_a_grid_is_leafed_through_and_searched(office: Page) -> None:
    grid = office.get_by_role("region", name="People")
    expect(rows(office)).to_have_count(20)
    expect(grid).to_contain_text("Page 1 of 2")
    office.get_by_role("button", name="Next page").click()
    expect(rows(office)).to_have_count(12)
    search = office.get_by_label("Search: People")
    search.fill("student 07")
    expect(rows(office)).to_have_count(1)
    expect(grid.get_by_role("status")).to_have_text("Found: 1")
    search.fill("nobody of that name")
    expect(grid).to_contain_text("Nothing fits the search")
    assert found(office) == []
    search.fill("okafor")
    assert names(office) == ["Maria Okafor"]


def test_columns_are_sorted_and_filtered_by_key(office: Page) -> None:
    heading = office.get_by_role("columnheader", name="Name")
    office.get_by_label("Search: People").focus()
    office.keyboard.press("Tab")
    expect(heading).to_be_focused()
    office.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    office.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(rows(office).first).to_contain_text("Student 29")
    office.keyboard.press("Tab")
    office.keyboard.press("Control+Enter")
    value = office.get_by_role("textbox", name="What to filter by")
    expect(value).to_be_focused()
    # The menu stands on the page, in a landmark, and is judged while it is open.
    assert found(office) == []
    office.keyboard.type("Admin")
    expect(rows(office)).to_have_count(1)
    office.keyboard.press("Escape")
    expect(value).to_have_count(0)
    assert names(office) == ["Jonas Weber"]


def test_a_button_in_a_cell_is_reached_and_pressed_by_key(
    office: Page, classroom: Classroom
) -> None:
    office.get_by_label("Search: People").fill("okafor")
    expect(rows(office)).to_have_count(1)
    cell = rows(office).get_by_role("gridcell").last
    rows(office).get_by_role("gridcell").first.focus()
    for _ in range(4):
        office.keyboard.press("ArrowRight")
    expect(cell).to_be_focused()
    for button in ("Disable", "Make admin"):
        office.keyboard.press("Tab")
        expect(office.get_by_role("button", name=f"{button}: Maria Okafor")).to_be_focused()
    office.keyboard.press("Shift+Tab")
    disable = office.get_by_role("button", name="Disable: Maria Okafor")
    for on_second_thoughts in ("Escape", "Leave it as it is"):
        disable.press("Enter")
        asked = office.get_by_role("dialog", name="Disable Maria Okafor?")
        expect(asked).to_be_visible()
        if on_second_thoughts == "Escape":
            office.keyboard.press("Escape")
        else:
            asked.get_by_role("button", name=on_second_thoughts).press("Enter")
        expect(asked).to_be_hidden()
        expect(cell).to_be_focused()
    disable.press("Enter")
    asked = office.get_by_role("dialog", name="Disable Maria Okafor?")
    asked.get_by_role("button", name="Disable").press("Enter")
    expect(asked).to_be_hidden()
    expect(office.locator("#notice")).to_contain_text("no longer is")
    expect(office.get_by_role("button", name="Enable: Maria Okafor")).to_be_visible()
    # Whoever answered by key goes on where they asked, and not at the top of the page.
    expect(cell).to_be_focused()
    # The search still holds.
    expect(rows(office)).to_have_count(1)
    maria = users.user(classroom.app.store, classroom.teacher.id)
    assert maria is not None
    assert maria.disabled


def test_who_teaches_a_course_is_chosen_from_its_row(page: Page, classroom: Classroom) -> None:
    store = classroom.app.store
    course = courses.add_course(
        store, title="Algebra 8c", mode=CourseMode.OPEN, timezone="UTC", now=classroom.clock()
    )
    sign_in(page, "admin")
    page.goto("/admin/courses")
    page.get_by_role("button", name="Teachers of Algebra 8c").click()
    choice = page.get_by_role("dialog").get_by_role("textbox", name="Teachers of Algebra 8c")
    choice.click()
    page.get_by_role("option", name="Maria Okafor").click()
    row = rows(page).filter(has_text="Algebra 8c")
    expect(row).to_contain_text("Maria Okafor")
    assert courses.teachers_of(store, course.id) == [classroom.teacher]


def test_a_grid_has_the_colours_of_the_page_and_one_column_where_there_is_no_room(
    office: Page,
) -> None:
    def colour() -> str:
        return str(
            office.evaluate(
                "getComputedStyle(document.querySelector('.ag-root-wrapper')).backgroundColor"
            )
        )

    office.emulate_media(color_scheme="light")
    light = colour()
    office.emulate_media(color_scheme="dark")
    expect(office.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert (light, colour()) == ("rgb(255, 255, 255)", "rgb(25, 27, 34)")
    office.set_viewport_size({"width": 360, "height": 740})
    expect(rows(office).first.get_by_role("gridcell")).to_have_count(1)
    expect(rows(office).first).to_contain_text(re.compile("Role.*State.*Signed in", re.DOTALL))
    assert office.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    office.get_by_label("Search: People").fill("maria")
    office.get_by_role("button", name="Make admin: Maria Okafor").click()
    office.get_by_role("dialog").get_by_role("button", name="Make admin").click()
    expect(rows(office).first).to_contain_text("Make teacher")
    office.set_viewport_size({"width": 1280, "height": 900})
    expect(rows(office).first.get_by_role("gridcell")).to_have_count(5)
    heads = office.get_by_role("columnheader", name="Role")
    assert heads.evaluate("head => head.getBoundingClientRect().height") > 20


def test_a_grid_speaks_the_viewers_language(browser: Browser, classroom: Classroom) -> None:
    context = browser.new_context(base_url=classroom.url, locale="es-ES")
    furnished.sign_in(context, "admin")
    page = context.new_page()
    page.goto("/admin/people")
    page.get_by_label(re.compile("^Buscar")).fill("zzz")
    expect(page.locator(".cp-grid")).to_contain_text("Nada coincide con la búsqueda")
    expect(page.locator(".cp-grid").get_by_role("status")).to_have_text("Encontrados: 0")
    context.close()


def test_only_a_page_with_a_grid_loads_its_script(page: Page) -> None:
    def fetched() -> list[str]:
        return [address for address in traffic.by_address if "ag_grid" in address]

    traffic = Traffic(page)
    sign_in(page, "admin")
    page.goto("/admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("Administration")
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert fetched() == []
    page.goto("/admin")
    page.get_by_role("link", name="People", exact=True).click()
    expect(rows(page).first).to_be_visible()
    assert len(fetched()) == 2, "the grid and its one chunk, without a load of the page"
    assert not any("enterprise" in address for address in fetched())
