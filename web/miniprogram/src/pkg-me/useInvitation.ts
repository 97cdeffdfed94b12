// An invitation to a role: the code that an admin gave is typed, what it offers is shown, and only then accepted.
import { computed, ref, shallowRef, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useSession } from '@/app/session'

type Role = Schemas['InvitationInput']['role']

/** What each role is called, and what opens with it. */
const ROLES: Record<Role, { word: string; opens: string; door: string }> = {
  social_worker: { word: '社工', opens: '“我的”里多了“社工入口”：接个案、约时间、写服务记录', door: '/pkg-worker/today' },
  station_staff: { word: '站点工作人员', opens: '“我的”里多了“工作人员入口”：审批申请、办活动、确认时长', door: '/pkg-staff/workbench' },
  district_admin: {
    word: '区级管理员',
    opens: '“我的”里多了“工作人员入口”：这里和下面各站的事都能办，还能邀请工作人员',
    door: '/pkg-staff/workbench',
  },
  auditor: { word: '审计员', opens: '可以查看报名、到场和时长的台账，不能改动。手机上还没有入口', door: '/pages/mine/index' },
  finance: { word: '财务人员', opens: '角色已经记下，功能还没有开放', door: '/pages/mine/index' },
  org_member: { word: '社会组织成员', opens: '角色已经记下，功能还没有开放', door: '/pages/mine/index' },
}
export const roleOf = (role: string) => ROLES[role as Role]

/** A code as it is meant: people type small letters, and write it in two halves. */
export const asCode = (typed: string) =>
  typed
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 8)

/** What is wrong with a whole code before it is sent: letters and digits that no code has. */
export const faultOf = (code: string) => (/[01OI]/.test(code) ? '邀请码里没有数字 0、1 和字母 O、I，请再看一看' : '')

/** A refusal of these says what is wrong with the code; any other has nothing to do with it. */
const OF_THE_CODE = [409, 422, 429]

export function useInvitation() {
  const { signedIn, starting, start, reload } = useSession()
  onShow(() => void start())

  const typed = ref('')
  const offer = shallowRef<Schemas['InvitationOffer'] | null>(null)
  const held = shallowRef<Schemas['Grant'] | null>(null)
  const look = useAct((_, code: string) => api.post('/invitations/look', { body: { code } }))
  const accept = useAct((key, code: string) => api.post('/invitations/accept', { body: { code }, key }))
  const ready = computed(() => typed.value.length === 8 && !faultOf(typed.value))

  const refused = computed(() => look.problem.value ?? accept.problem.value)
  const wrong = computed(() => {
    const of = refused.value
    return of && OF_THE_CODE.includes(of.status) ? of.detail : faultOf(typed.value)
  })
  function dismiss() {
    look.dismiss()
    accept.dismiss()
  }
  watch(typed, dismiss)

  async function show() {
    const found = await look.run(typed.value)
    if (found) offer.value = found
  }
  /** Back to the code: not now, or it cannot be accepted any more. */
  const put = () => (offer.value = null)
  async function take() {
    const given = await accept.run(typed.value)
    if (wrong.value) put()
    if (!given) return
    held.value = given
    await reload().catch(() => undefined)
  }

  const problem = computed(() => (wrong.value ? null : refused.value))
  function chose(act: string) {
    const again = accept.problem.value ? take : show
    dismiss()
    if (act === 'retry') void again()
  }

  return { signedIn, starting, typed, offer, held, look, accept, ready, wrong, show, put, take, problem, chose }
}
