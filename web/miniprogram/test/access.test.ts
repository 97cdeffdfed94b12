// What every template owes a keyboard and a screen reader. The pages that axe sees in the browser have few sheets open;
// this looks at all that is written. `vite.access.ts` does the rest while it is compiled.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { baseParse, type AttributeNode, type DirectiveNode, type ElementNode } from '@vue/compiler-core'
import { compile } from '@vue/compiler-dom'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { access } from '../vite.access'

const SRC = fileURLToPath(new URL('../src', import.meta.url))
const STATE: Record<string, string> = { radio: 'aria-checked', checkbox: 'aria-checked', switch: 'aria-checked', tab: 'aria-selected' }

type Prop = AttributeNode | DirectiveNode
const nameOf = (prop: Prop) =>
  prop.type === 6
    ? prop.name
    : prop.name === 'bind'
      ? (prop.arg as { content?: string } | undefined)?.content
      : prop.name === 'on'
        ? `@${(prop.arg as { content?: string } | undefined)?.content}`
        : undefined
const saidBy = (prop?: Prop) => (prop?.type === 6 ? prop.value?.content : (prop?.exp as { content?: string } | undefined)?.content) ?? ''

class Tag {
  constructor(
    readonly file: string,
    readonly node: ElementNode,
    readonly around: ElementNode[],
  ) {}
  get = (name: string) => this.node.props.find((prop) => nameOf(prop) === name)
  says = (name: string) => saidBy(this.get(name))
  within = (fits: (tag: Tag) => boolean) => this.around.some((node) => fits(new Tag(this.file, node, [])))
  get at() {
    return `${this.file}: ${this.node.loc.source.slice(0, 120).split('\n')[0]}`
  }
}

function tags(): Tag[] {
  const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((name) => name.endsWith('.vue'))
  return files.flatMap((file) => {
    const template = /<template>[\s\S]*<\/template>/.exec(readFileSync(join(SRC, file), 'utf8'))?.[0] ?? ''
    return walk(file, baseParse(template).children as ElementNode[], [])
  })
}

function walk(file: string, nodes: ElementNode[], around: ElementNode[]): Tag[] {
  return nodes
    .filter((node) => node.type === 1)
    .flatMap((node) => [new Tag(file, node, around), ...walk(file, node.children as ElementNode[], [...around, node])])
}

const all = tags()
const wrong = (fits: (tag: Tag) => boolean) => all.filter(fits).map(({ at }) => at)
const isElement = ({ node }: Tag) => /^[a-z-]+$/.test(node.tag)

describe('every template', () => {
  test('gives a role to what can be pressed', () => {
    expect(
      wrong((tag) => isElement(tag) && !!tag.get('@click') && tag.node.tag !== 'button' && !tag.get('role') && !tag.get('aria-hidden')),
    ).toEqual([])
    expect(
      wrong((tag) => ['Card', 'ListRow', 'LedgerRow'].includes(tag.node.tag) && !!tag.get('@click') && !tag.get('role') && !tag.get('go')),
    ).toEqual([])
  })

  test('says whether it is on', () => {
    const roles = (tag: Tag) => Object.keys(STATE).filter((role) => new RegExp(`(^|')${role}('|$)`).test(tag.says('role')))
    expect(wrong((tag) => roles(tag).some((role) => !tag.get(STATE[role])))).toEqual([])
    expect(wrong((tag) => tag.says('role') === 'tab' && !tag.within((one) => one.says('role') === 'tablist'))).toEqual([])
  })

  test('names every field and picture', () => {
    const named = (tag: Tag) => !!tag.get('aria-label') || tag.within((one) => one.node.tag === 'FormField' && !!one.get('label'))
    expect(wrong((tag) => ['input', 'textarea'].includes(tag.node.tag) && !named(tag) && tag.file !== 'ui/Count.vue')).toEqual([])
    expect(wrong((tag) => tag.node.tag === 'Count' && !named(tag))).toEqual([])
    expect(wrong((tag) => tag.node.tag === 'image' && !tag.get('aria-label') && !tag.get('aria-hidden'))).toEqual([])
  })

  test('names what has only an icon', () => {
    const words = (node: ElementNode): boolean =>
      node.children.some((child) =>
        child.type === 1
          ? words(child as ElementNode) || (child as ElementNode).tag === 'slot'
          : child.type === 5 || (child.type === 2 && /\S/.test(child.content)),
      )
    expect(wrong((tag) => isElement(tag) && /button|link/.test(tag.says('role')) && !tag.get('aria-label') && !words(tag.node))).toEqual([])
  })
})

describe('compiled', () => {
  afterEach(() => vi.unstubAllEnvs())
  const code = (template: string, platform = 'h5') => {
    vi.stubEnv('UNI_PLATFORM', platform)
    return compile(template, { nodeTransforms: [access], isCustomElement: () => true, prefixIdentifiers: true, mode: 'module' }).code
  }

  test('what can be pressed is a tab stop on H5, and what is not is none', () => {
    expect(code('<view role="link">去</view>')).toContain('tabindex: "0"')
    expect(code('<button>去</button>')).toMatch(/role: "button"[\s\S]*tabindex: "0"/)
    expect(code('<picker><view>选</view></picker>')).toMatch(/role: "button"[\s\S]*tabindex: "0"/)
    expect(code(`<view :role="x ? 'button' : undefined">去</view>`)).toMatch(
      /tabindex: \["button".*\.includes\(_ctx\.x \? 'button' : undefined\) \? 0 : undefined/,
    )
    for (const quiet of ['<view role="status">在</view>', '<view>在</view>', '<Card role="link" />'])
      expect(code(quiet)).not.toContain('tabindex')
  })

  test('h1, h2, h3 are headings', () => {
    expect(code('<view class="row h2">接下来</view>')).toMatch(/role: "heading",\s*"aria-level": "2"/)
    expect(code('<view class="h2" role="link">接下来</view>')).not.toContain('heading')
  })

  test('WeChat hears of an aria-role, and no role', () => {
    expect(code('<view role="link">去</view>', 'mp-weixin')).toMatch(/"aria-role": "link"/)
    expect(code('<view :role="x">去</view>', 'mp-weixin')).toMatch(/"aria-role": _ctx\.x/)
    for (const one of ['<view role="link">去</view>', '<view class="h1">去</view>'])
      expect(code(one, 'mp-weixin')).not.toMatch(/[^-]role:|tabindex/)
  })
})
