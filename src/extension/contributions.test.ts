import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { problemMatchers } from './contributions.ts'

/** As the terminal has it: what goes on to lines of the program, and a later exception. */
const traceback = `epoch 1/25
Traceback (most recent call last):
  File "/home/ada/digits/train.py", line 40, in <module>
    main(arguments)
    ~~~~^^^^^^^^^^^
  File "/home/ada/digits/train.py", line 12, in main
    fit(data)
ValueError: could not fit: 3 of 4
done
  File "broken.py", line 7
    def f(:
          ^
SyntaxError: invalid syntax
  File "/home/ada/digits/model.py", line 3, in forward
    return a @ b
           ~~^~~
torch.cuda.OutOfMemoryError
`

/** What VS Code finds: lines in a row that match the patterns of a matcher in their order. */
function findProblems(text: string): readonly string[] {
  const lines = text.split('\n')
  return problemMatchers.flatMap(({ pattern }) =>
    lines.flatMap((_, start) => {
      const matches = pattern.map(({ regexp }, index) => new RegExp(regexp).exec(lines[start + index] ?? ''))
      const [frame] = matches
      const message = matches.at(-1)
      return matches.every((match) => match !== null) ? [`${frame?.[1]}:${frame?.[2]} ${message?.[1]}`] : []
    }),
  )
}

describe('the problem matchers', () => {
  it('find where each exception of a traceback was raised, and only that', () => {
    assert.deepEqual(findProblems(traceback).toSorted(), [
      '/home/ada/digits/model.py:3 torch.cuda.OutOfMemoryError',
      '/home/ada/digits/train.py:12 ValueError: could not fit: 3 of 4',
      'broken.py:7 SyntaxError: invalid syntax',
    ])
  })
})
