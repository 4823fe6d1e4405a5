import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes the wheel of a package `tiny_part`, whose `value` is 42: one that needs nothing to be built. */
export async function createWheel(file: string): Promise<void> {
  const program = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    info = 'tiny_part-1.0.dist-info/'
    wheel.writestr('tiny_part.py', 'value = 42')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: tiny-part\\nVersion: 1.0\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', 'tiny_part.py,,\\n')
`
  await mkdir(dirname(file), { recursive: true })
  execFileSync('python3', ['-c', program, file])
}
