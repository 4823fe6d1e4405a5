/** A number for people to read, of four significant digits: `0.1235`, `12350`, `1.5e-7`, `NaN`, `∞`. */
export function toNumberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return withMinus(dropZeros(value.toExponential(3)))
  if (Number.isInteger(value)) return withMinus(String(value))
  return withMinus(dropZeros(size >= 1000 ? value.toFixed(1) : value.toPrecision(4)))
}

/** `1.500e-7` → `1.5e-7`, `0.2500` → `0.25`, `3.000e+8` → `3e8`. */
function dropZeros(text: string): string {
  return text
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '')
    .replace('e+', 'e')
}

function withMinus(text: string): string {
  return text.replace(/^-/, '−')
}
