// The canvas: a pen, an eraser, and strokes as lists of points in a square of `data.side` units.
//
// The server holds the drawing. A stroke that is finished here is sent at once; when the server
// itself changes the drawing (Undo, Clear), it sends a new `turn`, and what it sends is shown.

const papers = new WeakMap()
const KEPT = "drawing" // in the tab's own storage: outlives F5, and nobody else can read it
const NEAREST = 1 // units between two points that are kept
const RUBBED = 2 // units between the points of a line that is cut

class Paper {
  constructor(canvas) {
    this.canvas = canvas
    this.pen = canvas.getContext("2d")
    this.strokes = [] // each {points, number}: the message it was first sent with
    this.number = 0 // of messages sent
    this.turn = null // of the drawing that is shown
    this.pointer = null // the finger, pen or mouse that is down
    canvas.onpointerdown = (event) => this.down(event)
    canvas.onpointermove = (event) => this.move(event)
    canvas.onpointerup = canvas.onpointercancel = (event) => this.up(event)
  }

  update(data, send) {
    const first = this.turn === null
    Object.assign(this, { data, send })
    this.canvas.dataset.tool = data.tool
    this.number = Math.max(this.number, data.seen)
    if (data.turn !== this.turn) {
      // What was finished after the last message that the server knew of is not lost.
      const unseen = first ? [] : this.strokes.filter((stroke) => stroke.number > data.seen)
      this.strokes = [...data.strokes.map((points) => ({ points, number: 0 })), ...unseen]
      this.turn = data.turn
      this.show(unseen.length ? null : data.picture)
      if (unseen.length) this.tell()
      else if (first) this.recall()
      this.keep()
    }
    this.paint()
  }

  show(picture) {
    this.picture = null
    if (!picture) return
    this.picture = new Image()
    this.picture.onload = () => this.paint()
    this.picture.src = picture
  }

  recall() {
    const kept = sessionStorage.getItem(KEPT)
    if (this.data.turn || this.data.seen || this.strokes.length || !kept) return
    this.strokes = JSON.parse(kept).map((points) => ({ points, number: 1 }))
    if (this.strokes.length) this.tell()
  }

  keep() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.strokes.map((stroke) => stroke.points)))
  }

  tell() {
    this.number += 1
    const strokes = this.strokes.map((stroke) => stroke.points)
    this.send("drawing", { strokes, turn: this.turn, number: this.number })
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect()
    const scale = this.data.side / box.width
    const fine = (value) => Math.round(10 * scale * value) / 10
    return [fine(event.clientX - box.left), fine(event.clientY - box.top)]
  }

  down(event) {
    // A hand that rests on the glass does not draw beside the pen.
    const taken = this.pointer !== null && event.pointerType !== "pen"
    if (taken || event.button > 0) return
    event.preventDefault()
    try {
      this.canvas.setPointerCapture(event.pointerId)
    } catch {} // a pointer that is gone again
    this.pointer = event.pointerId
    this.rubbed = false
    this.line = { points: [this.place(event)], number: Infinity }
    this.touch()
  }

  move(event) {
    if (event.pointerId !== this.pointer) return
    const events = event.getCoalescedEvents?.() ?? []
    for (const each of events.length ? events : [event]) {
      const point = this.place(each)
      const [x, y] = this.line.points.at(-1)
      if (Math.hypot(point[0] - x, point[1] - y) < NEAREST) continue
      this.line.points.push(point)
      this.touch()
    }
  }

  up(event) {
    if (event.pointerId !== this.pointer) return
    this.pointer = null
    const { line } = this
    this.line = null
    if (this.data.tool === "pen") this.strokes.push({ ...line, number: this.number + 1 })
    else if (!this.rubbed) return this.paint()
    this.paint()
    this.tell()
    this.keep()
  }

  // The line has grown by a point.
  touch() {
    if (this.data.tool === "pen") this.picture = null // a new drawing
    else this.rub(this.line.points.slice(-2))
    this.paint()
  }

  // Take away what lies under the eraser on its way, and leave the rest of a stroke as strokes.
  rub(way) {
    const reach = this.data.eraser + this.data.width / 2
    const near = (point) => distance(point, way) < reach
    this.strokes = this.strokes.flatMap((stroke) => {
      const points = refined(stroke.points)
      if (!points.some(near)) return [stroke]
      this.rubbed = true
      const parts = [[]]
      for (const point of points) near(point) ? parts.push([]) : parts.at(-1).push(point)
      return parts
        .filter((part) => part.length > 1)
        .map((part) => ({ points: part, number: this.number + 1 }))
    })
  }

  paint() {
    const { canvas, pen, data } = this
    const sharp = Math.ceil(canvas.clientWidth * (window.devicePixelRatio || 1)) || data.side
    if (canvas.width !== sharp) canvas.width = canvas.height = sharp
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.fillStyle = data.paper
    pen.fillRect(0, 0, sharp, sharp)
    pen.scale(sharp / data.side, sharp / data.side)
    pen.imageSmoothingEnabled = false
    if (this.picture?.complete) pen.drawImage(this.picture, 0, 0, data.side, data.side)
    pen.strokeStyle = data.ink
    pen.lineWidth = data.width
    pen.lineCap = pen.lineJoin = "round"
    const drawing = this.line && data.tool === "pen" ? [...this.strokes, this.line] : this.strokes
    for (const { points } of drawing) this.stroke(points)
    if (this.line && data.tool !== "pen") this.ring(this.line.points.at(-1))
  }

  stroke(points) {
    const { pen } = this
    pen.beginPath()
    pen.moveTo(...points[0])
    for (const point of points) pen.lineTo(...point)
    pen.stroke()
  }

  ring([x, y]) {
    const { pen } = this
    pen.beginPath()
    pen.arc(x, y, this.data.eraser, 0, 2 * Math.PI)
    pen.lineWidth = 1.5
    pen.stroke()
  }
}

// Of a point from the segment between the first and the last of one or two points.
function distance([x, y], way) {
  const [ax, ay] = way[0]
  const [bx, by] = way.at(-1)
  const [dx, dy] = [bx - ax, by - ay]
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

// The same line with points so close together that it can be cut anywhere.
function refined(points) {
  return points.flatMap(([x, y], i) => {
    if (!i) return [[x, y]]
    const [x0, y0] = points[i - 1]
    const pieces = Math.ceil(Math.hypot(x - x0, y - y0) / RUBBED) || 1
    return Array.from({ length: pieces }, (_, k) => {
      const t = (k + 1) / pieces
      return [x0 + t * (x - x0), y0 + t * (y - y0)]
    })
  })
}

export default function ({ data, parentElement, setStateValue }) {
  const canvas = parentElement.querySelector("canvas")
  if (!papers.has(canvas)) papers.set(canvas, new Paper(canvas))
  papers.get(canvas).update(data, setStateValue)
}
