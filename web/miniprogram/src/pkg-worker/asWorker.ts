import { useSession } from '@/app/session'

/** Does it only for a worker, once it is known who is there: nobody else's page asks the server what it would refuse. */
export async function asWorker(then: () => unknown): Promise<void> {
  const { start, has } = useSession()
  await start()
  if (has('social_worker')) await then()
}

/** Does it for whoever is signed in: a supervisor need not be a worker. */
export async function asSomebody(then: () => unknown): Promise<void> {
  const { start, signedIn } = useSession()
  await start()
  if (signedIn.value) await then()
}
