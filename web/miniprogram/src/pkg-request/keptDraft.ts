// What was filled in and not yet submitted, kept by the phone for the person and the service.
import { keep, kept } from '@/app/storage'
import type { AskForm } from './askForm'

const KEY = 'yimi.asks'
const MOST = 5

interface Kept {
  personId: number
  serviceId: number
  form: AskForm
}

const all = () => kept<Kept[]>(KEY) ?? []
const isOf = (personId: number, serviceId: number) => (one: Kept) => one.personId === personId && one.serviceId === serviceId

export const keptDraft = {
  get: (personId: number, serviceId: number): AskForm | undefined => all().find(isOf(personId, serviceId))?.form,
  keep(personId: number, serviceId: number, form: AskForm) {
    const plain = JSON.parse(JSON.stringify(form)) as AskForm
    keep(KEY, [{ personId, serviceId, form: plain }, ...all().filter((one) => !isOf(personId, serviceId)(one))].slice(0, MOST))
  },
  drop: (personId: number, serviceId: number) => keep(KEY, all().filter((one) => !isOf(personId, serviceId)(one))),
}
