import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** What stands before a Jupyter Server, on 127.0.0.1. */
export interface JupyterDoor extends AsyncDisposable {
  readonly port: number
}

/** Of nobody but these tests: a certificate that has signed itself, for 127.0.0.1. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgW8y+lYDnhox5U1xw
k0RAwf4EEmMoB9gFPEjXTfusywmhRANCAAQygB5HWUz0aq2nnknw0sZPspvqGfTj
HjLVjjuXYEvKtzGWvzn9CCAQ0YCAzyEYtIQRQ9J131EJyls+BAjQyQm+
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUSY/M01Ce9oa9pGjgCUapmLZ2VgIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyOTE4MjYxOFoYDzIxMjYxMTA1
MTgyNjE4WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQygB5HWUz0aq2nnknw0sZPspvqGfTjHjLVjjuXYEvKtzGWvzn9CCAQ
0YCAzyEYtIQRQ9J131EJyls+BAjQyQm+o2QwYjAdBgNVHQ4EFgQUshcA28ILrBpR
Ftm6fpQzAMXJI8UwHwYDVR0jBBgwFoAUshcA28ILrBpRFtm6fpQzAMXJI8UwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IFKT3fZpMY6KXarqS+K2HT97uQYppCn7RNMHwEyZ+LokAiEAgX3qlEGMz/UjbJb4
RwnMWDhsDtdHNsJRQv0r1v5nISo=
-----END CERTIFICATE-----`

/** A word of the command line of a Jupyter Server, which then has a page that asks for the password. */
export function askPassword(password: string): string {
  const salt = 'c0ffee'
  const hash = createHash('sha1').update(`${password}${salt}`).digest('hex')
  return `--PasswordIdentityProvider.hashed_password=sha1:${salt}:${hash}`
}

/** Lets through to a port what has the header, as `name: value`, in its first bytes. */
export function openHeaderProxy(to: number, header: string): Promise<JupyterDoor> {
  return listen(
    createServer((near) => {
      near.once('data', (bytes) => {
        if (!bytes.toString('latin1').toLowerCase().includes(header.toLowerCase())) {
          return void near.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
        }
        join(near, to).write(bytes)
      })
    }),
  )
}

/** Speaks TLS, with a certificate that nobody trusts, for what listens at a port. */
export function openTlsProxy(to: number): Promise<JupyterDoor> {
  return listen(createTlsServer({ key, cert }, (near) => join(near, to)))
}

function join(near: Socket, to: number): Socket {
  const far = connect(to, '127.0.0.1')
  near.on('error', () => far.destroy()).once('close', () => far.destroy())
  far.on('error', () => near.destroy()).once('close', () => near.destroy())
  near.pipe(far)
  far.pipe(near)
  return far
}

async function listen(server: Server): Promise<JupyterDoor> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // SAFETY: it listens at a port, not at a path.
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
