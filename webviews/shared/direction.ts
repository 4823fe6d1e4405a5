/** Whether lines of the element begin at the right. */
export function isRightToLeft(node: Element): boolean {
  return getComputedStyle(node).direction === 'rtl'
}

/** Where an arrow key goes along a line: 1 towards its end, -1 towards its start, 0 for any other key. */
export function findInlineStep(key: string, node: Element): 1 | -1 | 0 {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return 0
  return (key === 'ArrowRight') !== isRightToLeft(node) ? 1 : -1
}
