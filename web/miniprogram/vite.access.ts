// What every template says to a keyboard and a screen reader, in one place, while it is compiled:
// - what has the role of something to press is a tab stop on H5 (`src/app/access.ts` presses it by Enter and Space);
// - so are `<button>`, and what stands in a `<picker>`;
// - the classes h1, h2, h3 are headings, and a picture that has a label is one;
// - what a field gives as an example is dark enough to be read (`in-hint`);
// - WeChat calls a role `aria-role`.
import type { AttributeNode, CompoundExpressionNode, DirectiveNode, ElementNode, ExpressionNode, NodeTransform } from '@vue/compiler-core'

const ELEMENT = 1
const ATTRIBUTE = 6
const DIRECTIVE = 7
const COMPOUND = 8
const PRESSED = ['button', 'link', 'checkbox', 'radio', 'switch', 'tab']
const HEADING = /(?:^|\s)h([123])(?:\s|$)/
/** Our own parts begin with a capital; they have elements of their own. */
const ELEMENTS = /^[a-z][a-z-]*$/

export const access: NodeTransform = (node) => {
  if (node.type !== ELEMENT || !ELEMENTS.test(node.tag)) return
  const weapp = process.env.UNI_PLATFORM !== 'h5'
  if (node.tag === 'picker') pressable(node)
  if (node.tag === 'button' && !weapp) say(node, 'role', 'button')
  headed(node)
  if (node.tag === 'input' || node.tag === 'textarea') say(node, 'placeholder-class', 'in-hint')
  if (node.tag === 'image' && find(node, 'aria-label')) say(node, 'role', 'img')
  if (weapp) renamed(node)
  else stop(node)
}

function pressable(picker: ElementNode) {
  for (const child of picker.children) if (child.type === ELEMENT) say(child, 'role', 'button')
}

function headed(node: ElementNode) {
  const level = HEADING.exec(text(attribute(node, 'class')))?.[1]
  if (!level || find(node, 'role')) return
  say(node, 'role', 'heading')
  say(node, 'aria-level', level)
}

function stop(node: ElementNode) {
  const role = find(node, 'role')
  if (!role || find(node, 'tabindex')) return
  if (role.type === ATTRIBUTE) {
    if (PRESSED.includes(text(role))) say(node, 'tabindex', '0')
  } else if (role.exp) {
    node.props.push({ ...role, arg: { ...role.arg!, content: 'tabindex' } as ExpressionNode, exp: whenPressed(role.exp) })
  }
}

/** An expression that is a tab stop while the role is one of something to press. */
const whenPressed = (role: ExpressionNode): CompoundExpressionNode => ({
  type: COMPOUND,
  loc: role.loc,
  children: [`${JSON.stringify(PRESSED)}.includes(`, role, `) ? 0 : undefined`],
})

function renamed(node: ElementNode) {
  const role = find(node, 'role')
  if (!role) return
  if (role.type === ATTRIBUTE) role.name = 'aria-role'
  else role.arg = { ...role.arg!, content: 'aria-role' } as ExpressionNode
}

const text = (of: AttributeNode | undefined) => of?.value?.content ?? ''

const attribute = (node: ElementNode, name: string) =>
  node.props.find((one): one is AttributeNode => one.type === ATTRIBUTE && one.name === name)

const binding = (node: ElementNode, name: string) =>
  node.props.find(
    (one): one is DirectiveNode =>
      one.type === DIRECTIVE && one.name === 'bind' && (one.arg as { content?: string } | undefined)?.content === name,
  )

const find = (node: ElementNode, name: string) => attribute(node, name) ?? binding(node, name)

function say(node: ElementNode, name: string, content: string) {
  if (find(node, name)) return
  const { loc } = node
  node.props.push({ type: ATTRIBUTE, name, nameLoc: loc, value: { type: 2, content, loc }, loc } as AttributeNode)
}
