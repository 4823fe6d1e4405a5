import { RunwrightError } from '../protocol/errors.ts'
import type { Bucket } from './s3-bucket.ts'
import { readText } from './web.ts'
import { readElement } from './xml.ts'

/**
 * Begins an upload in parts.
 *
 * @param key of the object, from the prefix
 * @returns the id by which parts are sent
 * @throws INVALID_STATE for a store that does not name it; as `ask`
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
 */
export async function startUpload(
  bucket: Pick<Bucket, 'label' | 'ask'>,
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await bucket.ask({ method: 'POST', key, query: { uploads: '' }, headers, fine: [200] }, signal)
  const uploadId = readElement(await readText(answer), 'UploadId')
  if (uploadId !== undefined) return uploadId
  throw new RunwrightError('INVALID_STATE', `${bucket.label} begins an upload in parts without naming it.`)
}
