"""A hand on the canvas, mouse and finger, and what the page makes of it."""

from playwright.sync_api import expect

from tests.handwriting import HAND

NOTHING = "Nothing drawn yet"


def write(page, strokes, let_go=None):
    """Draw strokes of points (x, y), in canvas pixels, with the mouse.

    `let_go` is where on the page the button is released instead of at the end of the stroke.
    """
    corner = _corner(page)
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            page.mouse.move(corner["x"] + x, corner["y"] + y, steps=6 if number else 1)
            if number == 0:
                page.mouse.down()
        if let_go:
            page.mouse.move(*let_go, steps=6)
        page.mouse.up()


def write_digit(page, digit):
    """Draw it, and wait until it is read."""
    write(page, HAND[digit])
    expect_answer(page, digit)


def write_with_a_finger(page, strokes):
    """The same on a touch screen."""
    corner, screen = _corner(page), page.context.new_cdp_session(page)

    def touch(kind, *points):
        places = [{"x": corner["x"] + x, "y": corner["y"] + y} for x, y in points]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    for first, *rest in strokes:
        touch("touchStart", first)
        for point in rest:
            touch("touchMove", point)
        touch("touchEnd")


def _corner(page):
    canvas = page.locator("canvas.upper-canvas")
    canvas.evaluate("canvas => canvas.scrollIntoView({block: 'center'})")  # clear of the header
    return canvas.bounding_box()


CANVAS = "canvas.dc-canvas.lower-canvas"  # the one that holds what is finished


def pixels(page):
    """What the canvas shows, to be compared."""
    return page.locator(CANVAS).evaluate("canvas => canvas.toDataURL()")


def expect_pixels(page, expected, tolerance=0.002):
    """Wait until the canvas shows this, but for the edges of lines that are drawn anew.

    `tolerance` is the share of values that may differ.
    """
    page.locator(CANVAS).evaluate(
        """async (canvas, [expected, tolerance]) => {
            const image = new Image()
            image.src = expected
            await image.decode()
            const { width, height } = canvas
            const values = (from) => from.getImageData(0, 0, width, height).data
            const other = new OffscreenCanvas(width, height).getContext("2d")
            other.drawImage(image, 0, 0)
            const wanted = values(other)
            const until = performance.now() + 10000
            for (;;) {
                const shown = values(canvas.getContext("2d"))
                let different = 0
                for (let i = 0; i < shown.length; i++)
                    different += Math.abs(shown[i] - wanted[i]) > 96
                if (different < tolerance * shown.length) return
                if (performance.now() > until) throw `${different} values are different`
                await new Promise(requestAnimationFrame)
            }
        }""",
        [expected, tolerance],
    )


def expect_answer(page, digit):
    """Wait until the large digit beside the canvas is this one."""
    expect(page.locator("h1 .katex-html")).to_have_text(str(digit))


def press(page, name):
    """Our own button; the canvas has a toolbar with the same names."""
    button(page, name).click()


def button(page, name):
    return page.get_by_test_id("stButton").get_by_role("button", name=name)
