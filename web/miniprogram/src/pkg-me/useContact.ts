import { reactive, ref } from 'vue'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { consentTo } from '@/app/privacy'
import { useSession } from '@/app/session'

export type IdentityType = Schemas['IdentityType']

export const DOCUMENTS: { key: IdentityType; word: string }[] = [
  { key: 'resident_card', word: '居民身份证' },
  { key: 'passport', word: '护照' },
  { key: 'mainland_permit', word: '港澳通行证' },
  { key: 'other', word: '其他证件' },
]
export const documentWord = (type?: IdentityType) => DOCUMENTS.find(({ key }) => key === type)?.word ?? '证件'

/** The phone and the document that a person leaves; what is shown of them is masked until asked for. */
export function useContact() {
  const { person, reload } = useSession()
  const typed = reactive({ phone: '', number: '', type: 'resident_card' as IdentityType })
  const full = ref<Schemas['MyContact'] | null>(null)
  const save = useAct((_key, body: Schemas['PersonPatch']) => api.patch('/me', { body }))
  const take = useAct((key, code: string) => api.post('/me/phone', { body: { code }, key }))
  const look = useAct(() => api.get('/me/contact'))

  async function done(ok: unknown, said: string) {
    if (!ok) return
    Object.assign(typed, { phone: '', number: '' })
    full.value = null
    await reload().catch(() => undefined)
    uni.showToast({ title: said, icon: 'none' })
  }
  const savePhone = async () => done(await save.run({ phone: typed.phone.trim() }), '电话已保存')
  async function saveNumber() {
    if (!(await consentTo('identity_number', true))) return
    await done(await save.run({ identity_type: typed.type, identity_number: typed.number.trim() }), '证件已保存')
  }
  const dropPhone = async () => done(await save.run({ phone: '' }), '电话已删掉')
  const dropNumber = async () => done(await save.run({ identity_number: '' }), '证件已删掉')
  /** WeChat's button gives a code, or nothing when the person said no. */
  const gotPhone = async (code?: string) => code && done(await take.run(code), '电话已保存')
  async function show() {
    full.value = full.value ? null : ((await look.run()) ?? null)
  }

  return { person, typed, full, save, take, look, savePhone, saveNumber, dropPhone, dropNumber, gotPhone, show }
}
