/** Draws a part of the page anew, and gives the focus back to the button or link that had it, by its place. */
export function keepFocus(part: HTMLElement, draw: () => void): void {
  const list = () => [...part.querySelectorAll<HTMLElement>('button, a')]
  const place = list().findIndex((each) => each === document.activeElement)
  draw()
  if (place >= 0) list()[place]?.focus({ preventScroll: true })
}
