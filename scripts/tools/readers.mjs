// Makes readers.ts of the client from x-readers of the contract: node scripts/tools/readers.mjs CONTRACT FILE
import { readFileSync, writeFileSync } from 'node:fs'

const [contract, file] = process.argv.slice(2)
const lines = []
for (const [, id, said] of readFileSync(contract, 'utf8').matchAll(/operationId: (\w+)\n(?: +x-(?!readers).*\n)* +x-readers: \{(.*)\}/g))
  for (const [, field, readers] of said.matchAll(/([\w.]+): \[([^\]]*)\]/g))
    lines.push(`  '${id}.${field}': [${readers.split(', ').map((r) => `'${r}'`).join(', ')}],`)
writeFileSync(file, `// Code made by scripts/gen from x-readers of api/openapi.yaml; do not edit.
/** Who can read a text, by operation and field. */
export const READERS = {
${lines.join('\n')}
} as const
`)
