// A row of pictures to choose from. Each is a button.

export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".row")
  row.setAttribute("aria-label", data.label)
  row.style.setProperty("--side", `${data.side}px`)
  row.replaceChildren(
    ...data.items.map(({ src, words, caption }, number) => {
      const button = document.createElement("button")
      button.type = "button"
      button.setAttribute("aria-label", words)
      if (data.chosen !== null) button.setAttribute("aria-pressed", String(number === data.chosen))
      const picture = document.createElement("img")
      Object.assign(picture, { src, alt: "" })
      button.append(picture, caption)
      button.disabled = data.still
      button.onclick = () => setTriggerValue("picked", number)
      return button
    }),
  )
}
