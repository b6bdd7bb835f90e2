"""What the browser does around the canvas, so that no stroke is lost.

The canvas ends a stroke at `mouseup`, but Chromium sends none over a disabled button, nor outside
the window: then the ink shows and is never read. So the canvas captures the pointer, and a missing
`mouseup` is made up. And the canvas sends a stroke only when the pen has rested for 0.2 s: a click
or a shortcut that comes sooner waits until then, so that Undo takes back that stroke.
"""

import streamlit as st

GUARD = """
const SENT_AFTER = 250  // milliseconds; the canvas sends a stroke 200 ms after its end
const ofCanvas = (event) => event.composedPath().some(
  (node) => node.classList && node.classList.contains("upper-canvas"))

const isShortcut = (event) => event.key.length === 1 && !event.ctrlKey && !event.metaKey &&
  !event.altKey && !event.composedPath()[0].closest("input, textarea, [contenteditable]")

export default function () {
  let pressed = null  // the stroke that is being drawn: where its pointer is
  let ended = -SENT_AFTER  // when the last stroke ended
  const passing = new Set()  // events that have waited

  const end = () => {
    pressed = null
    ended = performance.now()
  }

  const press = (event) => {
    if (pressed || !ofCanvas(event) || event.pointerType === "touch") return
    pressed = { pointerId: event.pointerId }
    move(event)
    event.composedPath()[0].setPointerCapture(event.pointerId)
  }
  const move = ({ pointerId, clientX, clientY }) => {
    if (pressed && pointerId === pressed.pointerId) Object.assign(pressed, { clientX, clientY })
  }
  const release = ({ pointerId }) => {
    if (pressed && pointerId !== pressed.pointerId) return
    const stroke = pressed
    setTimeout(() => {  // the browser's own mouseup comes right after this event
      if (stroke && stroke === pressed)
        document.dispatchEvent(new MouseEvent("mouseup", { ...stroke, bubbles: true }))
    })
  }
  const leave = (event) => { if (event.target === window && pressed) release(pressed) }
  const lifted = () => { if (pressed) end() }
  const touched = (event) => { if (ofCanvas(event)) end() }

  const wait = (event) => {
    const left = ended + SENT_AFTER - performance.now()
    if (left <= 0 || ofCanvas(event) || passing.delete(event)) return
    if (event.type === "keydown" && !isShortcut(event)) return
    event.stopImmediatePropagation()
    event.preventDefault()
    const target = event.composedPath()[0]
    const again = new event.constructor(event.type, event)
    setTimeout(() => {
      passing.add(again)
      target.dispatchEvent(again)
      // The key itself has come up long ago, which must not stay the last that is heard of it.
      if (event.type === "keydown") target.dispatchEvent(new KeyboardEvent("keyup", event))
    }, left)
  }

  const listeners = [
    ["pointerdown", press], ["pointermove", move], ["pointerup", release],
    ["pointercancel", release], ["lostpointercapture", release], ["blur", leave],
    ["mouseup", lifted], ["touchend", touched], ["click", wait], ["keydown", wait],
  ]
  for (const [name, listener] of listeners) window.addEventListener(name, listener, true)
  return () => {
    for (const [name, listener] of listeners) window.removeEventListener(name, listener, true)
  }
}
"""


def guard() -> None:
    """Watch over the canvas on this page."""
    st.components.v2.component("pen", js=GUARD)(key="_pen", height=1)
