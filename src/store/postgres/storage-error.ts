import { RunwrightError } from '../../protocol/errors.ts'

/** Where a database is, as errors name it: never with a password. */
export interface Place {
  /** `HOST:PORT`. */
  readonly server: string
  readonly database: string
  readonly user: string
}

/** The connection is gone, and nothing of the transaction that went on in it was stored. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** The connection went away while a commit was under way, and it cannot be found out any more what became of it. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'
}

/** Errors of the system's sockets when nobody answers. */
const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])

/** PostgreSQL's SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) or the system's code behind an error. */
export function findCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether trying the same a little later may help: the server starts, or is not there yet. */
export function isUnreachable(error: unknown): boolean {
  const code = findCode(error)
  if (code !== undefined) return unreachable.has(code) || code === 'ECONNRESET' || code === '57P03'
  return error instanceof Error && /timeout|terminated unexpectedly/i.test(error.message)
}

/** Whether the server has no TLS at all; pg says so in words alone. */
export function isUnencrypted(error: unknown): boolean {
  return error instanceof Error && /does not support SSL/.test(error.message)
}

/** Another transaction came between; done again, it succeeds. */
export function isConflict(error: unknown): boolean {
  const code = findCode(error)
  return code === '40001' || code === '40P01'
}

/** Says what went wrong and what to do; what is no matter of the server or its disk comes back as it is. */
export function toStorageError(error: unknown, place: Place): unknown {
  if (error instanceof RunwrightError) return error
  return (
    explainTls(error, place) ??
    explainConnection(error, place) ??
    explainRights(error, place) ??
    explainStorage(error, place) ??
    error
  )
}

/** Codes of OpenSSL's verdicts on certificates, as Node has them (nodejs.org/api/tls.html#x509-certificate-error-codes). */
const certificateCode = /^(?:ERR_TLS_CERT|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA)/

function explainTls(error: unknown, { server }: Place): RunwrightError | undefined {
  if (isUnencrypted(error)) {
    return new RunwrightError('PERMISSION_DENIED', `The database server ${server} does not encrypt its connections.`, {
      hint: 'Turn on ssl on the server; or, in a network that you trust, give sslmode=disable in the address.',
      cause: error,
    })
  }
  if (!certificateCode.test(findCode(error) ?? '')) return undefined
  const reason = error instanceof Error ? error.message : String(error)
  return new RunwrightError('PERMISSION_DENIED', `The certificate of the server ${server} is not trusted: ${reason}.`, {
    hint: 'Name the file of the authority that issued it by sslrootcert, and the server as the certificate does.',
    cause: error,
  })
}

function explainConnection(error: unknown, { server, database }: Place): RunwrightError | undefined {
  const code = findCode(error)
  if (error instanceof CommitUnknown) {
    return new RunwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `The connection to the database server ${server} was lost at the end of a transaction: it may have been stored or not.`,
      { hint: 'Look whether the change is there before you make it again.', cause: error },
    )
  }
  if (error instanceof ConnectionLost || code?.startsWith('08') || code === '57P01' || code === '57P02') {
    return new RunwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `The connection to the database server ${server} was lost; nothing of this was stored.`,
      { hint: 'Try again once the server runs.', cause: error },
    )
  }
  if (isUnreachable(error)) {
    return new RunwrightError('TEMPORARILY_UNAVAILABLE', `The database server ${server} does not answer.`, {
      hint: 'Check that PostgreSQL runs there, and that its address and port are right.',
      cause: error,
    })
  }
  if (code === '53300') {
    return new RunwrightError('TEMPORARILY_UNAVAILABLE', `The database server ${server} takes no more connections.`, {
      hint: 'Close some, or raise its max_connections.',
      cause: error,
    })
  }
  if (code === '55P03') {
    return new RunwrightError('TEMPORARILY_UNAVAILABLE', `Another program keeps the database "${database}" locked.`, {
      hint: 'Try again; pg_stat_activity of the server shows who holds the lock.',
      cause: error,
    })
  }
  return undefined
}

function explainRights(error: unknown, { server, database, user }: Place): RunwrightError | undefined {
  const code = findCode(error)
  const isPasswordMissing = error instanceof Error && code === undefined && /password must be/.test(error.message)
  if (code === '28P01' || code === '28000' || isPasswordMissing) {
    return new RunwrightError('PERMISSION_DENIED', `The database server ${server} refuses the user "${user}".`, {
      hint: isPasswordMissing
        ? 'It asks for a password: give one in the address, in PGPASSWORD or in ~/.pgpass.'
        : 'Check user and password, and what pg_hba.conf of the server allows.',
      cause: error,
    })
  }
  if (code === '3D000') {
    return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `The server ${server} has no database "${database}".`, {
      hint: `Create it: createdb --encoding=UTF8 ${database}`,
      cause: error,
    })
  }
  if (code === '42501' || code === '3F000') {
    return new RunwrightError(
      'PERMISSION_DENIED',
      `The user "${user}" may not create or change tables in the database "${database}" on ${server}.`,
      { hint: `Grant it: grant all on schema public to "${user}"`, cause: error },
    )
  }
  return undefined
}

function explainStorage(error: unknown, { server, database }: Place): RunwrightError | undefined {
  const code = findCode(error)
  if (code === '53100') {
    return new RunwrightError(
      'STORAGE_FULL',
      `The disk of the database server ${server} is full; nothing of this was stored.`,
      {
        hint: 'Free some space on that disk and try again.',
        cause: error,
      },
    )
  }
  if (code === '25006') {
    return new RunwrightError('STORAGE_READ_ONLY', `The database "${database}" on ${server} cannot be written.`, {
      hint: 'It is a standby, or was set read-only: name the server that is written to.',
      cause: error,
    })
  }
  if (code?.startsWith('XX00')) {
    return new RunwrightError('STORAGE_DAMAGED', `The server ${server} finds the database "${database}" damaged.`, {
      hint: 'Its log says what is wrong. Restore a backup.',
      cause: error,
    })
  }
  if (code === '54000') {
    return new RunwrightError('INVALID_PARAMETER_VALUE', 'A name of this is too long for an index of the database.', {
      hint: 'Shorten it.',
      cause: error,
    })
  }
  return undefined
}
