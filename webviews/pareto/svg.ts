type Attributes = Readonly<Record<string, string | number | undefined>>

/** Makes a part of a drawing, as `element` makes one of a page. */
export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(key, String(value))
  }
  made.append(...children)
  return made
}
