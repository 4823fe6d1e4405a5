import { checked, filled, integer, invalid, listOf, message, required, text, withDefault } from './fields.ts'
import { maybeRunId } from './id-fields.ts'

/** As object stores have it. */
const maxParts = 10_000

const partNumber = checked(
  required(integer),
  (number) => {
    if (number >= 1 && number <= maxParts) return number
    throw invalid(`A part has a number from 1 to ${maxParts}, not ${number}.`)
  },
  { minimum: 1, maximum: maxParts },
)

export const createUpload = message({
  path: required(text),
  num_parts: withDefault(
    checked(
      integer,
      (count) => {
        if (count >= 1 && count <= maxParts) return count
        throw invalid(`An upload has from 1 to ${maxParts} parts, not ${count}.`)
      },
      { minimum: 1, maximum: maxParts },
    ),
    1,
  ),
})

const part = message({ part_number: partNumber, etag: text, url: text })

export const completeUpload = message({
  path: required(text),
  upload_id: required(text),
  parts: required(listOf(part.nested)),
})

export const abortUpload = message({ path: required(text), upload_id: required(text) })

export const uploadedPart = partNumber

export const presignedUpload = message({
  run_id: filled(maybeRunId),
  model_id: filled(text),
  path: required(text),
  expiration: integer,
})
export const presignedDownload = message({ run_id: required(maybeRunId), path: required(text), expiration: integer })
