// Links and commands that share an operation.
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chosenOperation } from '../../src/web/sandbox/chosen-operation.ts'
import { asCurl } from '../../src/web/sandbox/share/curl.ts'
import { fromHash, toHash } from '../../src/web/sandbox/share/share-link.ts'

describe('a share link', () => {
  it('gives back any operation, whatever its script', () => {
    const text = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(text, text, text, (query, variables, role) => {
        expect(fromHash(toHash({ query, variables, role }))).toEqual({ query, variables, role })
      }),
    )
  })

  it('carries nothing but the operation, the variables and the role', () => {
    const shared = { query: '{ a }', variables: '', role: 'operator', token: 'secret' }
    expect(Object.keys(fromHash(toHash(shared)) ?? {})).toEqual(['query', 'variables', 'role'])
  })

  it.each(['', '#', '#op=', '#op=!!!', '#op=bm90LWpzb24', '#op=e30', '#op=gICA', '#section'])(
    'a damaged or other hash (%s) is no operation',
    (hash) => {
      expect(fromHash(hash)).toBeNull()
    },
  )
})

describe('the curl command', () => {
  it('hands the shell exactly the headers and the body that the sandbox sends', () => {
    const query = `query Q { a(b: "it's $HOME \`x\` \\n đất") }`
    const command = asCurl({
      url: 'http://127.0.0.1:4000/graphql',
      query,
      variables: { text: "Đ'ăng\nký" },
      operationName: 'Q',
      token: 'abc.def',
      purpose: 'dossier-handling',
    })
    const shell = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${command}`
    const words = execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).split('\0')
    expect(words.slice(0, -1)).toEqual([
      '-sS',
      'http://127.0.0.1:4000/graphql',
      '-H',
      'content-type: application/json',
      '-H',
      'authorization: Bearer abc.def',
      '-H',
      'x-hub-purpose: dossier-handling',
      '--data-raw',
      JSON.stringify({ query, variables: { text: "Đ'ăng\nký" }, operationName: 'Q' }),
    ])
  })

  it('leaves out what is not sent', () => {
    const bare = { url: 'u', query: '{ a }', variables: null, operationName: null, token: null, purpose: null }
    expect(asCurl(bare)).not.toMatch(/authorization|purpose|variables|operationName/)
  })
})

describe('the chosen operation', () => {
  it('is the wanted one when the text holds it, and the first when the name is of an earlier text', () => {
    expect(chosenOperation('query A { a } query B { b }', 'B')?.name).toBe('B')
    expect(chosenOperation('query A { a }', 'Earlier')?.name).toBe('A')
    expect(chosenOperation('{ a }', 'Earlier')?.name).toBeNull()
  })

  it('recognises a subscription, and says nothing of a text that is no document', () => {
    expect(chosenOperation('subscription S { s }', null)?.isSubscription).toBe(true)
    expect(chosenOperation('query {', null)).toBeNull()
  })
})
