import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseParse, type ElementNode } from '@vue/compiler-core'
import { describe, expect, it } from 'vitest'

/** What is typed and read by nobody, or never sent: searches, codes, numbers, passwords; phones, which the page speaks of. */
const NOT_READ = [
  'type="tel"',
  'type="number"',
  'password',
  'data-testid="search"',
  'data-testid="find"',
  'data-testid="token"',
  'data-testid="login"',
  'data-testid="close-word"',
  'data-testid="invitation-code"',
  'data-testid="question-min"',
  'testid="phone"',
  'testid="caller-phone"',
  'testid="mend-phone"',
]

function* pages(folder: string): Generator<string> {
  for (const one of readdirSync(folder, { withFileTypes: true })) {
    if (one.isDirectory()) yield* pages(join(folder, one.name))
    else if (one.name.endsWith('.vue')) yield join(folder, one.name)
  }
}

const TYPED = ['textarea', 'input', 'ReasonField', 'WordsSheet', 'ReasonSheet']
const templateOf = (file: string) =>
  baseParse(/<template>[\s\S]*<\/template>/.exec(readFileSync(file, 'utf8'))?.[0] ?? '').children as ElementNode[]
const attributes = (node: ElementNode) => node.props.map((prop) => prop.loc.source).join(' ')

/** The field itself, or a `FormField` that it stands in, has `readers`. */
const saysReaders = (node: ElementNode) =>
  (TYPED.includes(node.tag) || node.tag.endsWith('Field')) && attributes(node).includes(':readers=')

function* fields(nodes: ElementNode[], around: ElementNode[] = []): Generator<{ node: ElementNode; around: ElementNode[] }> {
  for (const node of nodes.filter((one) => one.type === 1)) {
    if (TYPED.includes(node.tag)) yield { node, around }
    yield* fields(node.children as ElementNode[], [...around, node])
  }
}

describe('every field that words are typed in', () => {
  it('says who reads them', () => {
    const silent: string[] = []
    for (const file of pages('src')) {
      if (/src\/ui\/|src\/pkg-worker\/WordsSheet/.test(file)) continue // they are told who reads
      for (const { node, around } of fields(templateOf(file))) {
        const tag = attributes(node)
        if (![node, ...around].some(saysReaders) && !NOT_READ.some((x) => tag.includes(x)))
          silent.push(`${file}: <${node.tag} ${tag.slice(0, 80)}`)
      }
    }
    expect(silent).toEqual([])
  })
})
