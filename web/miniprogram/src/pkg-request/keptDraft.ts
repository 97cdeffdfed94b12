// What was filled in and not yet submitted: kept by the phone for a service, until it is or the person signs out.
import { own } from '@/app/own'
import type { AskForm } from './askForm'

const NAME = 'asks'
const MOST = 5

interface Kept {
  serviceId: number
  form: AskForm
}

const all = (personId: number) => own.get<Kept[]>(personId, NAME) ?? []
const others = (personId: number, serviceId: number) => all(personId).filter((one) => one.serviceId !== serviceId)

export const keptDraft = {
  get: (personId: number, serviceId: number): AskForm | undefined => all(personId).find((one) => one.serviceId === serviceId)?.form,
  keep: (personId: number, serviceId: number, form: AskForm) =>
    own.keep(personId, NAME, [{ serviceId, form }, ...others(personId, serviceId)].slice(0, MOST)),
  drop: (personId: number, serviceId: number) => own.keep(personId, NAME, others(personId, serviceId)),
}
