// A typed client of the contract. It knows neither fetch nor uni.request: whoever makes it gives the transport,
// because the mini-program has no Request and no Headers.
import type { components, paths } from './schema'

export type { components, paths }
export type Schemas = components['schemas']
export { READERS } from './readers'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What the transport is asked to send. The body is JSON to be; undefined sends none. */
export interface Outgoing {
  method: Method
  url: string
  headers: Record<string, string>
  body?: unknown
}

/** What came back. The data is parsed JSON, or whatever text there was. */
export interface Incoming {
  status: number
  data: unknown
}

/** Sends one request. It rejects only when there was no answer at all. */
export type Transport = (request: Outgoing) => Promise<Incoming>

export interface FieldProblem {
  name: string
  message: string
}

/** A refusal: the server's problem+json (RFC 9457), or `offline` when there was no answer. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly fields: FieldProblem[]
  readonly requestId: string
  /** With slot_taken and slot_unavailable: the next free slots. */
  readonly nextFree: Schemas['Slot'][]

  constructor(of: {
    status: number
    code: string
    title?: string
    detail: string
    fields?: FieldProblem[]
    request_id?: string
    next_free?: Schemas['Slot'][]
  }) {
    super(`${of.status} ${of.code}`)
    this.name = 'Problem'
    this.status = of.status
    this.code = of.code
    this.title = of.title ?? ''
    this.detail = of.detail
    this.fields = of.fields ?? []
    this.requestId = of.request_id ?? ''
    this.nextFree = of.next_free ?? []
  }

  /** Whether the server may not have heard of it, or may say otherwise in a moment: a retry is safe with the same key. */
  get unsure(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }

  /** The message for one field of a form, or nothing. */
  field(name: string): string {
    return this.fields.find((f) => f.name === name)?.message ?? ''
  }
}

/** The problem in an answer; one without a body that we know is named by its status. */
export function problemOf({ status, data }: Incoming): Problem {
  const body = (typeof data === 'object' && data !== null ? data : {}) as Partial<Schemas['Problem']>
  return new Problem({ ...body, status, code: body.code ?? `http_${status}`, detail: body.detail ?? '服务暂时没有回应，请稍后再试' })
}

/** The problem of a request that got no answer. */
export function offlineProblem(): Problem {
  return new Problem({ status: 0, code: 'offline', title: '没有网络', detail: '现在连不上网，请稍后再试' })
}

// ---- what the contract says of one operation ----
type Json<T> = T extends { content: { 'application/json': infer J } } ? J : undefined
type Success<R> = { [S in keyof R & (200 | 201 | 202 | 204)]: Json<R[S]> }[keyof R & (200 | 201 | 202 | 204)]
type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never
type PathsWith<M extends Method> = { [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never }[keyof paths]
type Param<O, In extends 'path' | 'query'> = O extends { parameters: { [K in In]?: infer V } } ? NonNullable<V> : never
type Field<K extends string, V> = [V] extends [never] ? unknown : Record<never, never> extends V ? { [P in K]?: V } : { [P in K]: V }
type Body<O> = O extends { requestBody: infer B }
  ? { body: Json<B> }
  : O extends { requestBody?: infer B }
    ? { body?: Json<NonNullable<B>> }
    : unknown
type Options = {
  /** Idempotency-Key: the same for every retry of one deed. A POST without one gets a fresh one. */
  key?: string
}
type Init<O> = Field<'path', Param<O, 'path'>> & Field<'query', Param<O, 'query'>> & Body<O> & Options
type Args<O> = Record<never, never> extends Init<O> ? [init?: Init<O>] : [init: Init<O>]
type Call<M extends Method> = <P extends PathsWith<M>>(path: P, ...args: Args<Operation<P, M>>) => Promise<Answer<P, M>>

/** What a call answers with. */
export type Answer<P extends keyof paths, M extends Method> = Operation<P, M> extends { responses: infer R } ? Success<R> : never

export type Client = { [M in Method]: Call<M> }

interface AnyInit {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  key?: string
}

/** A client over the transport; base is what the contract's paths are under, e.g. /api/v1. */
export function createClient(send: Transport, base = '/api/v1'): Client {
  const on =
    (method: Method) =>
    async (path: string, init: AnyInit = {}) => {
      const answer = await send({
        method,
        url: base + fill(path, init.path) + search(init.query),
        headers: headers(method, init),
        body: init.body,
      })
      if (answer.status >= 200 && answer.status < 300) return answer.status === 204 ? undefined : answer.data
      throw problemOf(answer)
    }
  return { get: on('get'), post: on('post'), put: on('put'), patch: on('patch'), delete: on('delete') } as Client
}

/** 128 random bits in hex. Not a secret: it only has to differ from all others. */
export function newKey(): string {
  const word = () =>
    Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')
  return word() + word() + word() + word()
}

function fill(path: string, values: Record<string, unknown> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
}

function search(query: Record<string, unknown> = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return pairs.length ? `?${pairs.join('&')}` : ''
}

function headers(method: Method, { body, key }: AnyInit): Record<string, string> {
  const out: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) out['Content-Type'] = 'application/json'
  if (method === 'post') out['Idempotency-Key'] = key ?? newKey()
  return out
}
