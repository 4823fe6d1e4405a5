import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRunId } from './ids.ts'
import { arrangeArtifacts, findKind, parseTablePaths } from './logged-artifacts.ts'

const [first, second] = ['1', '2'].map((digit) => parseRunId(digit.repeat(32)))
assert.ok(first !== undefined && second !== undefined)

const files = (...paths: string[]) => paths.map((path) => ({ path, isDirectory: false, sizeBytes: path.length }))
const none: ReadonlySet<string> = new Set()
const arrange = (...paths: string[]) =>
  arrangeArtifacts([{ runId: first, files: files(...paths), tables: none }]).map(({ key, step, path }) => [
    key,
    step,
    path,
  ])
const id = '0a1b2c3d-0000-4000-8000-000000000000'

describe('logged artifacts', () => {
  it('read the key and the step of an image from the name that log_image gives', () => {
    const path = `images/val~masks 1+step+20+timestamp+1700000000000+${id}`
    const [image, ...others] = arrangeArtifacts([
      { runId: first, files: files(`${path}.png`, `${path}+compressed.webp`), tables: none },
    ])
    assert.deepEqual(others, [])
    assert.deepEqual(image, {
      runId: first,
      path: `${path}.png`,
      kind: 'image',
      key: 'val/masks 1',
      step: 20,
      sizeBytes: `${path}.png`.length,
      preview: `${path}+compressed.webp`,
    })
  })

  it('read the names that older clients gave, too', () => {
    const path = `images/val#masks%step%3%timestamp%1700000000000%${id}.png`
    assert.deepEqual(arrange(path), [['val/masks', 3, path]])
  })

  it('keep the last of several images of one key and step, and a smaller version that is alone', () => {
    const at = (time: number, rest: string) => `images/a+step+0+timestamp+${time}+${rest}`
    assert.deepEqual(arrange(at(2, 'x.png'), at(1, 'y.png')), [['a', 0, at(2, 'x.png')]])
    assert.deepEqual(arrange(at(3, 'z+compressed.webp')), [['a', 0, at(3, 'z+compressed.webp')]])
  })

  it('find a step in the path behind a word for it, or padded in the name of what is seen or heard', () => {
    const expected = {
      'audio/sample_step_100.wav': ['audio/sample_step_*.wav', 100],
      'step-7/sample.wav': ['step-*/sample.wav', 7],
      'checkpoints/epoch=3-step=1200.ckpt': ['checkpoints/epoch=3-step=*.ckpt', 1200],
      'plots/epoch12.png': ['plots/epoch*.png', 12],
      'samples/000250.png': ['samples/*.png', 250],
      'fold_1.png': ['fold_1.png', null],
      'notes_0250.txt': ['notes_0250.txt', null],
      'footstep_1.wav': ['footstep_1.wav', null],
    }
    for (const [path, [key, step]] of Object.entries(expected)) assert.deepEqual(arrange(path), [[key, step, path]])
  })

  it('stand by key, then by step as a number, then in the order of the runs', () => {
    const arranged = arrangeArtifacts([
      { runId: second, files: files('b.txt', 'step_10.png', 'step_9.png'), tables: none },
      { runId: first, files: files('step_9.png', 'a.txt'), tables: none },
    ])
    assert.deepEqual(
      arranged.map(({ key, step, runId }) => [key, step, runId === first ? 'first' : 'second']),
      [
        ['a.txt', null, 'first'],
        ['b.txt', null, 'second'],
        ['step_*.png', 9, 'second'],
        ['step_*.png', 9, 'first'],
        ['step_*.png', 10, 'second'],
      ],
    )
  })

  it('are tables where log_table has noted them, and leave out the images in their cells', () => {
    const tables = parseTablePaths('[{"path": "eval.json", "type": "table"}, {"path": "x", "type": "other"}, 3]')
    assert.deepEqual([...tables], ['eval.json'])
    const arranged = arrangeArtifacts([
      { runId: first, files: files('eval.json', 'config.json', 'table_images/eval/0a.png'), tables },
    ])
    assert.deepEqual(
      arranged.map(({ path, kind }) => [path, kind]),
      [
        ['config.json', 'text'],
        ['eval.json', 'table'],
      ],
    )
    assert.deepEqual([...parseTablePaths('no JSON'), ...parseTablePaths(undefined)], [])
  })

  it('are of the kind that their name says, and else binary', () => {
    const names = ['a.PNG', 'a.wav', 'a.mp4', 'a.csv', 'MLmodel', 'model.pkl', 'noextension', 'x/requirements.txt']
    assert.deepEqual(names.map(findKind), ['image', 'audio', 'video', 'table', 'text', 'binary', 'binary', 'text'])
  })
})
