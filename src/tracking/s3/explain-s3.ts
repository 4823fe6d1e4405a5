import { type ErrorCode, RunwrightError } from '../../protocol/errors.ts'
import { readText, type WebAnswer } from '../../object-store/web.ts'
import { readElement } from '../../object-store/xml.ts'

/** What S3 calls an error, as `NoSuchBucket`; empty where it says nothing. */
export interface S3Fault {
  readonly status: number
  readonly code: string
  readonly message: string
  /** Where the bucket really is, if it was looked for elsewhere. */
  readonly region: string | undefined
}

/** Reads what an answer that is no success says; its body is read to the end. */
export async function readFault(answer: WebAnswer): Promise<S3Fault> {
  const { status, headers } = answer.response
  const text = await readText(answer).catch(() => '')
  return {
    status,
    code: readElement(text, 'Code') ?? '',
    message: readElement(text, 'Message') ?? '',
    region: readElement(text, 'Region') ?? headers.get('x-amz-bucket-region') ?? undefined,
  }
}

/** Whoever reads it runs the server, or asks who does. */
const kinds: readonly { readonly codes: RegExp; readonly code: ErrorCode; readonly hint: string }[] = [
  {
    codes: /^NoSuchBucket$/,
    code: 'INVALID_STATE',
    hint: 'Make the bucket, or name the right one with --artifacts; AWS_ENDPOINT_URL says which store is asked.',
  },
  {
    codes: /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|TokenRefreshRequired)$/,
    code: 'PERMISSION_DENIED',
    hint: 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile that AWS_PROFILE names, of the server.',
  },
  {
    codes: /^RequestTimeTooSkewed$/,
    code: 'PERMISSION_DENIED',
    hint: 'Set the clock of the machine that the server runs on.',
  },
  {
    codes: /^(AccessDenied|AllAccessDisabled|Forbidden)$/,
    code: 'PERMISSION_DENIED',
    hint: 'The keys of the server need s3:ListBucket of the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix.',
  },
  {
    codes: /^(EntityTooLarge|QuotaExceeded|InsufficientCapacity|XMinioStorageFull|InsufficientStorage)$/,
    code: 'STORAGE_FULL',
    hint: 'Make room there, or have the limit raised. Nothing of the artifact was kept.',
  },
  {
    codes: /^(RequestTimeout|BadDigest|OperationAborted|ConditionalRequestConflict)$/,
    code: 'TEMPORARILY_UNAVAILABLE',
    hint: 'Try again in a moment.',
  },
  {
    codes: /^(KeyTooLongError|XMinioInvalidObjectName)$/,
    code: 'INVALID_PARAMETER_VALUE',
    hint: 'Choose a shorter artifact path.',
  },
]

/** @param what was asked for, as `the artifact '1/0123…/model'` */
export function explainFault(label: string, what: string, fault: S3Fault): RunwrightError {
  const { status, code, message, region } = fault
  const said = [code === '' ? `status ${status}` : code, message].filter((part) => part !== '').join(': ')
  if (status === 301 || code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed') {
    return new RunwrightError('INVALID_STATE', `The bucket of ${label} is in another region (${said}).`, {
      hint: region === undefined ? 'Set AWS_REGION to its region.' : `Set AWS_REGION=${region}.`,
    })
  }
  // The answer to a HEAD has no words.
  const named = code === '' && status === 403 ? 'AccessDenied' : code
  const kind = kinds.find(({ codes }) => codes.test(named))
  if (kind !== undefined) {
    return new RunwrightError(kind.code, `${label} refuses ${what} (${said}).`, { hint: kind.hint })
  }
  return new RunwrightError(codeOf(status), `${label} answers ${what} with ${said}.`, {
    hint:
      status >= 500 || status === 429 ? 'Try again in a moment.' : 'Is AWS_ENDPOINT_URL the address of an S3 store?',
  })
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'PERMISSION_DENIED'
  if (status === 507) return 'STORAGE_FULL'
  if (status === 408 || status === 429 || status >= 500) return 'TEMPORARILY_UNAVAILABLE'
  return 'INVALID_STATE'
}
