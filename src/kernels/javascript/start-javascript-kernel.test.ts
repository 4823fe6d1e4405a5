import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type CellOutput, toCellOutput } from '../../protocol/cell-outputs.ts'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'
import { isRecord } from '../../protocol/json.ts'
import type { RunningKernel } from '../kernel.ts'
import { createMessageMaker } from '../session/message-maker.ts'
import { javaScriptCommand } from './javascript-command.ts'
import { createJavaScriptKernel } from './start-javascript-kernel.ts'

interface Cell {
  readonly status: string
  readonly outputs: readonly CellOutput[]
  readonly text: string
}

let folder: string
let kernel: RunningKernel
let lastId = 0
/** All that was told, in order. */
let told: JupyterMessage[] = []
let ended: string | undefined
const waiting = new Set<() => void>()
const { make } = createMessageMaker({ randomId: () => String(lastId++), now: Date.now })

async function start(): Promise<void> {
  ended = undefined
  const options = {
    command: javaScriptCommand(new URL('../relay/main.ts', import.meta.url).href),
    cwd: folder,
    env: process.env,
    patience: { startMs: 30_000, endMs: 1000 },
    randomId: () => String(lastId++),
    now: Date.now,
  }
  const news = () => waiting.forEach((look) => look())
  const listener = {
    onMessage(message: JupyterMessage) {
      told.push(message)
      news()
    },
    onEnd(reason: string) {
      ended = reason
      news()
    },
    onSilence() {},
  }
  kernel = await createJavaScriptKernel(options)(listener, new AbortController().signal)
}

/** Waits for something that is told. */
function waitFor<T>(look: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const again = () => {
      const found = look()
      if (found === undefined) return
      waiting.delete(again)
      resolve(found)
    }
    waiting.add(again)
    again()
  })
}

function begin(code: string, more: object = {}): string {
  const message = make('shell', 'execute_request', { code, silent: false, allow_stdin: true, ...more })
  kernel.send(message)
  return message.header.msg_id
}

const of = (id: string) => told.filter(({ parent_header: { msg_id } }) => msg_id === id)

function outputsOf(id: string): CellOutput[] {
  return of(id)
    .filter(({ channel, header }) => channel === 'iopub' && header.msg_type !== 'status')
    .map((message) => toCellOutput({ type: message.header.msg_type, ...message }))
}

const textOf = (outputs: readonly CellOutput[]) =>
  outputs.map((each) => (each.kind === 'stream' ? each.text : '')).join('')

async function finish(id: string): Promise<Cell> {
  const reply = await waitFor(() => {
    const isIdle = of(id).some(({ content }) => content['execution_state'] === 'idle')
    return isIdle ? of(id).find(({ channel }) => channel === 'shell') : undefined
  })
  const outputs = outputsOf(id)
  return { status: String(reply.content['status']), outputs, text: textOf(outputs) }
}

/** Asks for something other than a cell; resolves to the reply. */
async function ask(type: string, content: object): Promise<JupyterMessage['content']> {
  const message = make('shell', type, { ...content })
  kernel.send(message)
  const reply = await waitFor(() => of(message.header.msg_id).find(({ channel }) => channel === 'shell'))
  return reply.content
}

async function complete(code: string): Promise<unknown> {
  const content = await ask('complete_request', { code, cursor_pos: [...code].length })
  return { matches: content['matches'], from: content['cursor_start'], to: content['cursor_end'] }
}

async function explain(code: string, detail_level = 0): Promise<unknown> {
  const { found, data } = await ask('inspect_request', { code, cursor_pos: code.length, detail_level })
  return found === true && isRecord(data) ? data['text/plain'] : undefined
}

const run = (code: string, more?: object) => finish(begin(code, more))

async function valueOf(code: string): Promise<unknown> {
  const { outputs } = await run(code)
  const result = outputs.find((each) => each.kind === 'result')
  return result?.kind === 'result' ? result.data['text/plain'] : outputs
}

/** Interrupts as soon as the cell has printed. */
async function interruptOnceBegun(code: string): Promise<Cell> {
  const id = begin(code)
  await waitFor(() => (textOf(outputsOf(id)).includes('begun') ? true : undefined))
  await kernel.interrupt()
  return finish(id)
}

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'runwright-javascript-')))
  writeFileSync(join(folder, 'own.ts'), 'export const seven: number = 7\nexport default { eight: 8 }\n')
  writeFileSync(join(folder, 'old.cjs'), 'const all = { nine: 9 }\nmodule.exports = all\n')
  writeFileSync(join(folder, 'fails.ts'), '\nexport function fail(): never {\n  throw new Error("from below")\n}\n')
  await start()
})
beforeEach(() => (told = []))
after(async () => {
  await kernel[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** Starts a kernel, has it connect to a port and loop, and says that it does. */
const keeperCode = (port: number) => `
import { createJavaScriptKernel } from ${JSON.stringify(new URL('start-javascript-kernel.ts', import.meta.url).href)}
import { javaScriptCommand } from ${JSON.stringify(new URL('javascript-command.ts', import.meta.url).href)}
const command = javaScriptCommand(${JSON.stringify(new URL('../relay/main.ts', import.meta.url).href)})
const patience = { startMs: 30_000, endMs: 1000 }
const options = { command, cwd: process.cwd(), env: process.env, patience, randomId: () => '1', now: Date.now }
const onMessage = ({ header }) => header.msg_type === 'stream' && console.log('begun')
const kernel = await createJavaScriptKernel(options)({ onMessage, onEnd() {}, onSilence() {} }, new AbortController().signal)
const header = { msg_id: '2', msg_type: 'execute_request' }
const connect = "await require('node:events').once(require('node:net').connect(${port}, '127.0.0.1'), 'connect')"
kernel.send({ channel: 'shell', header, content: { code: connect + '; console.log("begun"); while (true);' } })`

describe('a cell in JavaScript', { timeout: 300_000 }, () => {
  it('may declare again what was declared, and await', async () => {
    await run('const a: number = 1; let b = await Promise.resolve(2); class C {}; function f() { return a + b }')
    await run('const a = 5; class C { static d = 4 }')
    assert.equal(await valueOf('a + b + C.d + f()'), '18')
  })

  it('imports what is in its folder and in Node, and is told what is not there', async () => {
    assert.equal(await valueOf(`import own, { seven } from './own.ts'\nown.eight * seven`), '56')
    assert.equal(await valueOf(`import { nine } from './old.cjs'\nnine`), '9')
    assert.equal(await valueOf(`import * as path from 'node:path'\npath.sep + require('./old.cjs').nine`), `'/9'`)
    assert.equal(await valueOf(`(await import('./own.ts')).seven`), '7')
    assert.equal(
      await valueOf(`import.meta.dirname === __dirname && import.meta.resolve('./own.ts').slice(-7)`),
      `'/own.ts'`,
    )
    const { outputs } = await run(`import { ten } from './own.ts'`)
    assert(outputs[0]?.kind === 'error')
    assert.match(outputs[0].message, /own\.ts has no export named ten/)
  })

  it('fails with the line that it is about, also below it', async () => {
    const { outputs } = await run('type A = 1\nfunction f(x: A) {\n  null.a\n}\nawait null\nf(1)')
    assert(outputs[0]?.kind === 'error')
    const { name, traceback } = outputs[0]
    assert.equal(name, 'TypeError')
    const shown = traceback.join('\n')
    assert.match(shown, /^cell\[\d+\]:3\n {2}null\.a\n {7}\^\n/)
    assert.match(shown, /at f \(cell\[\d+\]:3:8\)\n.*at cell\[\d+\]:6:1/)
    const { outputs: below } = await run(`import { fail } from './fails.ts'\nfail()`)
    assert(below[0]?.kind === 'error')
    assert.match(below[0].traceback.join('\n'), /fails\.ts:3:9\)\n.*cell\[\d+\]:2:1/)
    assert.doesNotMatch(below[0].traceback.join('\n'), /node:internal|kernels\/javascript/)
  })

  it('that cannot be parsed says where', async () => {
    const { outputs } = await run('f()\nconst a = ;')
    assert(outputs[0]?.kind === 'error')
    assert.match(
      outputs[0].traceback.join('\n'),
      /cell\[\d+\]:2\nconst a = ;\n {10}\^\n\nSyntaxError: Expression expected/,
    )
  })

  it('fails with the causes of an error, and without what runs it', async () => {
    const { outputs } = await run('throw new Error("above", { cause: new TypeError("below") })')
    assert(outputs[0]?.kind === 'error')
    const [, , ...lines] = outputs[0].traceback.map((line) => line.replaceAll(/cell\[\d+\]/g, 'cell').trim())
    assert.deepEqual(lines, ['at cell:1:7 {', '[cause]: TypeError: below', 'at cell:1:35', '}'])
  })

  it('shows whatever is thrown', async () => {
    const { outputs } = await run('throw { code: 4 }')
    assert.deepEqual(outputs, [
      { kind: 'error', name: 'Thrown', message: '{ code: 4 }', traceback: ['Thrown: { code: 4 }'] },
    ])
  })

  it('shows that something cannot be shown that is thrown', async () => {
    for (const code of [
      'throw Object.assign(new Error("x"), { name: () => 1 })',
      'throw Object.defineProperty(new Error("x"), "stack", { get() { throw 1 } })',
      'throw new Proxy({}, { getPrototypeOf() { throw 2 } })',
    ]) {
      const { status, outputs } = await run(code)
      assert.equal(status, 'error', code)
      assert.equal(outputs[0]?.kind, 'error', code)
    }
  })

  it('shows streams, displays and its value in the order that they come', async () => {
    const { outputs } = await run('console.log(1); display("a"); console.error(2); process.stdout.write("3"); 4')
    assert.deepEqual(
      outputs.map((each) => (each.kind === 'stream' ? each.name + each.text : each.kind)),
      ['stdout1\n', 'display', 'stderr2\n', 'stdout3', 'result'],
    )
  })

  it('shows rows as a table, and what knows how as it likes', async () => {
    const { outputs } = await run('[{ a: 1, b: "<" }, { a: 2 }]')
    assert(outputs[0]?.kind === 'result')
    assert.match(String(outputs[0].data['text/plain']), /\[ \{ a: 1, b: '<' \}, \{ a: 2 \} \]/)
    assert.match(String(outputs[0].data['text/html']), /<th>a<\/th><th>b<\/th>.*\n.*<td>1<\/td><td>&lt;<\/td>/)
    const { outputs: own } = await run(`({ [Symbol.for('Jupyter.display')]: () => ({ 'text/latex': 'x' }) })`)
    assert(own[0]?.kind === 'result')
    assert.deepEqual(own[0].data, { 'text/plain': '', 'text/latex': 'x' })
    assert.match(
      String(await valueOf('new Float32Array(5000)')),
      /^Float32Array\(5000\) \[[\s\S]{0,2000}4900 more items/,
    )
  })

  it('fails, and the kernel goes on, when a value cannot show itself', async () => {
    const { status } = await run(`({ [Symbol.for('Jupyter.display')]() { throw new Error('x') } })`)
    assert.equal(status, 'error')
    assert.equal(await valueOf('1'), '1')
  })

  it('is told what cannot be shown', async () => {
    for (const [code, message] of [
      ['display(display.json(1n))', /BigInt/],
      ['display(display.html("x".repeat(40 << 20)))', /too large to be shown: 4\d MB/],
    ] as const) {
      const { outputs } = await run(code)
      assert(outputs[0]?.kind === 'error')
      assert.match(outputs[0].message, message)
    }
    assert.equal(await valueOf('1'), '1')
  })

  it('has what its timers print later, and their errors end nothing', async () => {
    const id = begin('setTimeout(() => { console.log("late"); throw new Error("later") }, 5); 1')
    await finish(id)
    const text = await waitFor(() => (/later/.test(textOf(outputsOf(id))) ? textOf(outputsOf(id)) : undefined))
    assert.match(text, /^late\ncell[^]*\n\nError: later\n/)
    const rejected = begin('void Promise.reject(new Error("nobody")); 2')
    await waitFor(() => (/nobody/.test(textOf(outputsOf(rejected))) ? true : undefined))
    assert.equal(await valueOf('1'), '1')
  })

  it('has what programs that it starts print', async () => {
    const id = begin(
      `require('node:child_process').execFileSync(process.execPath, ['-e', 'console.log("child")'], { stdio: 'inherit' })`,
    )
    await finish(id)
    await waitFor(() => (/child/.test(textOf(outputsOf(id))) ? true : undefined))
  })

  it('that waits is interrupted, and its timers with it', async () => {
    const { status, outputs } = await interruptOnceBegun(
      'var ticks = 0; console.log("begun"); for (;;) { await new Promise((done) => setTimeout(done, 1)); ticks++ }',
    )
    assert.equal(status, 'error')
    const error = outputs.at(-1)
    assert.equal(error?.kind === 'error' && error.name, 'Interrupted')
    const before = await valueOf('ticks')
    await run('await new Promise((done) => setTimeout(done, 50))')
    assert.equal(await valueOf('ticks'), before)
  })

  it('that waits for files is interrupted, and goes on no further than to where it prints', async () => {
    const readFile = `await require('node:fs').promises.readFile('own.ts')`
    await interruptOnceBegun(`var reads = 0; for (;;) { ${readFile}; reads++; console.log('begun') }`)
    for (let before; before !== (before = await valueOf('reads'));) {
      await run('await new Promise((done) => setTimeout(done, 20))')
    }
    assert.equal((await run('1')).text, '')
  })

  for (const [what, loop] of [
    ['at once', 'while (true);'],
    ['after it waited', 'await new Promise((done) => setTimeout(done, 1)); while (true);'],
    ['in a timer', 'setTimeout(() => { while (true); }); await new Promise(() => {})'],
    ['over promises', 'for (;;) await null'],
    ['that catches all', 'for (;;) try { for (;;); } catch {} finally { for (;;); }'],
    ['that prints', 'for (;;) console.log("x".repeat(100))'],
    ['in a value that shows itself', `({ [Symbol.for('Jupyter.display')]() { for (;;); } })`],
  ] as const) {
    it(`that loops without end ${what} is interrupted, again and again`, async () => {
      await run('kept = 7')
      for (let round = 0; round < 5; round++) {
        const { status } = await interruptOnceBegun(`console.log("begun"); ${loop}`)
        assert.equal(status, 'error')
        assert.equal(await valueOf('kept'), '7')
      }
      assert.equal((await run('await new Promise((done) => setTimeout(done, 1)); console.log("on")')).text, 'on\n')
    })
  }

  it('that waits for what never comes does not end its process when memory is tidied up', async () => {
    await interruptOnceBegun('console.log("begun"); await new Promise(() => {})')
    await run(
      `require('node:v8').setFlagsFromString('--expose-gc'); collect = require('node:vm').runInNewContext('gc')`,
    )
    await run('for (let round = 0; round < 5; round++) { collect(); await new Promise((done) => setTimeout(done, 1)) }')
    assert.equal(await valueOf('1'), '1')
  })

  it('that is not there cannot be interrupted, and the next runs', async () => {
    await kernel.interrupt()
    assert.equal(await valueOf('1'), '1')
  })

  it('that has ended and left a loop without end behind is interrupted', async () => {
    const id = begin('setTimeout(() => { console.log("looping"); while (true); })')
    await waitFor(() => (textOf(outputsOf(id)) === 'looping\n' ? true : undefined))
    await kernel.interrupt()
    assert.equal(await valueOf('1'), '1')
  })

  it('ends with what keeps it, in a loop without end too', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const connected = once(server, 'connection')
    const keeper = spawn(process.execPath, ['--input-type=module', '-e', keeperCode(address.port)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(keeper.stdout, 'data')
    const [socket] = await connected
    assert(socket instanceof Socket)
    keeper.kill('SIGKILL')
    // The system closes what was the process’s own.
    await once(socket.on('error', () => {}).resume(), 'close')
    server.close()
  })

  it('ends when nobody reads what it says, in a loop without end too', async () => {
    const { file, args, env } = javaScriptCommand(new URL('../relay/main.ts', import.meta.url).href)
    const stdio = ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] as const
    const child = spawn(file, args, { cwd: folder, env: { ...process.env, ...env }, stdio: [...stdio] })
    const [, , , input, output] = child.stdio
    assert(input instanceof Socket && output instanceof Socket)
    await once(output, 'data')
    const content = { code: 'while (true) console.log(1)' }
    input.write(`${JSON.stringify({ kind: 'request', id: '1', type: 'execute_request', content })}\n`)
    await once(output, 'data')
    output.destroy()
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
    input.destroy()
  })

  it('has all that it printed before it ended its process', async () => {
    const id = begin('for (let line = 0; line < 20000; line++) console.log(line)\nprocess.exit(3)')
    assert.match(await waitFor(() => ended), /exit code 3/)
    assert.equal(textOf(outputsOf(id)), Array.from({ length: 20_000 }, (_, line) => `${line}\n`).join(''))
    await start()
  })
})

describe('code at the cursor', { timeout: 300_000 }, () => {
  before(async () => {
    await run(`
      const planets = { mercury: 1, mars: 2, get moon() { asked = true; return 1 } }
      class Rocket { launch(speed: number, to = 'moon') { return speed } }
      const rocket = new Rocket()
      function land(where: string) { return where }
      const watched = new Proxy({ a: 1 }, { get() { asked = true }, ownKeys() { throw 1 } })
      asked = false`)
  })
  after(async () => assert.equal(await valueOf('asked'), 'false'))

  it('is completed by what is declared and by members, own and inherited', async () => {
    assert.deepEqual(await complete('𝒳 = plan'), { matches: ['planets'], from: 4, to: 8 })
    assert.deepEqual(await complete('f(planets.m'), { matches: ['mars', 'mercury', 'moon'], from: 10, to: 11 })
    assert.deepEqual(await complete('rocket.lau'), { matches: ['launch'], from: 7, to: 10 })
    assert.deepEqual(await complete('planets.mars.toFix'), { matches: ['toFixed'], from: 13, to: 18 })
    const { metadata } = await ask('complete_request', { code: 'Rock', cursor_pos: 4 })
    assert.deepEqual(metadata, { _jupyter_types_experimental: [{ text: 'Rocket', type: 'class' }] })
  })

  it('is not run to be completed or explained', async () => {
    for (const code of ['land("x").', 'planets.moon.', 'watched.', 'nowhere.', '.']) {
      assert.deepEqual(await complete(code), { matches: [], from: code.length, to: code.length }, code)
    }
    assert.equal(await explain('planets.moon'), undefined)
    assert.equal(
      await explain('watched'),
      'watched: Proxy [\n  { a: 1 },\n  { get: [Function: get], ownKeys: [Function: ownKeys] }\n]',
    )
  })

  it('is explained by a signature, a source, a value', async () => {
    assert.equal(await explain('land'), 'land: function land(where)')
    assert.match(String(await explain('land', 1)), /^function land\(where\s*\) \{ return where \}$/)
    assert.equal(await explain('rocket.launch'), `rocket.launch: launch(speed, to = 'moon')`)
    assert.equal(await explain('Math.max'), 'Math.max: function max, 2 parameters')
    assert.equal(await explain('planets.mars'), 'planets.mars: 2')
  })
})
