import { existsSync } from 'node:fs'

/** Debian's Chromium, or the one that CI images name by Chromium's own environment variable. @throws {Error} when there is none */
export function findChromium(): string {
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const found = [process.env['CHROME_BIN'] ?? '', ...candidates].find((path) => path !== '' && existsSync(path))
  if (found === undefined) throw new Error(`There is no Chromium: install one, or name it in CHROME_BIN.`)
  return found
}
