import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { it } from 'node:test'
import type { Shell } from '../../src/ssh/shell.ts'

/**
 * What every shell on another machine does, shown on the real thing.
 *
 * @param shell is asked when a test begins
 */
export function shellContract(shell: () => Shell): void {
  it('passes words and input as they are, and gives back what was written with the exit code', async () => {
    const words = ['', ' two  words ', "it's", '$HOME `id` \\ "x" !', 'ünï\nline', '*']
    const script = `printf '%s\\n' "$@"; cat; echo no >&2; exit 7`
    const bytes = Buffer.from([0, 1, 255, 10, 13])
    const result = await shell().run(['sh', '-c', script, 'sh', ...words], { stdin: bytes })

    assert.equal(result.code, 7)
    assert.equal(result.stderr, 'no\n')
    assert.deepEqual(result.stdout, Buffer.concat([Buffer.from(words.map((word) => `${word}\n`).join('')), bytes]))
    assert.equal((await shell().run(['nosuchprogram'])).code, 127)
  })

  it('passes megabytes in both directions, many at once', async () => {
    const bytes = randomBytes(5_000_000)
    const parts = Array.from({ length: 25 }, (_, index) => bytes.subarray(index * 200_000, (index + 1) * 200_000))
    const results = await Promise.all([
      shell().run(['cat'], { stdin: Readable.from(parts) }),
      shell().run(['sha256sum'], { stdin: bytes }),
      ...Array.from({ length: 5 }, () => shell().run(['cat'], { stdin: 'small' })),
    ])
    const [all, sum, ...small] = results.map(({ stdout }) => stdout)
    assert(all?.equals(bytes))
    assert.equal(sum?.toString().split(' ')[0], createHash('sha256').update(bytes).digest('hex'))
    assert(small.every((text) => text.toString() === 'small'))
  })

  it('ends a program whose input fails, and rejects with the reason', async () => {
    const stdin = new Readable({ read() {} })
    setTimeout(() => stdin.destroy(new Error('cut off')), 100)
    await assert.rejects(shell().run(['cat'], { stdin }), { message: 'cut off' })
  })

  it('does not wait for input that its program does not read', async () => {
    const stdin = Readable.from(Array.from({ length: 40 }, () => randomBytes(1 << 20)))
    assert.equal((await shell().run(['true'], { stdin })).code, 0)
  })

  it('says that a program which does not answer in time may yet do so', async () => {
    const message = `${shell().name} did not answer within 0.3 s.`
    const late = shell().run(['sleep', '5'], { timeoutMs: 300 })
    await assert.rejects(late, { code: 'TEMPORARILY_UNAVAILABLE', message })
  })
}
