import type { SeenValue } from '../calibration/choose-range.ts'
import type { PassContext } from '../pass.ts'

/** Asks for the ranges of all values once, and afterwards gives those that are known. */
export function rememberRanges({ calibrate, ...context }: PassContext): PassContext {
  if (calibrate === undefined) return context
  const bySettings = new Map<string, Map<string, SeenValue>>()
  return {
    ...context,
    async calibrate(model, names, settings) {
      const key = `${settings.method}/${settings.samples}`
      const known = bySettings.get(key) ?? new Map<string, SeenValue>()
      bySettings.set(key, known)
      const missing = names.filter((name) => !known.has(name))
      if (missing.length > 0) {
        for (const [name, seen] of await calibrate(model, missing, settings)) known.set(name, seen)
      }
      return new Map([...known].filter(([name]) => names.includes(name)))
    },
  }
}
