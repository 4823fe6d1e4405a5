/**
 * A program that git runs as the filter of Git LFS while an index is updated: it answers each content with its pointer. Plain
 * JavaScript, because any Node runs it, without this package. It is given a file of `OID PATH` and NUL for each file that is
 * meant; where one of these has another content by now git stops, so that nothing is put into the index that nobody asked for.
 *
 * @see https://git-scm.com/docs/gitattributes#_long_running_filter_process
 */
export const cleanScript = String.raw`
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const meant = new Map(
  fs.readFileSync(process.argv[2], 'latin1').split('\0').map((line) => [line.slice(65), line.slice(0, 64)]),
)

/** Reads exactly so many bytes; undefined at the end. */
function read(count) {
  const bytes = Buffer.alloc(count)
  for (let at = 0; at < count; ) {
    let got = 0
    try {
      got = fs.readSync(0, bytes, at, count - at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      continue
    }
    if (got === 0) return undefined
    at += got
  }
  return bytes
}

/** A packet; undefined for a flush, null at the end. */
function readPacket() {
  const head = read(4)
  if (head === undefined) return null
  const length = parseInt(head.toString('latin1'), 16)
  return length === 0 ? undefined : read(length - 4)
}

function readLines() {
  const lines = []
  for (;;) {
    const packet = readPacket()
    if (packet === null) return null
    if (packet === undefined) return lines
    lines.push(packet.toString('latin1').replace(/\n$/, ''))
  }
}

function write(...packets) {
  for (const packet of packets) {
    const bytes = Buffer.from(packet)
    const head = packet === '' ? '0000' : (bytes.length + 4).toString(16).padStart(4, '0')
    fs.writeSync(1, Buffer.concat([Buffer.from(head), bytes]))
  }
}

readLines()
write('git-filter-server\n', 'version=2\n', '')
readLines()
write('capability=clean\n', '')
for (let lines = readLines(); lines !== null; lines = readLines()) {
  const hash = createHash('sha256')
  let size = 0
  for (let packet = readPacket(); packet; packet = readPacket()) {
    hash.update(packet)
    size += packet.length
  }
  const oid = hash.digest('hex')
  const path = lines.find((line) => line.startsWith('pathname='))?.slice(9)
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:' + oid + '\nsize ' + size + '\n'
  if (meant.has(path) && meant.get(path) !== oid) write('status=error\n', '')
  // The pointer of nothing is nothing.
  else if (size === 0) write('status=success\n', '', '', '')
  else write('status=success\n', '', pointer, '', '')
}
`
