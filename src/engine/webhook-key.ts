import { createHash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { RunwrightError } from '../protocol/errors.ts'
import { createPrivateText, loadPrivateText } from '../store/private-file.ts'

const keyBytes = 32

/**
 * What the secrets of webhooks are encrypted with: made of a text that the user gives, or kept in a file that only they
 * may read, which is made at the first call. It is not in the store, so that a copy of that alone tells no secret.
 *
 * @returns 32 bytes, the same at each call
 * @throws STORAGE_DAMAGED when something else is where the file should be; STORAGE_FULL, STORAGE_READ_ONLY
 */
export function createWebhookKey(
  path: string,
  text: string | undefined,
  randomBytes: (size: number) => Uint8Array,
): () => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | undefined
  async function load(): Promise<Uint8Array> {
    if (text !== undefined) return createHash('sha256').update(`runwright webhooks ${text}`).digest()
    const stored = Buffer.from((await loadPrivateText(path)) ?? '', 'hex')
    if (stored.length === keyBytes) return stored
    if ((await lstat(path).catch(() => undefined)) !== undefined) {
      throw new RunwrightError('STORAGE_DAMAGED', `${path} holds no key of ours, or others may read it.`, {
        hint: 'Bring the file back as it was, with mode 600. Or remove it, and give webhooks their secrets anew.',
      })
    }
    // Servers that share the folder may make it at once; it is that of the first.
    await createPrivateText(path, Buffer.from(randomBytes(keyBytes)).toString('hex'))
    return Buffer.from((await loadPrivateText(path)) ?? '', 'hex')
  }
  return async () => {
    key ??= load()
    try {
      return await key
    } catch (error) {
      key = undefined
      throw error
    }
  }
}
