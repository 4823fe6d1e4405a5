/** All digits that there are. */
export function formatExactNumber(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
}
