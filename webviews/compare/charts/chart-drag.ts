/** Charts by their elements, and what is done when one is dropped. */
export interface ChartDrag {
  /** The id of the chart that an element of the grid stands for. */
  idOf(element: Element): string | undefined
  /** @param isAfter behind the other one, else before it */
  dropped(id: string, onto: string, isAfter: boolean): void
}

/** Lets a chart be dragged by its head to another place in the grid; the keyboard moves it by Alt+Shift and arrows. */
export function listenToChartDrag(grid: HTMLElement, { idOf, dropped }: ChartDrag): void {
  let dragged: string | undefined
  let target: HTMLElement | undefined

  const placeOf = ({ target: at, clientX }: DragEvent) => {
    const element = at instanceof Element ? at.closest<HTMLElement>('.chart-grid > *') : null
    const id = element === null ? undefined : idOf(element)
    if (element === null || id === undefined || id === dragged) return undefined
    const { left, width } = element.getBoundingClientRect()
    return { element, id, isAfter: clientX > left + width / 2 }
  }
  const mark = (element: HTMLElement | undefined, isAfter = false) => {
    if (target !== element) target?.classList.remove('drop-before', 'drop-after')
    target = element
    element?.classList.toggle('drop-before', !isAfter)
    element?.classList.toggle('drop-after', isAfter)
  }

  grid.addEventListener('dragstart', (event) => {
    const element = event.target instanceof Element ? event.target.closest('.chart-grid > *') : null
    dragged = element === null ? undefined : idOf(element)
    if (dragged === undefined || event.dataTransfer === null) return
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', dragged)
  })
  grid.addEventListener('dragover', (event) => {
    const place = dragged === undefined ? undefined : placeOf(event)
    mark(place?.element, place?.isAfter)
    if (place !== undefined) event.preventDefault()
  })
  grid.addEventListener('drop', (event) => {
    const place = placeOf(event)
    if (dragged === undefined || place === undefined) return
    event.preventDefault()
    dropped(dragged, place.id, place.isAfter)
  })
  grid.addEventListener('dragend', () => {
    mark(undefined)
    dragged = undefined
  })
}
