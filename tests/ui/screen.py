"""What a visitor finds, presses and reads on a page."""


def labelled(elements, label):
    return next(element for element in elements if element.label == label)


def button(at, label):
    return labelled(at.button, label)


def press(at, label):
    button(at, label).click().run()
    assert not at.exception
    return at


def words(at):
    """All that is said."""
    assert not at.exception
    kinds = (at.markdown, at.caption, at.info, at.success, at.error)
    return " ".join(element.value for kind in kinds for element in kind)
