const unitBytes = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }
const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Bytes of a size such as `24G`, `24GiB` or `512m`, in powers of 1,024 as Slurm has them; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  if (number === undefined) return undefined
  const bytes = Math.round(Number(number) * (findUnit(unitBytes, unit.toLowerCase()) ?? 1))
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Seconds of a time such as `90s`, `45m`, `2h`, `1d` or `1h30m`; undefined when it is none. */
export function parseTime(text: string): number | undefined {
  const compact = text.replaceAll(/\s+/g, '').toLowerCase()
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(compact)) return undefined
  const parts = [...compact.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)]
  const seconds = parts.reduce(
    (sum, [, number, unit = 's']) => sum + Number(number) * (findUnit(unitSeconds, unit) ?? 0),
    0,
  )
  return seconds >= 1 ? Math.round(seconds) : undefined
}

function findUnit(units: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(units, name) ? units[name] : undefined
}

/** For example `24 GiB`, `1.5 GiB`, `512 MiB`. */
export function formatSize(sizeBytes: number): string {
  const [unit, name] = ([2 ** 40, 2 ** 30, 2 ** 20, 2 ** 10] as const)
    .map((bytes, index) => [bytes, ['TiB', 'GiB', 'MiB', 'KiB'][index]] as const)
    .find(([bytes]) => sizeBytes >= bytes) ?? [1, 'B']
  return `${Number((sizeBytes / unit).toFixed(1))} ${name}`
}

/**
 * For example `50,000`. By hand: what V8 knows of languages is loaded at its first use and takes 20 ms, a tenth of what a
 * command takes.
 */
export function formatInteger(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** For example `1 file`, `1,200 files`. */
export function formatCount(count: number, noun: string): string {
  return `${formatInteger(count)} ${noun}${count === 1 ? '' : 's'}`
}
