export const PLACE_CALLS: string[]
export function undeclared(app: { requiredPrivateInfos?: string[]; permission?: Record<string, { desc?: string }> }, name: string): string
